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


STRATEGIES: dict[str, Strategy] = {"greedy": _greedy}


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
