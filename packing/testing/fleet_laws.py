"""What must hold of every change of a fleet: written for tests, by looking at the placements and nothing else."""

from __future__ import annotations

from collections import Counter

from packing.domain.change import Policy
from packing.domain.migration import Migration, Outcome, StepKind
from packing.domain.placement import PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.solve.result import Result
from packing.verify import Verification, verify
from packing.verify.replay import replay

FIGURES = {"cost", "objective", "fitness", "status", "unplaced"}
"""What may be wrong with a placement that only a problem which has moved on makes wrong."""
COUNTED = {"copies", "throughput", "min_zones", "survive"}
"""Rules on how much there is: what is missing breaks them."""


def change_is_as_said(problem: Problem, current: Placement, result: Result, now: Verification, policy: Policy) -> None:
    """Drains are empty, pins stay, limits on moves hold where nothing forces a move, and nothing gets worse.

    Parameters
    ----------
    problem : expanded.
    now : what the checker says of the answer.
    """
    change, wanted = result.change, result.placement
    assert change is not None
    assert change.stayed + change.moved + change.added == len(wanted.copies)
    assert change.stayed + change.moved + change.removed <= len(current.copies)
    drained = set(policy.drain)
    left = [node.id for node in wanted.nodes if not drained.isdisjoint((node.id, node.pool))]
    assert set(left) <= set(change.blocked), f"something is on a drained node: {left}, {change.blocked}, {change.notices}"
    assert not change.blocked or _limited(policy), "a drain is blocked that nothing limits"
    before = verify(problem, current)
    if drained or not _sound(before, problem, current):
        return
    here, said = {_place(copy) for copy in wanted.copies}, {notice.where for notice in change.notices}
    for copy in current.copies:
        name = f"{copy.model}#{copy.copy_index}"
        if name in policy.pins and f"current.copies[{name}]" not in said:  # one that is not needed any more goes, and is named
            assert _place(copy) in here, f"pinned {name} has moved"
    moves = _moves(current, wanted)
    assert moves.total() == change.moved, "moves are not counted as they are"
    assert policy.max_moves is None or moves.total() <= policy.max_moves, "more moves than are allowed in all"
    assert policy.max_moves_per_model is None or max(moves.values(), default=0) <= policy.max_moves_per_model, "more moves of a model"
    assert [count for _, count in now.missing] <= [count for _, count in before.missing], "more is missing than before"
    if now.missing == before.missing and before.objective_units is not None:
        assert round(change.objective * 10**9) <= before.objective_units, "worse than changing nothing"


def _limited(policy: Policy) -> bool:
    """Whether there are fewer moves than there might have to be."""
    return any(limit is not None for limit in (policy.max_moves, policy.max_moves_per_node, policy.max_moves_per_model))


def _sound(found: Verification, problem: Problem, placement: Placement) -> bool:
    """Whether what runs breaks no rule except that something may be missing."""
    broken = {str(each.rule) for each in found.violations}
    return broken <= FIGURES | COUNTED and not _too_many(problem, placement)


def _too_many(problem: Problem, placement: Placement) -> bool:
    """Whether copies must go, or must be elsewhere: counts that break a rule although nothing is missing."""
    most = {model.name: model.copies.max for model in problem.models}
    counts = Counter(copy.model for copy in placement.copies)
    zones: dict[str, set[str]] = {}
    where = {node.id: node.zone for node in placement.nodes}
    for copy in placement.copies:
        zones.setdefault(copy.model, set()).add(where[copy.node])
    narrow = any(len(zones[model.name]) < min(model.min_zones, counts[model.name]) for model in problem.models if counts[model.name])
    surplus = any((limit := most.get(name)) is not None and count > limit for name, count in counts.items())
    return narrow or surplus or any(model.survive is not None for model in problem.models)


def _place(copy: PlacedCopy) -> tuple[str, str, tuple[int, ...], str]:
    return copy.model, copy.node, tuple(sorted(copy.accelerators)), copy.mode.model_dump_json()


def _moves(current: Placement, wanted: Placement) -> Counter[str]:
    """Copies of each model that leave where they are while another one comes up elsewhere."""
    old, new = Counter(map(_place, current.copies)), Counter(map(_place, wanted.copies))
    gone, come = Counter[str](), Counter[str]()
    for place, count in (old - new).items():
        gone[place[0]] += count
    for place, count in (new - old).items():
        come[place[0]] += count
    return gone & come


def migration_holds(problem: Problem, old: Placement, new: Placement, plan: Migration, before: Problem) -> bool:
    """Whether there is a plan; one that there is must hold in every state on the way.

    Parameters
    ----------
    problem, before : expanded: what `new` answers, and what knows everything that runs in `old`.
    """
    if plan.status is not Outcome.ORDERED:
        assert not plan.waves
        return False
    seen = replay(problem, old, new, plan, old_problem=before, full=True)
    assert seen.ok, seen.violations
    _floors_hold(problem, old, new, plan)
    return True


def _floors_hold(problem: Problem, old: Placement, new: Placement, plan: Migration) -> None:
    """Copies that serve, step by step in the order of the plan, and by its timetable."""
    had, will = Counter(copy.model for copy in old.copies), Counter(copy.model for copy in new.copies)
    floors = {model.name: min(had[model.name], will[model.name]) - model.max_unavailable for model in problem.models}
    steps = [step for wave in plan.waves for step in wave.steps]
    for order in (steps, sorted(steps, key=lambda step: step.starts_at)):
        serving = Counter(had)
        for step in order:
            if step.kind is StepKind.SHIFT_TRAFFIC:
                serving[step.model or ""] += 1
            elif step.kind is StepKind.DRAIN:
                serving[step.model or ""] -= 1
                assert serving[step.model or ""] >= floors.get(step.model or "", 0), f"{step.model} is below its floor"
        assert serving == will or {name: count for name, count in serving.items() if count} == dict(will), "not all that is wanted serves at the end"
