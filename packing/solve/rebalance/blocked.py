"""Drains under limits on moves: a node is emptied by as many moves as are allowed, or it goes on serving, and that is said.

A drain is voluntary. What it asks for may take more moves than the copies on the node: others may have to make room for them. Where that
is more than the policy allows, taking the copies down would be neither what was asked for nor safe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from packing.compile.data import UNLIMITED, Compiled
from packing.compile.home import Home
from packing.errors import Fault
from packing.solve.bounds.forced import forced_vector
from packing.solve.plan import Plan
from packing.solve.rebalance.limits import Limits, moves_by_node, moves_of
from packing.solve.rebalance.mend import mend
from packing.solve.rebalance.quick import Solver, fewest_moves, within_limits

TRIES = 12
"""Nodes of one drain that are looked at one by one, where all together are too many moves; the others wait for the next time."""

NOT_FOUND = "no way to do it without stopping what runs was found in the time given."

Compile = Callable[[Sequence[str]], Compiled]
"""The problem with these nodes drained."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a drain comes to.

    Parameters
    ----------
    drain : nodes that can be emptied.
    first : a plan that empties them within the limits; None: what is missing then is not for want of moves.
    blocked : for each of the others why not.
    held_back : where copies stay missing for want of moves: how many moves would do, said as a fault.
    """

    drain: tuple[str, ...]
    first: Plan | None
    blocked: tuple[Fault, ...] = ()
    held_back: tuple[Fault, ...] = ()


def drained_within_limits(nodes: Sequence[str], compile_with: Compile, solver: Solver, part: float) -> Outcome:
    """Which of these nodes can be emptied by no more moves than are allowed, without stopping what is wanted."""
    whole = _try(compile_with(nodes), lambda: compile_with(()), solver, part)
    if whole.possible or not nodes:
        return Outcome(tuple(nodes), whole.plan, held_back=whole.short)
    if len(nodes) == 1:
        return Outcome((), None, (_said(nodes[0], whole),))
    accepted: list[str] = []
    plan: Plan | None = None
    blocked: list[Fault] = []
    for name in nodes:
        so_far, tried = tuple(accepted), None
        if len(accepted) + len(blocked) < TRIES:
            tried = _try(compile_with((*so_far, name)), partial(compile_with, so_far), solver, part / min(TRIES, len(nodes)))
        if tried is not None and tried.possible:
            accepted.append(name)
            plan = tried.plan
        else:
            blocked.append(_said(name, tried))
    return Outcome(tuple(accepted), plan, tuple(blocked))


@dataclass(frozen=True, slots=True)
class _Tried:
    """Whether a drain is possible; if not, what it would take."""

    possible: bool
    plan: Plan | None
    short: tuple[Fault, ...] = ()
    """For want of moves copies stay missing that were missing before."""
    why: str = ""


def _try(compiled: Compiled, without: Callable[[], Compiled], solver: Solver, part: float) -> _Tried:
    """Whether `compiled`, with its drain, can be had within the limits as well as it can be `without`."""
    first = mend(compiled)
    limits = Limits(compiled, first)
    plan = within_limits(compiled, first, solver)
    if plan.value.missing <= forced_vector(compiled):
        return _Tried(possible=True, plan=plan)
    best, proven = fewest_moves(compiled, solver, part) if solver.open else (plan, False)
    helpful = best.value.missing < plan.value.missing
    if helpful and limits.allow(best):
        return _Tried(possible=True, plan=best)
    if proven and not helpful:
        return _Tried(possible=True, plan=plan)  # whatever is allowed, no more can be placed
    before = without()
    as_before = plan.value.missing <= within_limits(before, mend(before), solver).value.missing
    if not helpful:
        return _Tried(possible=as_before, plan=plan if as_before else None, why=NOT_FOUND)
    why = _needed(compiled, limits, best, proven)
    fewer = sum(plan.value.missing) - sum(best.value.missing)
    if as_before:
        cause = f"{fewer:,} more copies could run: {why}"
        return _Tried(possible=True, plan=plan, short=(Fault("held_back", "policy", _limit(limits.home), cause, "Allow more moves."),))
    return _Tried(possible=False, plan=None, why=why)


def _needed(compiled: Compiled, limits: Limits, best: Plan, proven: bool) -> str:
    """How many moves it takes, and how many there may be."""
    home, moved = limits.home, moves_of(compiled, best)
    takes = "are needed" if proven else "are needed as far as is known"
    if moved.total() > limits.most:
        return f"{moved.total():,} moves {takes}, {home.max_moves:,} allowed (max_moves)."
    for model, count in sorted(moved.items()):
        if count > home.max_moves_per_model:
            return f"{count:,} moves of {compiled.models[model].name} {takes}, {home.max_moves_per_model:,} allowed (max_moves_per_model)."
    name, count = max(moves_by_node(compiled, best).items(), key=lambda item: (item[1], item[0]))
    return f"{count:,} moves to or from node {name} {takes}, {home.max_moves_per_node:,} allowed (max_moves_per_node)."


def _limit(home: Home) -> str:
    names = ("max_moves", "max_moves_per_node", "max_moves_per_model")
    return ", ".join(f"{name}: {value}" for name in names if (value := getattr(home, name)) < UNLIMITED)


def _said(name: str, tried: _Tried | None) -> Fault:
    why = tried.why if tried else f"where all together take too many moves, no more than {TRIES} nodes are looked at one by one."
    cause = f"It is not drained: {why}"
    return Fault("drain_blocked", f"policy.drain[{name}]", name, cause, "It goes on serving. Allow more moves, or drain it in several steps.")
