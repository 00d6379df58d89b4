"""`apply_diff`: the placement that a diff leads to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from packing.act.diff.mend import mend, relisted
from packing.act.diff.types import Diff, Figures
from packing.domain.placement import PlacedCopy, Placement
from packing.errors import Fault, ProblemError

T = TypeVar("T")


def apply_diff(old: Placement, diff: Diff) -> Placement:
    """The placement that `diff` leads to from `old`: what it was made for, under the names of `old`.

    Returns
    -------
    Placement : a new one; `old` is not touched. Its figures (cost, objective, scores, what is left out) are those of
        the placement that the diff leads to.

    Raises
    ------
    ProblemError : code ``stale_state``: `old` is not the state that the diff was made for; code ``bad_diff``: the
        diff does not lead to what it says.
    """
    state = old.state_digest()
    if state != diff.base:
        raise ProblemError([_stale(state, diff)])
    before = mend(old)
    copies = _copies(before.copies, diff)
    moved = {change.id: change.endpoint_after for change in diff.nodes.changed}
    nodes = _replaced(
        [node.model_copy(update={"endpoint": moved[node.id]}) if node.id in moved else node for node in before.nodes],
        diff.nodes.closed, diff.nodes.opened, lambda node: node.id,
    )  # fmt: skip
    endpoints = _replaced(before.endpoints, diff.endpoints.closed, diff.endpoints.opened, lambda endpoint: endpoint.name)
    figures = {name: getattr(diff.after, name) for name in Figures.model_fields}
    applied = before.model_copy(update={"copies": copies, "nodes": tuple(nodes), "endpoints": relisted(endpoints, nodes, copies), **figures})
    if applied.state_digest() != diff.target:
        cause = "Applied to its base, this diff does not give the state that it names as its target: it was changed after it was made."
        raise ProblemError([Fault("bad_diff", "target", diff.target, cause, "Make it again with `packing diff`.")])
    if not diff.is_whole:
        cause = "Its figures are not those with which it was made: it was changed afterwards."
        raise ProblemError([Fault("bad_diff", "seal", diff.seal or "", cause, "Make it again with `packing diff`.")])
    return applied


def _stale(state: str, diff: Diff) -> Fault:
    if state == diff.target:
        cause, action = "The diff has been applied already: this is the state that it leads to.", "There is nothing to do."
    else:
        cause, action = f"The diff was made for another state ({diff.base}).", "Make a new one from what runs now with `packing diff`."
    return Fault("stale_state", "base", state, cause, action)


def _replaced(things: Iterable[T], gone: Iterable[T], come: Iterable[T], name: Callable[[T], Hashable]) -> list[T]:
    away = {name(thing) for thing in gone}
    return [*(thing for thing in things if name(thing) not in away), *come]


def _copies(copies: tuple[PlacedCopy, ...], diff: Diff) -> tuple[PlacedCopy, ...]:
    """Copies in the order of the old placement, model by model; added ones after the others of their model."""
    changes = (*diff.copies.moved, *diff.copies.changed, *diff.copies.restated)
    after = {(change.model, change.copy_index): change.after for change in changes}
    gone = {(copy.model, copy.copy_index) for copy in diff.copies.removed}
    found = []
    for copy in copies:
        seat = after.get((copy.model, copy.copy_index))
        if seat is not None:
            found.append(copy.model_copy(update={"node": seat.node, "accelerators": seat.accelerators, "mode": seat.mode}))
        elif (copy.model, copy.copy_index) not in gone:
            found.append(copy)
    found += diff.copies.added
    order: dict[str, int] = {}
    for copy in (*copies, *diff.copies.added):
        order.setdefault(copy.model, len(order))
    return tuple(sorted(found, key=lambda copy: (order[copy.model], copy.copy_index)))
