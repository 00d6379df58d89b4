"""What a check is, and how one strategy is run through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from packing.domain.problem import Problem
    from packing.solve import Result
    from packing.verify import Verification

PATIENCE_S = 10.0
"""Time limit of a solve whose answer must not depend on the clock; the problems are tiny, so that strategies end long before it."""

SHORT_S = 0.3
"""Time limit where any honest answer will do."""


class ConformanceError(AssertionError):
    """A strategy does not do what every strategy must."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that every strategy must do; `run(strategy_name)` raises `ConformanceError` where it does not."""

    name: str
    sentence: str
    run: Callable[[str], None]

    def __str__(self) -> str:
        return self.name


def require(holds: object, said: str) -> None:
    """Raise `ConformanceError` with what was seen unless `holds`."""
    if not holds:
        raise ConformanceError(said)


def solve(problem: Problem, strategy: str, *, time_limit: float = PATIENCE_S, **options: Any) -> Result:
    """Solve in the way in which answers are promised to be reproducible: one worker, a seed."""
    from packing.solve import solve_placement

    return solve_placement(problem, strategy=strategy, time_limit=time_limit, seed=0, workers=1, **options)


def judged(result: Result) -> Verification:
    """What the independent checker says of the result's placement."""
    from packing.verify import verify

    return verify(result.expanded.problem, result.placement, result.digest)


def run_all(strategy: str, checks: Iterable[Check]) -> None:
    """Run the checks, and say of all that failed what was seen."""
    failures = []
    for check in checks:
        try:
            check.run(strategy)
        except ConformanceError as error:
            failures.append(f"{check.name} ({check.sentence}) {error}")
    require(not failures, f"strategy {strategy}: " + "\n".join(failures))
