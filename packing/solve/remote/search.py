"""The way in: a first answer in the caller's process, the rest in others, so that none of it can take the caller down."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

from packing.compile.data import Compiled
from packing.domain.words import Limit
from packing.solve.context import SearchContext
from packing.solve.greedy.strategy import first_pass
from packing.solve.plan import Plan
from packing.solve.remote.children import Children
from packing.solve.remote.crew import Found
from packing.solve.remote.gather import Gathering, Job
from packing.solve.remote.process import NoChildError
from packing.solve.remote.roles import Role, roles
from packing.solve.remote.rounds import Rounds
from packing.solve.remote.wire import flat, whole
from packing.solve.remote.work import Work
from packing.solve.sizes import EXACT_COPIES
from packing.solve.strategies import Strategy, begin

LEAN = "ruin"
"""What is tried instead of a strategy that held too much memory: it holds little more than the plan."""
QUICK = 5_000
"""Candidates up to which the quickest bound takes a fraction of a second."""
SENDING_S = 1e-5
"""Seconds in which a candidate gets to a child process; where there are not as many, none is begun."""


def search(compiled: Compiled, context: SearchContext, strategy: Strategy, executor: Executor | None, memory_limit: int | None) -> None:
    """Solve with child processes, or an executor's; where none can be started, in this one."""
    first = start_here(compiled, context)
    if context.remaining() <= len(compiled.candidates) * SENDING_S:
        context.expire()
    if context.limit() is not None:
        return
    try:
        if executor is None:
            with_children(compiled, context, roles(compiled, strategy.name, context.workers), first, memory_limit)
        else:
            Rounds(compiled, context, strategy.name, executor, memory_limit).run()
    except NoChildError as error:
        context.note(f"solved in the caller's process: {error}")
        go_on_here(compiled, context, strategy, first)
        return
    finish_here(compiled, context, first)


def start_here(compiled: Compiled, context: SearchContext) -> Plan:
    """Greedy's first plan, so that there always is an answer; for small problems, where it often is proven at once, the common beginning."""
    first = first_pass(compiled, context)
    if compiled.copies <= EXACT_COPIES or context.limit() is not None:
        begin(compiled, context, first)
    return first


def finish_here(compiled: Compiled, context: SearchContext, first: Plan) -> None:
    """Where the others were lost before they had a bound: the quickest one, unless that would take too long after the end."""
    if context.proof is None and context.withdrawn is None and (context.limit() is None or len(compiled.candidates) <= QUICK):
        begin(compiled, context, first)


def go_on_here(compiled: Compiled, context: SearchContext, strategy: Strategy, first: Plan) -> None:
    """The rest of the search in this process."""
    if context.proof is None and context.withdrawn is None:
        begin(compiled, context, first)
    strategy.improve(compiled, context)


def with_children(compiled: Compiled, context: SearchContext, parts: list[Role], first: Plan, memory_limit: int | None) -> None:
    """A child for each role, all at the same time."""

    def work(role: Role) -> Work:
        return Work(
            compiled=compiled,
            role=role,
            time_limit=context.time_limit,
            seed=context.seed,
            gap=context.gap,
            work=context.budget.work,
            first=flat(first),
            start=flat(context.incumbent) if context.incumbent is not first else None,
            proof=context.proof,
        )

    def take(found: Found) -> None:
        plan = whole(found.plan)
        if plan is not None:
            context.offer(plan, found.source)
        if found.proof is not None:
            context.raise_bound(*found.proof, found.source)

    def job(role: Role) -> Job:
        # Where something runs, the lean strategy would not do: it knows neither pins nor limits on moves.
        lean = None if role.strategy == LEAN or compiled.home is not None else partial(work, replace(role, strategy=LEAN))
        return Job(partial(work, role), take, f"the child process for {role.strategy}", lean)

    jobs = [job(role) for role in parts]

    def until() -> Limit | None:
        """One alone sees for itself that its gap is reached, at the same plan in every run: only clock and caller stop it from here."""
        limit = context.limit()
        return None if limit is Limit.GAP and len(jobs) == 1 else limit

    Gathering(context, Children(memory_limit), jobs).run(until)
