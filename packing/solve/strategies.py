"""The strategies by name. Each takes the compiled problem and the search context, and offers plans and bounds to it."""

from __future__ import annotations

from collections.abc import Callable

from packing.compile.data import Compiled
from packing.errors import Fault, ProblemError
from packing.solve.context import SearchContext

Strategy = Callable[[Compiled, SearchContext], None]


def _greedy(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.bounds.run import cheap_bound  # noqa: PLC0415
    from packing.solve.greedy.strategy import greedy  # noqa: PLC0415

    greedy(compiled, context)
    cheap_bound(compiled, context)


def _cp_sat(compiled: Compiled, context: SearchContext) -> None:
    from packing.solve.cp_sat.strategy import cp_sat  # noqa: PLC0415

    _greedy(compiled, context)
    if context.limit() is None:
        cp_sat(compiled, context)


STRATEGIES: dict[str, Strategy] = {"greedy": _greedy, "cp_sat": _cp_sat}


def strategies() -> tuple[str, ...]:
    """Names that `solve_placement(strategy=...)` accepts."""
    return ("auto", *STRATEGIES)


def strategy_of(name: str) -> Strategy:
    """A strategy by name. Raises ProblemError for an unknown one."""
    if name == "auto":
        return STRATEGIES["greedy"]
    if name not in STRATEGIES:
        fault = Fault("bad_option", "strategy", name, "There is no such strategy.", f"Use one of {', '.join(strategies())}.")
        raise ProblemError([fault])
    return STRATEGIES[name]
