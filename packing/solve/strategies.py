"""The strategies: what each is for, what it supports, and how it runs.

Every solve begins alike (`begin`): greedy's plan and the quick bounds. A strategy improves on that; it offers plans
and bounds to the search context and returns when it has nothing more to try or `context.limit()` says so.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from packing.compile.data import Compiled
from packing.errors import Fault, ProblemError
from packing.solve.context import SearchContext
from packing.solve.plan import Plan

Run = Callable[[Compiled, SearchContext], None]
Supports = Callable[[Compiled], str | None]


def everything(_compiled: Compiled) -> str | None:
    """`supports` of a strategy that takes every problem."""
    return None


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to search.

    Parameters
    ----------
    name : what `solve_placement(strategy=...)` calls it.
    purpose : one line, what it is for.
    run : improves the context's incumbent (there always is one) and raises its bound, until `context.limit()`.
    supports : None if it can work on the problem, else the reason why not, in one line; it must be quick.
    """

    name: str
    purpose: str
    run: Run
    supports: Supports = everything

    def solve(self, compiled: Compiled, context: SearchContext) -> None:
        """A whole solve in this process: the common beginning, then this strategy where it can work."""
        begin(compiled, context)
        self.improve(compiled, context)

    def improve(self, compiled: Compiled, context: SearchContext) -> None:
        """This strategy alone, on a context that has an incumbent. What it does not support is left as it is, and said."""
        limit = context.limit()
        if limit in ("gap", "cancelled"):
            return
        reason = self.supports(compiled)
        if reason is None and limit is None:
            self.run(compiled, context)
        elif reason is not None:  # said also where time is up: whoever asked for it should know that more time would not help
            context.note(f"strategy {self.name} was not run: {reason}")


def begin(compiled: Compiled, context: SearchContext, first: Plan | None = None) -> None:
    """What comes before every strategy: greedy, so that there always is an answer, and bounds that need no solver.

    `first` : the plan of greedy's first pass, where it has been made already.
    """
    from packing.solve.bounds.run import quick_bound
    from packing.solve.greedy.strategy import first_pass, greedy
    from packing.solve.sizes import EXACT_COPIES

    first = first_pass(compiled, context) if first is None else first
    if (compiled.home is None or compiled.copies <= EXACT_COPIES) and not context.cut and not context.overdue(compiled.copies):
        quick_bound(compiled, context)  # where much runs already every moment counts, and a better bound follows at once
    if context.limit() is None and compiled.home is None:
        greedy(compiled, context, first=first)


def run_of(where: str) -> Run:
    """A strategy's `run` by name, ``package.module:function``, imported when it is first needed."""
    module, name = where.split(":")

    def run(compiled: Compiled, context: SearchContext) -> None:
        getattr(importlib.import_module(module), name)(compiled, context)

    return run


def supports_of(where: str) -> Supports:
    """A strategy's `supports` by name, imported when it is first needed."""
    module, name = where.split(":")

    def supports(compiled: Compiled) -> str | None:
        reason = getattr(importlib.import_module(module), name)(compiled)
        assert reason is None or isinstance(reason, str)
        return reason

    return supports


def _linear_bound(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.bounds.run import linear_bound

    linear_bound(compiled, context)


def _cp_sat(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.cp_sat.strategy import cp_sat

    _linear_bound(compiled, context)
    if context.limit() is None:
        cp_sat(compiled, context)


def _ruin(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.greedy.economy import Economy
    from packing.solve.ruin.strategy import ruin

    _linear_bound(compiled, context)
    if context.limit() is None:
        ruin(compiled, context, Economy(compiled), context.work_left())


def _neighbourhood(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.greedy.economy import Economy
    from packing.solve.neighbourhood.strategy import neighbourhood

    _linear_bound(compiled, context)
    if context.limit() is None:
        neighbourhood(compiled, context, Economy(compiled), context.work_left())


# One entry each; a new strategy is one more, with run=run_of("packing.solve.my_strategy.strategy:my_strategy").
_ALL = (
    Strategy("auto", "the portfolio: chooses by size, each part starts from the best answer so far", run_of("packing.solve.portfolio:portfolio")),
    Strategy("greedy", "an answer at once: best-fit decreasing in several passes, and a linear bound", _linear_bound),
    Strategy("ruin", "better plans for large problems: takes nodes apart and places their copies anew", _ruin),
    Strategy("neighbourhood", "what is left on the table: the exact formulation on a few nodes at a time", _neighbourhood),
    Strategy("cp_sat", "proof for small problems: the exact formulation, part by part", _cp_sat),
    Strategy(
        "patterns",
        "bounds and plans by column generation, for many copies of not too many shapes",
        run_of("packing.solve.patterns.strategy:patterns"),
    ),
    Strategy(
        "node_patterns",
        "bounds and plans by column generation over whole nodes, where nodes have one accelerator or none",
        run_of("packing.solve.node_patterns.strategy:node_patterns"),
        supports_of("packing.solve.node_patterns.strategy:supports"),
    ),
    Strategy(
        "shortage",
        "where stock does not suffice: how many copies must be missing, and plans that miss hardly more",
        run_of("packing.solve.shortage.strategy:shortage"),
        supports_of("packing.solve.shortage.strategy:supports"),
    ),
    Strategy(
        "split",
        "many shapes or parts: independent parts one by one, shares of the rest, repaired across their borders",
        run_of("packing.solve.split.strategy:split"),
        supports_of("packing.solve.split.strategy:supports"),
    ),
    Strategy(
        "rebalance",
        "from what runs now: few moves, each worth what it costs",
        run_of("packing.solve.rebalance.strategy:rebalance"),
        supports_of("packing.solve.rebalance.strategy:supports"),
    ),
)
STRATEGIES: dict[str, Strategy] = {each.name: each for each in _ALL}


def strategies() -> tuple[str, ...]:
    """Names that `solve_placement(strategy=...)` accepts."""
    return tuple(STRATEGIES)


def strategy_of(name: str) -> Strategy:
    """A strategy by name. Raises ProblemError for an unknown one."""
    if name not in STRATEGIES:
        fault = Fault("bad_option", "strategy", name, "There is no such strategy.", f"Use one of {', '.join(strategies())}.")
        raise ProblemError([fault])
    return STRATEGIES[name]
