"""One of the two placements, laid out for matching: hosts with what runs on them, behind their endpoints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from packing.act.diff.accelerators import same
from packing.act.diff.content import Content, Forms, contents
from packing.domain.placement import Endpoint, Placement
from packing.domain.words import Hosting

NOTHING = Content(())


@dataclass(eq=False, slots=True)
class Host:
    """A node with what runs on it."""

    id: str
    pool: tuple[str, str, str, str]
    """Label of the pool, instance type, zone, level of over-commitment: what a node has to have in common with another to be the same."""
    hosting: Hosting | None
    endpoint: str
    content: Content
    kind: int = -1
    """Equal for hosts that differ in names only, across both placements."""


@dataclass(frozen=True, slots=True)
class Side:
    """A placement laid out."""

    placement: Placement
    hosts: tuple[Host, ...]
    endpoints: dict[str, Endpoint]
    behind: dict[str, list[Host]]
    """Hosts by endpoint; endpoints that are not listed are not among them."""

    def forms_of(self, endpoint: str) -> Counter[int]:
        """All copies behind an endpoint, by form."""
        found = Counter[int]()
        for host in self.behind[endpoint]:
            found.update(host.content.forms)
        return found


def lay_out(placement: Placement, forms: Forms) -> Side:
    """The placement as a side; `forms` numbers what runs, for both sides alike."""
    running = contents(placement.copies, forms)
    endpoints = {endpoint.name: endpoint for endpoint in placement.endpoints}
    behind: dict[str, list[Host]] = {name: [] for name in endpoints}
    hosts = []
    for node in placement.nodes:
        endpoint = endpoints.get(node.endpoint)
        hosting = endpoint.hosting if endpoint else None
        keep = (endpoint.keep if endpoint else None) or ""
        host = Host(node.id, (node.pool, node.instance_type, node.zone, keep), hosting, node.endpoint, running.get(node.id, NOTHING))
        hosts.append(host)
        if endpoint:
            behind[node.endpoint].append(host)
    return Side(placement, tuple(hosts), endpoints, behind)


def classify(sides: Sequence[Side]) -> None:
    """Give every host its kind."""
    known: defaultdict[Any, list[tuple[Content, int]]] = defaultdict(list)
    count = 0
    for side in sides:
        for host in side.hosts:
            alike = known[host.pool, host.hosting, host.content.outline]
            host.kind = next((kind for content, kind in alike if same(content, host.content)), -1)
            if host.kind < 0:
                host.kind = count
                alike.append((host.content, count))
                count += 1
