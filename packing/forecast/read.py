"""A file, whatever it is — request log, wide or long table of rates — to a history."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from packing.errors import Fault, ProblemError
from packing.forecast.clock import Clock, zone
from packing.forecast.columns import find, hours
from packing.forecast.cover import history_of
from packing.forecast.history import History
from packing.forecast.lines import Source, open_source
from packing.forecast.log import count
from packing.forecast.table import long, wide

MOST_SLOTS = 10_000


def read_history(
    path: str | os.PathLike[str],
    *,
    slots: int = 24,
    slot_hours: float = 1.0,
    time_zone: str = "UTC",
    quantile: float = 0.95,
    columns: Mapping[str, str] | None = None,
    name: str | None = None,
    silence_is_zero: bool = True,
    tolerance_s: float = 60.0,
) -> History:
    """What a request log or a table of rates says about past traffic.

    Parameters
    ----------
    path : CSV (any common delimiter) or JSON lines, plain or ``.gz``; a log is streamed.
    slots, slot_hours : the cycle that the traffic repeats, e.g. 24 slots of an hour.
    time_zone : of the slots, and of times that state no offset; IANA name.
    quantile : of the lengths, which are counted while the log is read.
    columns : meaning (`time`, `model`, `tenant`, `input`, `output`, `rate`, `id`) → column, where the names do not say it.
    name : of the one model of a log without a column for it; default: the name of the file.
    silence_is_zero : whether a slot without a line, between the first and the last one, was quiet, rather than not known. Of a long
        table of rates: without a row of the model; a cell that is empty is not known in any case.
    tolerance_s : seconds that a line may be earlier than one before it without being mentioned.

    Raises
    ------
    ProblemError : with all faults.
    """
    faults, where = _options(slots, slot_hours, quantile), None
    try:
        where = zone(time_zone)
    except ProblemError as error:
        faults += error.faults
    source: Source | None = None
    try:
        source = open_source(path)
    except ProblemError as error:
        faults += error.faults
    said = dict(columns or {})
    found, wrong = find(source.names, said) if source else ({}, [])
    faults += wrong
    if faults or source is None or where is None:
        raise ProblemError(faults)
    clock = Clock(where, round(slot_hours * 3600))
    # What was said by hand wins: a tenant is the model of its traffic where a tenant's column was asked for.
    by = found.get("tenant") if "tenant" in said and "model" not in said else found.get("model", found.get("tenant"))
    own = name or _stem(source.path)
    if "time" in found and "rate" in found:
        return long(source, found, by, own, slots, clock, silence_is_zero=silence_is_zero)
    across = hours(column for column in source.names if column != by)
    if across is not None and "time" not in said:
        return wide(source, by or source.names[0], across, slots, clock.slot_s)
    if "time" not in found:
        shown = ", ".join(source.names[:12])
        cause = "No column holds times (of a log), and there are no columns of hours (of a table of rates)."
        raise ProblemError([Fault("missing_field", os.fspath(path), shown, cause, "Name the column: --column time=NAME.")])
    tally = count(source, found, by, own, clock, tolerance_s)
    return history_of(tally, clock, slots, quantile, silence_is_zero=silence_is_zero, where=os.fspath(path))


def _options(slots: int, slot_hours: float, quantile: float) -> list[Fault]:
    faults = []
    if not 1 <= slots <= MOST_SLOTS:
        faults.append(Fault("bad_option", "--slots", str(slots), "A cycle has 1 to 10,000 slots.", "Give 24 for a day of hours, 168 for a week."))
    if not 1 / 60 <= slot_hours <= 24 * 366 or abs(slot_hours * 3600 - round(slot_hours * 3600)) > 1e-6:
        faults.append(
            Fault("bad_option", "--slot-hours", str(slot_hours), "A slot is a whole number of seconds, one minute at least.", "Give 1, 0.5 or 0.25.")
        )
    if not 0 < quantile < 1:
        faults.append(Fault("bad_option", "--quantile", str(quantile), "A quantile lies between 0 and 1.", "Give 0.95, say."))
    return faults


def _stem(path: Path) -> str:
    return path.name.split(".")[0] or "all"
