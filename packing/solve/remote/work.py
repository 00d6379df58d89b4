"""A piece of work as a pure function: what is sent, what comes back, and how it is done, wherever that is."""

from __future__ import annotations

from dataclasses import dataclass

from packing.compile.data import Compiled
from packing.domain.words import Limit
from packing.solve.context import Proof, SearchContext
from packing.solve.remote.roles import Role
from packing.solve.remote.wire import FlatPlan, flat, whole
from packing.solve.strategies import begin, strategy_of


@dataclass(frozen=True, slots=True)
class Work:
    """All that a process needs to take part in a solve.

    Parameters
    ----------
    time_limit : seconds; they stand for so many units of work (`packing.solve.budget`).
    seconds : that may be used of it, however little is done by then; None: all.
    work : units that are done already.
    first : the plan of greedy's first pass, if it has been made.
    start : the best plan so far, if there is another.
    proof : what is proven so far; None: not even the common beginning is done.
    """

    compiled: Compiled
    role: Role
    time_limit: float
    seed: int
    gap: float
    workers: int = 1
    work: float = 0.0
    seconds: float | None = None
    first: FlatPlan | None = None
    start: FlatPlan | None = None
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What came of a piece of work."""

    plan: FlatPlan | None
    proof: Proof | None
    incidents: tuple[str, ...]
    limit: Limit | None
    """What ended it, as a whole or in parts; None: it had nothing more to try."""
    withdrawn: str | None = None
    """Why nothing that it claimed counts (`SearchContext.withdrawn`)."""


def context_options(work: Work) -> dict[str, float | int]:
    """What a search context for this work is made with, the clock apart."""
    seed = (work.seed + work.role.seed) % 2**31
    return {"time_limit": work.time_limit, "seed": seed, "workers": work.workers, "gap": work.gap, "work": work.work}


def prepare(work: Work, context: SearchContext) -> None:
    """Tell the context what is known already."""
    for each in (work.first, work.start):
        plan = whole(each)
        if plan is not None:
            context.offer(plan, "start")
    if work.proof is not None:
        context.raise_bound(*work.proof, "start")


def carry_out(work: Work, context: SearchContext) -> None:
    """Do the work in a prepared context."""
    if work.proof is None:
        begin(work.compiled, context, whole(work.first))
    strategy_of(work.role.strategy).improve(work.compiled, context)


def do(work: Work) -> Findings:
    """The work as a pure function, for executors that know nothing of this library; its clock starts when it does."""
    options = context_options(work)
    gone = 0.0 if work.seconds is None else max(0.0, options["time_limit"] - work.seconds)
    context = SearchContext(**options, spent=gone)  # type: ignore[arg-type]
    prepare(work, context)
    carry_out(work, context)
    return Findings(flat(context.incumbent), context.proof, tuple(context.incidents), context.ended_by(), context.withdrawn)
