"""`diff`: what leads from one placement to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from packing.act.diff.mend import contradictions, mend
from packing.act.diff.translate import translate
from packing.act.diff.types import (
    CopyChange,
    CopyChanges,
    Counts,
    Diff,
    EndpointChanges,
    Figures,
    NodeChange,
    NodeChanges,
    Resize,
    Seat,
)
from packing.domain.placement import PlacedCopy, Placement
from packing.domain.same import needs_key
from packing.domain.words import Hosting
from packing.errors import ProblemError

if TYPE_CHECKING:
    from packing.describe.expand import Expanded
    from packing.domain.problem import Problem


def diff(old: Placement, new: Placement, *, by_name: bool = False, problem: Problem | Expanded | None = None) -> Diff:
    """What has to happen so that `old` becomes `new`, and no more.

    Names of nodes and endpoints, numbers of copies and of accelerators are labels: what is the same is found by a
    matching that loads as few copies as possible, then as few bytes, then starts and stops as few nodes
    (docs/design/diff.md). Two placements that differ in names only have an empty diff.

    Parameters
    ----------
    old : what runs; where it contradicts itself (a copy listed twice, or on a node that is not listed), it is read
        as well as it can be.
    new : what is to run.
    by_name : names of nodes and numbers of accelerators are facts: for a `new` that was made from `old`, e.g. to
        empty one particular node.
    problem : whose prices say what `old` costs; None: what it says of itself, which who reads a cluster can only make up.

    Returns
    -------
    Diff : in the names of `old`; `apply_diff` carries it out.

    Raises
    ------
    ProblemError : `new` contradicts itself, or a name in `old` stands for two different things; all faults of both.
    """
    faults = contradictions(new, "new")
    try:
        mended = mend(old)
    except ProblemError as error:
        raise ProblemError([*error.faults, *faults]) from None
    if faults:
        raise ProblemError(faults)
    translated = translate(mended, new, by_name=by_name)
    found = between(old, mended, translated.placement, by_name=by_name, certain=translated.certain)
    return found if problem is None else found.model_copy(update={"cost_per_hour_before": _cost(problem, mended)}).sealed()


def _cost(problem: Problem | Expanded, placement: Placement) -> float:
    """USD per hour at the problem's prices."""
    from packing.describe.expand import Expanded, expand
    from packing.solve.scores import running_cost_micro_usd, usd

    expanded = problem if isinstance(problem, Expanded) else expand(problem)
    return usd(running_cost_micro_usd(expanded.problem, placement))


def between(old: Placement, mended: Placement, target: Placement, *, by_name: bool = False, certain: bool = True) -> Diff:
    """The diff of two placements in which the same name is the same thing."""
    endpoints, nodes, copies = _endpoints(mended, target), _nodes(mended, target), _copies(mended, target)
    loaded = [copy.mode.size for copy in copies.added] + [change.after.mode.size for change in (*copies.moved, *copies.changed)]
    counts = Counts(
        endpoints_opened=len(endpoints.opened), endpoints_closed=len(endpoints.closed), endpoints_resized=len(endpoints.resized),
        nodes_opened=len(nodes.opened), nodes_closed=len(nodes.closed), nodes_changed=len(nodes.changed),
        copies_added=len(copies.added), copies_removed=len(copies.removed), copies_moved=len(copies.moved), copies_changed=len(copies.changed),
        copies_restated=len(copies.restated), copies_kept=len(target.copies) - len(loaded), loads=len(loaded), bytes_loaded=sum(loaded),
    )  # fmt: skip
    return Diff(
        base=old.state_digest(), target=target.state_digest(), by_name=by_name, smallest=certain, endpoints=endpoints, nodes=nodes, copies=copies, counts=counts,
        cost_per_hour_before=old.cost_per_hour, after=Figures(**{name: getattr(target, name) for name in Figures.model_fields}),
    ).sealed()  # fmt: skip


def _endpoints(old: Placement, new: Placement) -> EndpointChanges:
    before, after = {each.name: each for each in old.endpoints}, {each.name: each for each in new.endpoints}
    resized = []
    for name in (name for name in before if name in after):
        was, will = set(before[name].nodes), set(after[name].nodes)
        if was != will:
            added = tuple(node for node in after[name].nodes if node not in was)
            removed = tuple(node for node in before[name].nodes if node not in will)
            resized.append(Resize(name=name, nodes_before=len(was), nodes_after=len(will), added=added, removed=removed))
    return EndpointChanges(
        opened=tuple(each for name, each in after.items() if name not in before),
        closed=tuple(each for name, each in before.items() if name not in after),
        resized=tuple(resized),
    )


def _hosting(placement: Placement) -> dict[str, Hosting]:
    return {endpoint.name: endpoint.hosting for endpoint in placement.endpoints}


def _nodes(old: Placement, new: Placement) -> NodeChanges:
    before, after = {node.id: node for node in old.nodes}, {node.id: node for node in new.nodes}
    hosting_before, hosting_after = _hosting(old), _hosting(new)
    changed = [
        NodeChange(
            id=name, endpoint_before=before[name].endpoint, endpoint_after=after[name].endpoint,
            hosting_before=hosting_before.get(before[name].endpoint), hosting_after=hosting_after.get(after[name].endpoint),
        )
        for name in before if name in after and before[name].endpoint != after[name].endpoint
    ]  # fmt: skip
    return NodeChanges(
        opened=tuple(each for name, each in after.items() if name not in before),
        closed=tuple(each for name, each in before.items() if name not in after),
        changed=tuple(changed),
    )


def _copies(old: Placement, new: Placement) -> CopyChanges:
    def key(copy: PlacedCopy) -> tuple[str, int]:
        return (copy.model, copy.copy_index)

    before, after = {key(copy): copy for copy in old.copies}, {key(copy): copy for copy in new.copies}
    hosting_before, hosting_after = _by_node(old), _by_node(new)
    kinds: dict[str, list[CopyChange]] = {"moved": [], "changed": [], "restated": []}
    for name in (name for name in before if name in after):
        one, other = before[name], after[name]
        was, will = hosting_before.get(one.node), hosting_after.get(other.node)
        kind = _what_happens(one, other, rehosted=was != will)
        if kind:
            change = {"model": one.model, "copy": one.copy_index, "before": _seat(one, was), "after": _seat(other, will)}
            kinds[kind].append(CopyChange.model_validate(change))
    return CopyChanges(
        added=tuple(each for name, each in after.items() if name not in before),
        removed=tuple(each for name, each in before.items() if name not in after),
        **{kind: tuple(changes) for kind, changes in kinds.items()},
    )


def _what_happens(one: PlacedCopy, other: PlacedCopy, *, rehosted: bool) -> str | None:
    if one.node != other.node or sorted(one.accelerators) != sorted(other.accelerators):
        return "moved"
    if rehosted:
        return "changed"
    if one.mode is other.mode or one.mode == other.mode:
        return None
    return "restated" if needs_key(one.mode) == needs_key(other.mode) else "changed"


def _by_node(placement: Placement) -> Mapping[str, Hosting | None]:
    hosting = _hosting(placement)
    return {node.id: hosting.get(node.endpoint) for node in placement.nodes}


def _seat(copy: PlacedCopy, hosting: Hosting | None) -> Seat:
    return Seat(node=copy.node, accelerators=copy.accelerators, mode=copy.mode, hosting=hosting)
