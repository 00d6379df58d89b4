"""A request log, one line a request, to counts by model and slot. Nothing depends on the order of the lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from packing.errors import Fault, ProblemError, printable
from packing.forecast.clock import AmbiguousTimeError, Clock
from packing.forecast.lines import Cells, Source
from packing.forecast.notes import Kind

MANY_IDS = 2_000_000
"""Request ids that are remembered: between this many and twice as many of the last ones."""
PLAIN = 5
"""Lengths of fewer digits are kept exactly; longer ones are rounded up to three digits, which bounds how many there are."""
MOST_MODELS = 20_000
LONGEST = 10_000_000


@dataclass(slots=True)
class Span:
    """What a slot has of the whole log: when the first and the last of its requests came."""

    first: float
    last: float


@dataclass(slots=True)
class Counts:
    """What is kept of one model: requests by slot, and by meaning (input, output) how many requests have which length."""

    slots: dict[int, int] = field(default_factory=dict)
    lengths: tuple[dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}))

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(self.slots.values())


@dataclass(slots=True)
class Tally:
    """All that is kept of a log.

    Parameters
    ----------
    models : by name.
    spans : by slot, over all models.
    bad, back, ambiguous, duplicates, blank, lengthless : lines that are odd, by what is odd about them.
    furthest_back : seconds by which the clock went back at most.
    """

    models: dict[str, Counts] = field(default_factory=dict)
    spans: dict[int, Span] = field(default_factory=dict)
    bad: Kind = field(default_factory=Kind)
    back: Kind = field(default_factory=Kind)
    ambiguous: Kind = field(default_factory=Kind)
    duplicates: Kind = field(default_factory=Kind)
    blank: Kind = field(default_factory=Kind)
    lengthless: Kind = field(default_factory=Kind)
    furthest_back: float = 0.0

    @property
    def good(self) -> int:
        """Requests counted."""
        return sum(counts.requests for counts in self.models.values())


def count(source: Source, columns: Mapping[str, str], by: str | None, name: str, clock: Clock, tolerance: float) -> Tally:
    """Read a log.

    Parameters
    ----------
    columns : meaning → column; ``time`` is there.
    by : the column whose value is the model; None: all requests are of one, called `name`.
    tolerance : seconds by which a line may be earlier than one before it without being mentioned.

    Raises
    ------
    ProblemError : the file cannot be read to its end, or has more models than any platform.
    """
    tally, latest, known = Tally(), float("-inf"), _Recent()
    given = [meaning for meaning in ("id", "input", "output") if meaning in columns]
    wanted = [columns["time"], *([by] if by is not None else []), *(columns[meaning] for meaning in given)]
    at = {meaning: place for place, meaning in enumerate(given, start=1 + (by is not None))}
    own = at.get("id")
    lengths = [(place, at[meaning]) for place, meaning in enumerate(("input", "output")) if meaning in at]
    models, spans = tally.models, tally.spans
    for line, cells in source.rows(wanted):  # a million times: what is done here is done without detours
        seconds = _time(line, cells, clock, tally)
        if seconds is None or cells is None:
            continue
        model = name if by is None else printable(cells[1].strip())
        if not model:
            tally.blank.add(line, "")
            continue
        if own is not None and cells[own] and known.seen(cells[own]):
            tally.duplicates.add(line, cells[own])
            continue
        if seconds > latest:
            latest = seconds
        elif seconds < latest - tolerance:
            tally.back.add(line, cells[0])
            tally.furthest_back = max(tally.furthest_back, latest - seconds)
        bucket = clock.bucket(seconds)
        counts = models.get(model)
        if counts is None:
            if len(models) >= MOST_MODELS:
                cause = f"More than {MOST_MODELS:,} models: this looks like a column of something else."
                raise ProblemError([Fault("bad_history", f"line {line:,}", model, cause, "Name the column of the models: --column model=NAME.")])
            counts = models[model] = Counts()
        counts.slots[bucket] = counts.slots.get(bucket, 0) + 1
        span = spans.get(bucket)
        if span is None:
            spans[bucket] = Span(seconds, seconds)
        elif seconds > span.last:
            span.last = seconds
        elif seconds < span.first:
            span.first = seconds
        for place, cell in lengths:
            text = cells[cell]
            if not (len(text) < PLAIN and text.isdecimal()):
                text = _length(text)
                if not text:
                    tally.lengthless.add(line, cells[cell])
                    continue
            seen = counts.lengths[place]
            seen[text] = seen.get(text, 0) + 1
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


def _length(text: str) -> str:
    """A length as a whole number, rounded up, to three digits if it is long; empty if it is none."""
    try:
        tokens = float(text)
        whole = int(tokens) + (tokens > int(tokens))
    except (ValueError, OverflowError):
        return ""
    if not 0 <= whole <= LONGEST:
        return ""
    step = 10 ** max(0, len(str(whole)) - 3) if len(str(whole)) >= PLAIN else 1
    return str(-(-whole // step) * step)


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
