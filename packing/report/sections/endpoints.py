"""The endpoints: how each is hosted, on what, and which models stand behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from packing.domain.placement import Endpoint
from packing.domain.routing import RoutingWeight
from packing.report.account import Account
from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import table
from packing.report.words import HOSTING_WORDS


def lines(account: Account, page: Page) -> Iterator[Line]:
    """One row for each endpoint; many endpoints are counted by hosting option and instance type."""
    found = account.placement.endpoints
    if not found:
        return
    yield heading(f"Endpoints ({len(found):,})")
    copies = Counter(copy.node for copy in account.placement.copies)
    if page.fits(len(found)):
        rows = [
            [each.name, _hosting(each), each.instance_type, f"{len(each.nodes):,}", f"{_copies(each, copies):,}", page.named(each.models)]
            for each in found
        ]
        head = ["name", "hosting", "instance type", "nodes", "copies", "models"]
        yield from map(Line, table(head, rows, page.table_width, right=(3, 4)))
    else:
        yield from _grouped(found, copies, page)
    yield from _routing(account.placement.routing_weights, page)


def _routing(weights: tuple[RoutingWeight, ...], page: Page) -> Iterator[Line]:
    """How the requests of models are divided whose copies are not all alike."""
    by_model: dict[str, list[RoutingWeight]] = {}
    for each in weights:
        by_model.setdefault(each.model, []).append(each)
    shown = page.shown(len(by_model))
    for model, parts in list(by_model.items())[:shown]:
        total = sum(each.weight for each in parts)
        shares = ", ".join(f"{each.weight / total:.1%} to {_some(each.copies)} behind {each.endpoint}" for each in parts)
        yield from wrapped(f"requests of {model}: {shares}", page)
    if shown < len(by_model):
        yield Line(f"  … and {len(by_model) - shown:,} more models whose requests are divided (routing_weights)")


def _some(numbers: tuple[int, ...]) -> str:
    return f"copy {numbers[0]}" if len(numbers) == 1 else f"{len(numbers):,} copies"


def _grouped(found: tuple[Endpoint, ...], copies: Counter[str], page: Page) -> Iterator[Line]:
    groups: dict[tuple[str, str], list[Endpoint]] = {}
    for each in found:
        groups.setdefault((_hosting(each), each.instance_type), []).append(each)
    ordered = sorted(groups.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1]))
    shown = page.shown(len(ordered))
    rows = []
    for (hosting, kind), members in ordered[:shown]:
        nodes = sum(len(each.nodes) for each in members)
        models = len({model for each in members for model in each.models})
        rows.append([hosting, kind, f"{len(members):,}", f"{nodes:,}", f"{sum(_copies(each, copies) for each in members):,}", f"{models:,}"])
    yield from map(
        Line, table(["hosting", "instance type", "endpoints", "nodes", "copies", "models"], rows, page.table_width, right=(2, 3, 4, 5), flexible=1)
    )
    if shown < len(ordered):
        rest = sum(len(members) for _, members in ordered[shown:])
        yield Line(f"  … and {rest:,} more endpoints on {len(ordered) - shown:,} other kinds of instance")


def _hosting(endpoint: Endpoint) -> str:
    """How it hosts; where models share memory in turns, how long they stay, and the longest load."""
    return HOSTING_WORDS[endpoint.hosting] + (f" ({endpoint.keep})" if endpoint.keep else "")


def _copies(endpoint: Endpoint, by_node: Counter[str]) -> int:
    return sum(by_node[node] for node in endpoint.nodes)
