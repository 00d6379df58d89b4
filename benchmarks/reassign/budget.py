"""How much of the search is over: by a clock that is passed in, or by a number of steps, which is deterministic."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """What the search reads of a clock; `packing.solve.context.SearchContext` is one."""

    time_limit: float

    def elapsed(self) -> float:
        """Seconds since the start."""

    @property
    def cancelled(self) -> bool:
        """Whether the caller asked to stop."""


class Budget:
    """A limit in seconds, in steps, or both.

    Parameters
    ----------
    clock : its time limit counts; None: time does not.
    steps : annealing steps in all; None: they do not count.
    """

    def __init__(self, clock: Clock | None, steps: int | None) -> None:
        self._clock, self._steps = clock, steps
        self.spent = 0
        """Steps made."""

    def spend(self, steps: int) -> None:
        """Count steps."""
        self.spent += steps

    def used(self) -> float:
        """Share of the budget that is used, 1 or more when it is over or the caller asked to stop."""
        shares = [0.0]
        if self._clock is not None:
            if self._clock.cancelled or self._clock.time_limit <= 0:
                return 1.0
            shares.append(self._clock.elapsed() / self._clock.time_limit)
        if self._steps is not None:
            shares.append(self.spent / self._steps if self._steps > 0 else 1.0)
        return max(shares)

    def seconds(self, share: float) -> float | None:
        """This share of the time limit, or what is left of it if that is less; None: time does not count."""
        if self._clock is None:
            return None
        return max(0.0, min(share * self._clock.time_limit, self._clock.time_limit - self._clock.elapsed()))
