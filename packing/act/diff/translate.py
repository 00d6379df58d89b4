"""The new placement in the names of the old one: nodes, endpoints, accelerators and copies that stay keep what they are called."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from packing.act.diff.accelerators import Fit, fixed, lay_over, worth_of
from packing.act.diff.content import Forms
from packing.act.diff.endpoints import match_endpoints, probable_endpoints
from packing.act.diff.mend import relisted
from packing.act.diff.nodes import NodeMatching, match_nodes
from packing.act.diff.side import Side, classify, lay_out
from packing.domain.placement import PlacedCopy, Placement


@dataclass(frozen=True, slots=True)
class Translation:
    """The new placement under old names, and whether it is certain that no other choice of names loads fewer copies."""

    placement: Placement
    certain: bool


def translate(old: Placement, new: Placement, *, by_name: bool) -> Translation:
    """Give what is in `new` the names that it has in `old`.

    Parameters
    ----------
    old, new : placements that do not contradict themselves.
    by_name : names of nodes and numbers of accelerators mean the same in both; False: they are labels, and what is
        the same is found by matching.
    """
    forms = Forms()
    before, after = lay_out(old, forms), lay_out(new, forms)
    if by_name:
        matching = _by_name(before, after)
        endpoint_of = _endpoints_by_name(before, after)
    else:
        classify((before, after))
        probable, twins = probable_endpoints(before, after, forms)
        matching = match_nodes(before, after, forms, probable, twins)
        endpoint_of = match_endpoints(before, after, matching.old_of, probable)
    fits, certain = _fits(before, after, matching, forms, by_name=by_name)
    node_name = _named(matching.old_of, after, {node.id for node in old.nodes} | {copy.node for copy in old.copies})
    endpoint_name = _endpoint_names(endpoint_of, after, {each.name for each in old.endpoints} | {node.endpoint for node in old.nodes})
    copies = _copies(before, after, fits, node_name)
    nodes = tuple(node.model_copy(update={"id": node_name[node.id], "endpoint": endpoint_name[node.endpoint]}) for node in new.nodes)
    endpoints = [endpoint.model_copy(update={"name": endpoint_name[endpoint.name]}) for endpoint in new.endpoints]
    placement = new.model_copy(update={"nodes": nodes, "copies": copies, "endpoints": relisted(endpoints, nodes, copies)})
    return Translation(placement, certain)


def _by_name(before: Side, after: Side) -> NodeMatching:
    known = {host.id: host for host in before.hosts}
    return NodeMatching({host.id: host.id for host in after.hosts if host.id in known and known[host.id].pool == host.pool})


def _endpoints_by_name(before: Side, after: Side) -> dict[str, str]:
    def kind(side: Side, name: str) -> object:
        return (side.endpoints[name].hosting, side.endpoints[name].instance_type, side.endpoints[name].keep)

    return {name: name for name in after.endpoints if name in before.endpoints and kind(before, name) == kind(after, name)}


def _fits(before: Side, after: Side, matching: NodeMatching, forms: Forms, *, by_name: bool) -> tuple[dict[str, Fit], bool]:
    """How each new node that is an old one lies over it; and whether the whole is certain to load least."""
    hosts, worth, certain = {host.id: host for host in before.hosts}, worth_of(forms.sizes), matching.certain
    fits = {}
    for host in after.hosts:
        if host.id not in matching.old_of:
            continue
        there = hosts[matching.old_of[host.id]]
        # Nodes without anything in common, or with another hosting option, keep their accelerators' numbers.
        fit = fixed(there.content, host.content) if by_name else lay_over(there.content, host.content, worth)
        if there.hosting != host.hosting:
            fit = Fit((), fit.relabel)
        else:
            certain &= fit.certain
        fits[host.id] = fit
    return fits, certain


def _named(old_of: Mapping[str, str], after: Side, taken: set[str]) -> dict[str, str]:
    names = {host.id: old_of[host.id] for host in after.hosts if host.id in old_of}
    return names | _fresh((host.id for host in after.hosts if host.id not in old_of), taken | set(names.values()), "n")


def _endpoint_names(old_of: Mapping[str, str], after: Side, taken: set[str]) -> dict[str, str]:
    return {**old_of, **_fresh((name for name in after.endpoints if name not in old_of), taken, "ep")}


def _fresh(names: Iterable[str], taken: set[str], prefix: str) -> dict[str, str]:
    """Names for what is new: its own where nothing was called so, else the next free number."""
    found, taken, number = {}, set(taken), 0
    waiting = []
    for name in names:
        if name in taken:
            waiting.append(name)
        else:
            found[name] = name
            taken.add(name)
    for name in waiting:
        while f"{prefix}-{number}" in taken:
            number += 1
        found[name] = f"{prefix}-{number}"
        taken.add(found[name])
    return found


def _copies(before: Side, after: Side, fits: Mapping[str, Fit], node_name: Mapping[str, str]) -> tuple[PlacedCopy, ...]:
    """The new copies where they are, each with the number of the old copy that it is."""
    seated = [_seated(copy, fits.get(copy.node), node_name[copy.node]) for copy in after.placement.copies]
    old_copies = before.placement.copies
    numbers = {b.position: old_copies[a.position].copy_index for fit in fits.values() for a, b in fit.pairs}
    stayed = {a.position for fit in fits.values() for a, _ in fit.pairs}
    forms = Forms()
    gone = [(copy, forms.item(position, copy).form) for position, copy in enumerate(old_copies) if position not in stayed]
    come = [(position, copy, forms.item(position, copy).form) for position, copy in enumerate(seated) if position not in numbers]
    numbers.update(_continued(gone, come))
    free, taken = Counter[str](), {(copy.model, copy.copy_index) for copy in old_copies}
    for position, copy in enumerate(seated):
        if position not in numbers:
            while (copy.model, free[copy.model]) in taken:
                free[copy.model] += 1
            numbers[position] = free[copy.model]
            free[copy.model] += 1
    return tuple(_copy(copy, copy.node, copy.accelerators, numbers[position]) for position, copy in enumerate(seated))


def _seated(copy: PlacedCopy, fit: Fit | None, node: str) -> PlacedCopy:
    accelerators = tuple(sorted(fit.relabel[index] for index in copy.accelerators)) if fit else copy.accelerators
    return _copy(copy, node, accelerators, copy.copy_index)


def _copy(copy: PlacedCopy, node: str, accelerators: tuple[int, ...], number: int) -> PlacedCopy:
    """The copy elsewhere. Built without validation: there may be a hundred thousand, and each part is valid already."""
    if (copy.node, copy.accelerators, copy.copy_index) == (node, accelerators, number):
        return copy
    return PlacedCopy.model_construct(
        _fields_set=None, model=copy.model, copy_index=number, node=node, accelerators=accelerators, mode=copy.mode
    )  # fmt: skip


def _continued(gone: list[tuple[PlacedCopy, int]], come: list[tuple[int, PlacedCopy, int]]) -> dict[int, int]:
    """Numbers of copies that vanish in one place and appear in another: first on the same node, then in the same form, then any."""
    passes: tuple[Callable[[PlacedCopy, int], tuple[object, ...]], ...] = (
        lambda copy, form: (copy.node, form, copy.copy_index),
        lambda copy, form: (copy.node, form),
        lambda copy, _: (copy.node,),
        lambda copy, form: (form, copy.copy_index),
        lambda _, form: (form,),
        lambda copy, _: (copy.copy_index,),
        lambda _copy, _form: (),
    )
    numbers: dict[int, int] = {}
    for key in passes:
        waiting: defaultdict[tuple[object, ...], list[PlacedCopy]] = defaultdict(list)
        for copy, form in reversed(gone):
            waiting[copy.model, *key(copy, form)].append(copy)
        used = set()
        for position, copy, form in come:
            if position not in numbers and (found := waiting[copy.model, *key(copy, form)]):
                continued = found.pop()
                numbers[position] = continued.copy_index
                used.add(id(continued))
        gone = [(copy, form) for copy, form in gone if id(copy) not in used]
    return numbers
