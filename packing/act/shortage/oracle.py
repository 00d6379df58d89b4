"""Questions to the solver: whether everything can be placed, and if not, what is missing at least."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager

from packing.domain.problem import Problem
from packing.solve.api import solve_placement
from packing.solve.context import SearchContext
from packing.solve.result import Result

SMALL, LARGE = 60, 2_000
"""Copies up to which the exact formulation answers the questions (all it takes is a fraction of a second), and from which on the greedy
does: what it finds is valid, and takes no longer."""
FIRST, SHARE, LEAST_S = 3, 8, 3.0
"""The first question (for which child processes have to start) and any other may take this part of what is left of the time; and so many
seconds in any case."""


class Oracle:
    """Solves one problem after the other within one time limit, and counts what it was asked.

    Parameters
    ----------
    time_limit : seconds for all questions together; a first question is answered in any case, by the greedy where there is no time.
    seed : of every solve.
    processes : whether solves may use child processes.
    cancel : set it from any thread to stop.
    """

    def __init__(self, time_limit: float, seed: int, processes: bool, cancel: threading.Event | None) -> None:
        self._clock = SearchContext(time_limit, seed, cancel=cancel)
        self._seed, self._processes, self._cancel = seed, processes, cancel
        self.solves = 0
        self.doubts = 0
        """Questions whose answer was not proven: a no that may be wrong, or more copies missing than need be."""
        self._copies = 0

    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock.elapsed()

    @property
    def incidents(self) -> tuple[str, ...]:
        """What went otherwise than meant and did not spoil the answers."""
        return tuple(self._clock.incidents)

    def limit(self) -> str | None:
        """Which limit stops the search now: ``cancelled`` or ``time``; None: go on."""
        return self._clock.limit()

    def within(self, part: float) -> AbstractContextManager[None]:
        """For a while, only this part of the time that is left."""
        return self._clock.within(self._clock.remaining() * part)

    def solve(self, problem: Problem, *, part: float = 1 / SHARE, gap: float = 1.0, current: object = None) -> Result:
        """Solve with a part of the time that is left; the default gap stops as soon as no fewer copies can be missing."""
        result = self._solve(problem, part, gap, current)
        # A bound speaks of placements that miss just as much: where there is none, fewer might be missing.
        self.doubts += bool(result.unplaced) and result.bound is None
        return result

    def _solve(self, problem: Problem, part: float, gap: float, current: object) -> Result:
        remaining = self._clock.remaining()
        part = part if self.solves else max(part, 1 / FIRST)
        seconds = max(remaining * part, min(remaining, LEAST_S))
        self.solves += 1
        strategy = "auto" if current is not None or gap < 1 else _strategy(self._asked(problem))
        result = solve_placement(
            problem,
            time_limit=seconds,
            seed=self._seed,
            gap=gap,
            strategy=strategy,
            processes=self._processes,
            cancel=self._cancel,
            **({} if current is None else {"current": current}),  # type: ignore[arg-type]
        )
        if result.withdrawn is not None:
            self._clock.withdraw(result.withdrawn)
        self._copies = len(result.placement.copies) + sum(each.copies for each in result.unplaced)
        return result

    def _asked(self, problem: Problem) -> int:
        """Copies that are asked for, roughly: by the last answer, or else the minima."""
        return self._copies or sum(model.copies.min for model in problem.models)

    def complete(self, problem: Problem) -> bool:
        """Whether everything can be placed; False also where time is up before it is found out (then it is a doubt)."""
        if self.limit() is not None:
            self.doubts += 1
            return False
        result = self._solve(problem, 1 / SHARE, 1.0, None)
        self.doubts += bool(result.unplaced) and not result.complete_is_impossible
        return not result.unplaced


def _strategy(copies: int) -> str:
    return "cp_sat" if copies <= SMALL else "auto" if copies <= LARGE else "greedy"
