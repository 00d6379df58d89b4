"""What one strategy answers to the mixed problems in a short time: several checks look at the same answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from packing.solve.strategies import Strategy, strategy_of
from packing.testing.conformance.problems import mixed_problems
from packing.testing.conformance.runner import SHORT_S, solve

if TYPE_CHECKING:
    from packing.solve import Progress, Result


@dataclass(frozen=True, slots=True)
class Answer:
    """One solve.

    Parameters
    ----------
    name : of the problem, to report it by.
    result : what came back after `SHORT_S` seconds at the most.
    progress : what was reported meanwhile, in order.
    """

    name: str
    result: Result
    progress: tuple[Progress, ...]


def short_answers(strategy: str) -> tuple[Answer, ...]:
    """The answer to each of `mixed_problems`; solved once, however many checks ask."""
    return _solved(strategy_of(strategy))


@lru_cache(maxsize=2)  # checks of one strategy follow one another; a strategy defined anew under an old name is another one
def _solved(chosen: Strategy) -> tuple[Answer, ...]:
    found = []
    for name, problem in mixed_problems():
        seen: list[Progress] = []
        result = solve(problem, chosen.name, time_limit=SHORT_S, on_progress=seen.append)
        found.append(Answer(name, result, tuple(seen)))
    return tuple(found)
