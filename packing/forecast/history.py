"""What was seen: rates of each model, slot after slot, with what is not known left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from packing.domain.units import MICRO, need
from packing.errors import Fault, ProblemError


@dataclass(frozen=True, slots=True)
class Tokens:
    """Lengths of the requests of one model.

    Parameters
    ----------
    requests : how many of them stated a length.
    mean : tokens.
    quantile : tokens that the wanted share of the requests does not exceed.
    """

    requests: int
    mean: float
    quantile: float


@dataclass(frozen=True, slots=True)
class History:
    """Rates of models over time.

    Parameters
    ----------
    models : names, sorted.
    slots : slots in a cycle, e.g. the 24 hours of a day.
    cells : for each moment that was observed its (cycle, slot); one that comes twice in a cycle was observed twice
        (the hour that autumn repeats).
    rates : [model][moment], millionths of a request per second; None where it is not known.
    slot_hours : length of a slot.
    time_zone : of the slots.
    requests : of each model, how many were counted; empty for a table of rates.
    inputs, outputs : lengths by model, of those that have any.
    notes : what a reader has to know about the history, a sentence each.
    """

    models: tuple[str, ...]
    slots: int
    cells: tuple[tuple[int, int], ...]
    rates: tuple[tuple[int | None, ...], ...]
    slot_hours: float = 1.0
    time_zone: str = "UTC"
    requests: Mapping[str, int] = field(default_factory=dict)
    inputs: Mapping[str, Tokens] = field(default_factory=dict)
    outputs: Mapping[str, Tokens] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, rates: Mapping[str, Sequence[float | None]], slots: int = 24, slot_hours: float = 1.0) -> History:
        """The history of plain lists: one rate (requests/s) per slot, from the first slot of a cycle on; None: not known.

        Raises
        ------
        ProblemError : there is nothing, or the lists differ in length.
        """
        lengths = {len(each) for each in rates.values()}
        if lengths in (set(), {0}):
            raise ProblemError([Fault("no_history", "rates", "", "There are no rates.", "Give each model a rate per slot.")])
        if len(lengths) > 1:
            text = f"{min(lengths)} to {max(lengths)} rates"
            raise ProblemError(
                [Fault("profile_length", "rates", text, "The models have histories of different lengths.", "Write None for what is not known.")]
            )
        names = tuple(sorted(rates))
        cells = tuple(divmod(at, slots) for at in range(lengths.pop()))
        return cls(
            names, slots, cells, tuple(tuple(None if rate is None else need(rate, MICRO) for rate in rates[name]) for name in names), slot_hours
        )

    @property
    def cycles(self) -> tuple[int, ...]:
        """The cycles (days) of which anything was observed, in order."""
        return tuple(sorted({cycle for cycle, _ in self.cells}))

    def series(self, model: str) -> tuple[int | None, ...]:
        """The rates of one model, moment by moment."""
        try:
            return self.rates[self.models.index(model)]
        except ValueError:
            cause, action = "The history has no such model.", f"Take one of its {len(self.models)} models."
            raise ProblemError([Fault("unknown_model", "models", model, cause, action)]) from None

    def during(self, cycles: Sequence[int]) -> History:
        """Only what was observed in these cycles."""
        wanted = set(cycles)
        kept = [at for at, (cycle, _) in enumerate(self.cells) if cycle in wanted]
        return self._only(kept)

    def last(self, hours: float) -> History:
        """Only the last so many hours.

        Raises
        ------
        ProblemError : that is no time in which anything could have been observed.
        """
        if not hours > 0:
            raise ProblemError([Fault("bad_option", "--last", str(hours), "No time at all.", "Give the hours to plan from, e.g. 24.")])
        numbers = [cycle * self.slots + slot for cycle, slot in self.cells]
        kept = [at for at, number in enumerate(numbers) if (max(numbers) - number) * self.slot_hours < hours]
        return self._only(kept)

    def _only(self, kept: Sequence[int]) -> History:
        """These moments; how many requests they had is not known any more, and lengths are those of the whole history."""
        rates = tuple(tuple(series[at] for at in kept) for series in self.rates)
        return replace(self, cells=tuple(self.cells[at] for at in kept), rates=rates, requests={})

    def flat(self) -> History:
        """The same with a single slot: every moment of a cycle is an observation of it. For plans with one figure for all hours."""
        return replace(self, slots=1, cells=tuple((cycle, 0) for cycle, _ in self.cells))
