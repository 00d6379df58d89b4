"""A piece of work as a pure function: what is sent, what comes back, and how it is done, wherever that is."""

from __future__ import annotations

from dataclasses import dataclass

from packing.compile.data import Compiled
from packing.solve.context import Proof, SearchContext
from packing.solve.remote.roles import Role
from packing.solve.remote.wire import FlatPlan, flat, whole
from packing.solve.strategies import begin, strategy_of


@dataclass(frozen=True, slots=True)
class Work:
    """All that a process needs to take part in a solve.

    Parameters
    ----------
    time_limit : seconds; what a strategy measures its work by, so that it does not depend on who is quick.
    seconds : that may be used of it, however little is done by then; None: all.
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
    limit: str | None
    """Which limit stopped it; None: it ended by itself."""
    withdrawn: str | None = None
    """Why nothing that it claimed counts (`SearchContext.withdrawn`)."""


def context_options(work: Work) -> dict[str, float | int]:
    """What a search context for this work is made with, the clock apart."""
    limit = work.time_limit if work.role.seconds is None else min(work.time_limit, work.role.seconds)
    return {"time_limit": limit, "seed": (work.seed + work.role.seed) % 2**31, "workers": work.workers, "gap": work.gap}


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
    return Findings(flat(context.incumbent), context.proof, tuple(context.incidents), context.limit(), context.withdrawn)
