"""Tables of rates: wide (a row a model, a column an hour) or long (a row a model and time)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

from packing.domain.units import MICRO, UnitError, exact
from packing.errors import Fault, ProblemError, printable
from packing.forecast.clock import Clock
from packing.forecast.cover import LONGEST_HOLE, MOST_RATES
from packing.forecast.history import History
from packing.forecast.lines import Source

UNKNOWN = {"", "na", "n/a", "nan", "null", "none", "-"}
"""Cells that say that a rate is not known."""
SHOWN = 20
LARGEST = 1e9
HOURS = 200_000
"""Times of a long table up to here are hours counted from 0; larger ones are clocks."""
_HOUR_S = 3600

Sums = dict[str, dict[int, list[Fraction]]]
"""model → slot → the rates that fall into it"""


def wide(source: Source, by: str, hours: Mapping[str, int], slots: int, slot_s: int) -> History:
    """The history of a wide table: the hours are counted from the beginning of a cycle, 0 being its first.

    Raises
    ------
    ProblemError : with all cells that are no rates, and models that come twice.
    """
    if slot_s % _HOUR_S:
        cause, action = "The table has a column an hour: slots cannot be finer.", "Give whole hours."
        raise ProblemError([Fault("bad_option", "--slot-hours", f"{slot_s / _HOUR_S:g}", cause, action)])
    sums: Sums = {}
    faults: list[Fault] = []
    columns = list(hours)
    for line, cells in source.rows([by, *columns]):
        where = f"line {line:,}"
        if cells is None:
            faults.append(
                Fault("bad_history", where, "", "The row has too few cells.", "Write a cell for each hour; leave it empty where it is not known.")
            )
            continue
        model = printable(cells[0].strip())
        if not model or model in sums:
            cause = "The model has a row already." if model else "The row names no model."
            faults.append(Fault("duplicate_name" if model else "missing_field", where, model, cause, "Give each model one row."))
            continue
        sums[model] = {}
        for column, text in zip(columns, cells[1:], strict=True):
            _add(sums[model], hours[column] * _HOUR_S // slot_s, text, f"{where} {column}", faults)
    return _history(sums, slots, slot_s, "UTC", faults, source)


def long(source: Source, columns: Mapping[str, str], by: str | None, name: str, slots: int, clock: Clock, *, silence_is_zero: bool = True) -> History:
    """The history of a long table. Several rates of one model in one slot: their mean. A row that comes twice counts once.

    A slot between the first and the last without a row of a model was quiet (metrics stores write no row then); without
    `silence_is_zero` it is not known.

    Raises
    ------
    ProblemError : with all rows that cannot be read, and those that contradict each other.
    """
    sums: Sums = {}
    faults: list[Fault] = []
    seen: dict[tuple[str, str], str] = {}
    repeated = 0
    for line, cells in source.rows([columns["time"], columns["rate"], *([by] if by is not None else [])]):
        where = f"line {line:,}"
        if cells is None:
            faults.append(Fault("bad_history", where, "", "The row has too few cells.", "Write time, model and rate."))
            continue
        model = name if by is None else printable(cells[2].strip())
        before = seen.get((model, cells[0]))
        if before is not None:
            if before == cells[1]:
                repeated += 1
            else:
                cause = f"The same model and time has the rate {before} already."
                faults.append(Fault("contradiction", where, cells[1], cause, "Keep one of them."))
            continue
        seen[model, cells[0]] = cells[1]
        try:
            at = _slot(cells[0], clock)
        except (ValueError, OverflowError, OSError) as error:
            faults.append(Fault("bad_history", where, cells[0], str(error), "Write times as 2026-11-22T18:00, or hours counted from 0."))
            continue
        _add(sums.setdefault(model, {}), at, cells[1], where, faults)
    quiet = _fill_quiet(sums, clock) if silence_is_zero and not faults else 0
    notes: tuple[str, ...] = (f"Rows that came twice and count once: {repeated:,}.",) if repeated else ()
    notes += (f"Slots without a row of a model count as zero: {quiet:,}; say --silence unknown if they are not known.",) if quiet else ()
    return _history(sums, slots, clock.slot_s, str(clock.where), faults, source, notes)


def _fill_quiet(sums: Sums, clock: Clock) -> int:
    """Zero for every model and slot between the first and the last that has no row; how many those were.

    Not where the rows come further apart than the slots, and not in holes longer than `LONGEST_HOLE` and than all that is known.
    """
    known = _known(sums)
    if min((after - before for before, after in pairwise(known)), default=1) == 1:
        longest = max(LONGEST_HOLE // clock.slot_s, len(known))
        holes = [range(before + 1, after) for before, after in pairwise(known) if after - before <= longest + 1]
        on_clock = bool(known) and known[0] * clock.slot_s >= HOURS * _HOUR_S  # hours counted from 0 have no summer time
        known += [slot for hole in holes for slot in hole if not on_clock or clock.starts(slot + 1) > clock.starts(slot)]
    added = [(found, slot) for found in sums.values() for slot in known if slot not in found]
    if len(known) * len(sums) <= MOST_RATES:
        for found, slot in added:
            found[slot] = [Fraction(0)]
        return len(added)
    return 0


def _known(sums: Sums) -> list[int]:
    """The slots of which any rate is known."""
    return sorted({slot for found in sums.values() for slot, rates in found.items() if rates})


def _slot(text: str, clock: Clock) -> int:
    try:
        hour = float(text)
    except ValueError:
        hour = math.inf
    if 0 <= hour < HOURS:
        return int(hour * _HOUR_S // clock.slot_s)
    return clock.bucket(clock.seconds(text))


def _add(slots: dict[int, list[Fraction]], slot: int, text: str, where: str, faults: list[Fault]) -> None:
    if text.strip().lower() in UNKNOWN:
        slots.setdefault(slot, [])
        return
    try:
        rate = exact(float(text))
    except (ValueError, UnitError):
        rate = Fraction(-1)
    if not 0 <= rate <= LARGEST:
        faults.append(
            Fault("bad_number", where, text, "This is no rate in requests per second.", "Give zero or more; leave it empty where it is not known.")
        )
        return
    slots.setdefault(slot, []).append(rate)


def _history(sums: Sums, slots: int, slot_s: int, zone: str, faults: list[Fault], source: Source, notes: tuple[str, ...] = ()) -> History:
    if len(faults) > SHOWN:
        more = Fault("bad_history", str(source.path), "", f"{len(faults) - SHOWN:,} more cells or rows like these.", "Correct these first.")
        faults = [*faults[:SHOWN], more]
    known = _known(sums)
    if not known and not faults:
        faults.append(Fault("no_history", str(source.path), "", "There is no rate in it.", "Give a table with a rate per hour."))
    if faults:
        raise ProblemError(faults)
    models = tuple(sorted(sums))
    rates = tuple(tuple(_mean(sums[model].get(slot)) for slot in known) for model in models)
    unknown = sum(rate is None for series in rates for rate in series)
    holes = known[-1] - known[0] + 1 - len(known)
    said = [f"Rates that are not given: {unknown:,}. They are not known, not zero."] if unknown else []
    said += [f"Slots between the first and the last without a rate of any model: {holes:,}. They are not known, not zero."] if holes else []
    return History(models, slots, tuple(divmod(slot, slots) for slot in known), rates, slot_s / _HOUR_S, zone, notes=(*notes, *said))


def _mean(rates: list[Fraction] | None) -> int | None:
    """Millionths of a request per second, rounded up."""
    return math.ceil(sum(rates, Fraction()) / len(rates) * MICRO) if rates else None
