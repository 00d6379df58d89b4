"""A request log, one line a request, to counts by model and slot. Nothing depends on the order of the lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from packing.forecast.clock import AmbiguousTimeError, Clock
from packing.forecast.lines import Cells, Source
from packing.forecast.notes import Kind

MANY_IDS = 2_000_000
"""Request ids that are remembered: between this many and twice as many of the last ones."""
FINE = 10_000
"""Lengths up to here are kept exactly; longer ones are rounded up to three digits, which bounds how many there are."""
LONGEST = 10_000_000


@dataclass(slots=True)
class Span:
    """What a slot has of the whole log: requests, and when the first and the last of them came."""

    requests: int = 0
    first: float = float("inf")
    last: float = float("-inf")


@dataclass(slots=True)
class Tally:
    """All that is kept of a log.

    Parameters
    ----------
    counts : requests by model and slot.
    spans : by slot, over all models.
    lengths : by ("input" or "output", model): tokens → how many requests.
    ambiguous : slots of which requests could not be told from those of the hour before or after.
    good : lines counted.
    """

    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    spans: dict[int, Span] = field(default_factory=dict)
    lengths: dict[tuple[str, str], dict[int, int]] = field(default_factory=dict)
    good: int = 0
    bad: Kind = field(default_factory=Kind)
    back: Kind = field(default_factory=Kind)
    ambiguous: Kind = field(default_factory=Kind)
    duplicates: Kind = field(default_factory=Kind)
    blank: Kind = field(default_factory=Kind)
    lengthless: Kind = field(default_factory=Kind)
    furthest_back: float = 0.0


def count(source: Source, columns: Mapping[str, str], by: str | None, name: str, clock: Clock, tolerance: float) -> Tally:
    """Read a log.

    Parameters
    ----------
    columns : meaning → column; ``time`` is there.
    by : the column whose value is the model; None: all requests are of one, called `name`.
    tolerance : seconds by which a line may be earlier than one before it without being mentioned.
    """
    tally, latest = Tally(), float("-inf")
    given = [meaning for meaning in ("input", "output", "id") if meaning in columns]
    wanted = [columns["time"], *([by] if by is not None else []), *(columns[meaning] for meaning in given)]
    at = {meaning: place for place, meaning in enumerate(given, start=1 + (by is not None))}
    known = _Recent()
    for line, cells in source.rows(wanted):
        seconds = _time(line, cells, clock, tally)
        if seconds is None or cells is None:
            continue
        if "id" in at and cells[at["id"]] and known.seen(cells[at["id"]]):
            tally.duplicates.add(line, cells[at["id"]])
            continue
        model = name if by is None else cells[1].strip()
        if not model:
            tally.blank.add(line, "")
            continue
        if seconds < latest - tolerance:
            tally.back.add(line, cells[0])
            tally.furthest_back = max(tally.furthest_back, latest - seconds)
        latest = max(latest, seconds)
        _add(tally, model, clock.bucket(seconds), seconds)
        for meaning in ("input", "output"):
            if meaning in at:
                _length(tally, meaning, model, line, cells[at[meaning]])
    return tally


def _time(line: int, cells: Cells, clock: Clock, tally: Tally) -> float | None:
    if cells is None:
        tally.bad.add(line, "The line has too few cells, or is no JSON object.")
        return None
    try:
        return clock.seconds(cells[0])
    except AmbiguousTimeError:
        tally.ambiguous.add(line, cells[0])
    except (ValueError, OverflowError, OSError) as error:
        tally.bad.add(line, f"{cells[0][:40]!r}: {error if isinstance(error, ValueError) else 'This is not a time.'}")
    return None


def _add(tally: Tally, model: str, bucket: int, seconds: float) -> None:
    tally.good += 1
    slots = tally.counts.setdefault(model, {})
    slots[bucket] = slots.get(bucket, 0) + 1
    span = tally.spans.setdefault(bucket, Span())
    span.requests += 1
    span.first, span.last = min(span.first, seconds), max(span.last, seconds)


def _length(tally: Tally, meaning: str, model: str, line: int, text: str) -> None:
    try:
        tokens = float(text)
        whole = int(tokens) + (tokens > int(tokens))
    except (ValueError, OverflowError):
        whole = -1
    if not 0 <= whole <= LONGEST:
        tally.lengthless.add(line, text)
        return
    if whole > FINE:
        step = 10 ** (len(str(whole)) - 3)
        whole = -(-whole // step) * step
    seen = tally.lengths.setdefault((meaning, model), {})
    seen[whole] = seen.get(whole, 0) + 1


class _Recent:
    """Ids seen before: two generations, of which the older one is forgotten when the newer one is full."""

    def __init__(self) -> None:
        self._new: set[int] = set()
        self._old: set[int] = set()

    def seen(self, text: str) -> bool:
        key = hash(text)
        if key in self._new or key in self._old:
            return True
        if len(self._new) >= MANY_IDS:
            self._old, self._new = self._new, set()
        self._new.add(key)
        return False
