"""From counts to rates: which slots were observed, how much of each, and what the reader has to know about the rest."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from packing.domain.units import MICRO
from packing.errors import Fault, ProblemError
from packing.forecast.clock import Clock
from packing.forecast.history import History, Tokens
from packing.forecast.log import Tally
from packing.forecast.quantile import plain

LEAST = 6
"""A slot of which less than one part in so many was observed says nothing."""
LONGEST_HOLE = 31 * 86_400
"""Seconds without a line that may still be a quiet time."""
MOST_RATES = 20_000_000
MANY_BAD = 100
"""More than one unreadable line in so many: not a log with a few bad lines, but a file that is not understood."""


def history_of(tally: Tally, clock: Clock, slots: int, quantile: float, *, silence_is_zero: bool, where: str) -> History:
    """The history that a log tells.

    A slot without a line of any model, between the first and the last line, was quiet: a log has a line for each request. Without
    `silence_is_zero` it is not known, and so is, in any case, a hole longer than `LONGEST_HOLE` and than everything that was
    observed: that is a clock that is wrong, or another log. Next to a hole that is not known, and at both ends of the log, a slot counts from its first line, or
    up to its last one.

    Raises
    ------
    ProblemError : there is nothing to learn from.
    """
    faults = _too_bad(tally, where)
    if faults:
        raise ProblemError(faults)
    everything, quiet = _slots_of(tally, clock, silence_is_zero=silence_is_zero)
    span = len(everything)
    if span * len(tally.models) > MOST_RATES:
        cause = f"{len(tally.models):,} models in {span:,} slots are more than {MOST_RATES:,} rates."
        raise ProblemError([Fault("bad_history", where, "", cause, "Take longer slots, or a shorter log; look for a time that is years off.")])
    covered, notes = _covered(tally, clock, everything)
    notes = [*quiet, *notes]
    if not covered:
        cause = f"No slot of {clock.slot_s / 3600:g} h was observed for a {LEAST}th of its length or more."
        raise ProblemError(
            [
                Fault(
                    "no_history",
                    where,
                    f"{tally.good} requests",
                    cause,
                    "Give a longer log; without --silence unknown, hours without a line were quiet.",
                )
            ]
        )
    models = tuple(sorted(tally.models))
    rates = tuple(tuple(_rate(tally.models[model].slots.get(bucket, 0), seconds) for bucket, seconds in covered.items()) for model in models)
    inputs, outputs = ({model: _tokens(seen, quantile) for model in models if (seen := tally.models[model].lengths[place])} for place in (0, 1))
    return History(
        models, slots, tuple(divmod(bucket, slots) for bucket in covered), rates, clock.slot_s / 3600, str(clock.where),
        {model: tally.models[model].requests for model in models}, inputs, outputs, (*_notes(tally), *notes),
    )  # fmt: skip


def _too_bad(tally: Tally, where: str) -> list[Fault]:
    count = tally.bad.count
    if tally.good and count * MANY_BAD <= tally.good + count:
        return []
    faults = [Fault("bad_history", f"{where} line {line:,}", "", cause, "Correct or remove the line.") for line, cause in tally.bad.first]
    if count:
        cause = f"{count:,} of {tally.good + count:,} lines cannot be read."
        return [*faults, Fault("bad_history", where, "", cause, "Name the columns (--column time=...), or give a log of another form.")]
    return [Fault("no_history", where, "", "There is no request in it.", "Give a log of the time to plan for.")]


def _slots_of(tally: Tally, clock: Clock, *, silence_is_zero: bool) -> tuple[list[int], list[str]]:
    """The slots that were observed, in order, and a sentence about those of them that were quiet."""
    seen = sorted(tally.spans)
    if not silence_is_zero:
        return seen, []
    twice = {each for each in range(seen[0], seen[-1]) if _double(each, clock)} if tally.ambiguous.count else set()
    longest = max(LONGEST_HOLE // clock.slot_s, len(seen))
    holes = [(before + 1, after) for before, after in pairwise(seen) if 1 < after - before <= longest + 1]
    quiet = [
        (begins, ends, count)
        for begins, ends in holes
        if (count := sum(not _empty(each, clock) and each not in twice for each in range(begins, ends)))
    ]
    everything = sorted({*seen, *(each for begins, ends in holes for each in range(begins, ends) if each not in twice)})
    if not quiet:
        return everything, []
    begins, ends, count = max(quiet, key=lambda each: each[2])
    spell = f"the longest {_slots(count, clock)}, {clock.show(clock.starts(begins))} to {clock.show(clock.starts(ends))}"
    total = _slots(sum(count for *_, count in quiet), clock)
    return everything, [f"{total} without any line count as zero ({spell}); say --silence unknown if nothing was written then."]


def _covered(tally: Tally, clock: Clock, everything: list[int]) -> tuple[dict[int, float], list[str]]:
    """Seconds observed of each slot that counts, in order; and sentences about those that do not."""
    notes: list[str] = []
    known, found, partly = set(everything), dict[int, float](), 0
    for bucket in everything:
        begins, ends = clock.starts(bucket), clock.starts(bucket + 1)
        if bucket in tally.spans and not _known_before(bucket, known, clock):
            begins = max(begins, tally.spans[bucket].first)
        if bucket in tally.spans and not _known_after(bucket, known, clock):
            ends = min(ends, tally.spans[bucket].last)
        if ends - begins >= clock.slot_s / LEAST:
            found[bucket] = ends - begins
            partly += ends - begins < clock.slot_s * 0.999
    dropped = [bucket for bucket in everything if bucket not in found and clock.starts(bucket + 1) > clock.starts(bucket)]
    if dropped:
        notes.append(f"{_slots(len(dropped), clock)} left out, observed for less than a {LEAST}th: {_when(dropped, clock)}.")
    if partly:
        notes.append(f"{_slots(partly, clock)} observed in part: the rate is that of the part (the ends of the log, and next to holes).")
    holes = [(a, b) for a, b in pairwise(everything) if not all(_empty(hole, clock) for hole in range(a + 1, b)[:48])]
    if holes:
        missing = sum(b - a - 1 for a, b in holes)
        where = "; ".join(f"{clock.show(clock.starts(a + 1))} to {clock.show(clock.starts(b))}" for a, b in holes[:3])
        more = f"; and {len(holes) - 3:,} more" if len(holes) > 3 else ""
        notes.append(f"{_slots(missing, clock)} without any line are not known, not zero ({where}{more}).")
    return found, notes


def _empty(bucket: int, clock: Clock) -> bool:
    """Whether the clock skipped this slot in spring."""
    return clock.starts(bucket + 1) <= clock.starts(bucket)


def _double(bucket: int, clock: Clock) -> bool:
    """Whether the clock repeats some of this slot in autumn: its lines without an offset were left out, it was not quiet."""
    return clock.starts(bucket + 1) - clock.starts(bucket) > clock.slot_s


def _known_before(bucket: int, known: set[int], clock: Clock) -> bool:
    return bucket - 1 in known or (_empty(bucket - 1, clock) and bucket - 2 in known)


def _known_after(bucket: int, known: set[int], clock: Clock) -> bool:
    return bucket + 1 in known or (_empty(bucket + 1, clock) and bucket + 2 in known)


def _rate(count: int, seconds: float) -> int:
    """Millionths of a request per second, rounded up."""
    return math.ceil(count * MICRO / seconds)


def _tokens(texts: Mapping[str, int], quantile: float) -> Tokens:
    counts: Counter[int] = Counter()
    for text, often in texts.items():
        counts[int(text)] += often  # 7 and 007 are one length
    total = counts.total()
    return Tokens(total, sum(value * often for value, often in counts.items()) / total, plain(sorted(counts.items()), quantile))


def _notes(tally: Tally) -> list[str]:
    """One sentence for each kind of odd line."""
    said = []
    if tally.bad.count:
        line, cause = tally.bad.first[0]
        said.append(f"{tally.bad.lines()}: left out, cannot be read (line {line:,}: {cause})")
    if tally.duplicates.count:
        said.append(f"{tally.duplicates.lines()}: left out, the request's id came before.")
    if tally.back.count:
        said.append(f"{tally.back.lines()}: the clock goes back, by up to {tally.furthest_back:,.0f} s; each line counts in the hour that it states.")
    if tally.ambiguous.count:
        said.append(f"{tally.ambiguous.lines()}: left out, the hour comes twice (clocks were put back) and the time has no offset.")
    if tally.blank.count:
        said.append(f"{tally.blank.lines()}: left out, no model is named.")
    if tally.lengthless.count:
        said.append(f"{tally.lengthless.lines()}: a length is missing or no number; the request counts, its length does not.")
    return said


def _slots(count: int, clock: Clock) -> str:
    return f"{count:,} slot{'s' if count != 1 else ''} of {clock.slot_s / 3600:g} h"


def _when(buckets: list[int], clock: Clock) -> str:
    shown = ", ".join(clock.show(clock.starts(bucket)) for bucket in buckets[:3])
    return shown + (f" and {len(buckets) - 3:,} more" if len(buckets) > 3 else "")
