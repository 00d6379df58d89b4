"""The strategies by name. Each takes the compiled problem and the search context, and offers plans and bounds to it."""

from __future__ import annotations

from collections.abc import Callable

from packing.compile.data import Compiled
from packing.errors import Fault, ProblemError
from packing.solve.context import SearchContext

Strategy = Callable[[Compiled, SearchContext], None]


def _greedy(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.bounds.run import linear_bound, quick_bound
    from packing.solve.greedy.strategy import greedy

    greedy(compiled, context)
    quick_bound(compiled, context)
    if context.limit() is None:
        linear_bound(compiled, context)


def _cp_sat(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.cp_sat.strategy import cp_sat

    _greedy(compiled, context)
    if context.limit() is None:
        cp_sat(compiled, context)


def _ruin(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.greedy.economy import Economy
    from packing.solve.ruin.strategy import ruin

    _greedy(compiled, context)
    if context.limit() is None:
        ruin(compiled, context, Economy(compiled), context.time_limit)


def _neighbourhood(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.greedy.economy import Economy
    from packing.solve.neighbourhood.strategy import neighbourhood

    _greedy(compiled, context)
    if context.limit() is None:
        neighbourhood(compiled, context, Economy(compiled), context.time_limit)


def _patterns(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.bounds.run import quick_bound
    from packing.solve.greedy.strategy import greedy
    from packing.solve.patterns.strategy import patterns

    greedy(compiled, context)
    quick_bound(compiled, context)  # also where nothing can be placed and there is no pattern to find
    if context.limit() is None:
        patterns(compiled, context)


def _auto(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.portfolio import portfolio

    portfolio(compiled, context)


STRATEGIES: dict[str, Strategy] = {
    "auto": _auto,
    "greedy": _greedy,
    "ruin": _ruin,
    "neighbourhood": _neighbourhood,
    "cp_sat": _cp_sat,
    "patterns": _patterns,
}


def strategies() -> tuple[str, ...]:
    """Names that `solve_placement(strategy=...)` accepts."""
    return tuple(STRATEGIES)


def strategy_of(name: str) -> Strategy:
    """A strategy by name. Raises ProblemError for an unknown one."""
    if name not in STRATEGIES:
        fault = Fault("bad_option", "strategy", name, "There is no such strategy.", f"Use one of {', '.join(strategies())}.")
        raise ProblemError([fault])
    return STRATEGIES[name]
