"""Times as logs write them, to seconds since 1970 (UTC) and to hours of the clock on the wall.

Understood: ISO 8601 with a space or a T, any number of fractional digits, ``Z`` or an offset; and epochs in
seconds, milli-, micro- or nanoseconds, told apart by their size. A time without an offset is a time of the
wall clock of the zone that was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from math import gcd
from zoneinfo import ZoneInfo

from packing.errors import Fault, ProblemError

EARLIEST, LATEST = 946_684_800.0, 4_102_444_800.0
"""2000 and 2100: a clock outside of these is wrong, not early."""
_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""Epochs from this size on have so many units in a second; a number of seconds reaches 10^11 in the year 5138."""
_QUARTER = 900
"""Offsets from UTC change at multiples of a quarter of an hour."""
MANY_MINUTES = 200_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - of the wall clock
_MONDAY = 4 * 86_400
"""Cycles are counted from a Monday at midnight (5 January 1970), so that a cycle of 168 hours is a calendar week."""


def zone(name: str) -> tzinfo:
    """The time zone of this name of the IANA database.

    Raises
    ------
    ProblemError : there is none.
    """
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        cause, action = "This is no time zone of the IANA database.", "Write it as Europe/Berlin, America/New_York or UTC."
        raise ProblemError([Fault("bad_option", "--time-zone", name, cause, action)]) from None


@dataclass(slots=True)
class Clock:
    """Reads times; remembers what it has worked out for each minute, since logs are full of the same ones.

    Parameters
    ----------
    where : zone of the slots, and of times that state no offset.
    slot_s : length of a slot in seconds.
    """

    where: tzinfo
    slot_s: int
    _minutes: dict[str, float] = field(default_factory=dict)
    _buckets: dict[int, int] = field(default_factory=dict)
    _step: int = field(init=False)
    """Seconds within which neither the slot nor the offset from UTC changes."""

    def __post_init__(self) -> None:
        self._step = gcd(self.slot_s, _QUARTER)

    def seconds(self, text: str) -> float:
        """Seconds since 1970 (UTC).

        Raises
        ------
        ValueError : this is no time, or one before 2000 or after 2099; its text says which.
        """
        if text[16:17] == ":":  # the fast way: a minute seen before, and plain seconds after it
            rest, minute = text[17:], text[:16]
            if rest[-1:] == "Z":
                rest, minute = rest[:-1], minute + "Z"
            try:
                within = float(rest)
            except ValueError:
                within = -1.0
            if 0 <= within < 60:
                return self._minute(minute) + within
        text = text.strip()
        if text[4:5] != "-":
            try:
                number = float(text)
            except ValueError:
                pass
            else:
                return self._plausible(self._epoch(number))
        return self._plausible(self._iso(text))

    def _minute(self, text: str) -> float:
        start = self._minutes.get(text)
        if start is None:
            start = self._plausible(self._iso(text))
            if len(self._minutes) > MANY_MINUTES:  # a log in no order at all: start again rather than grow
                self._minutes.clear()
            self._minutes[text] = start
        return start

    @staticmethod
    def _epoch(number: float) -> float:
        return next((number / scale for size, scale in _SCALES if number >= size), number)

    def _iso(self, text: str) -> float:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError("This is not a time.") from None
        if at.tzinfo is None:
            at = at.replace(tzinfo=self.where)
            early, late = at.utcoffset(), at.replace(fold=1).utcoffset()
            if early is not None and late is not None and early > late:
                raise AmbiguousTimeError("The clock was put back: this hour comes twice, and the time does not say which one it is.")
        return at.timestamp()

    @staticmethod
    def _plausible(seconds: float) -> float:
        if not EARLIEST <= seconds < LATEST:  # also where it is not a number at all
            raise ValueError("This is no time between 2000 and 2099.")
        return seconds

    def bucket(self, seconds: float) -> int:
        """The slot of the wall clock that a time falls into, counted from the first Monday of 1970."""
        step = int(seconds) // self._step
        bucket = self._buckets.get(step)
        if bucket is None:
            begins = step * self._step
            at = datetime.fromtimestamp(begins, UTC).astimezone(self.where).utcoffset()
            bucket = (begins + int((at or timedelta()).total_seconds()) - _MONDAY) // self.slot_s
            if len(self._buckets) > MANY_MINUTES:
                self._buckets.clear()
            self._buckets[step] = bucket
        return bucket

    def starts(self, bucket: int) -> float:
        """When a slot of the wall clock begins, in seconds since 1970 (UTC).

        The hour that the clock skips in spring begins and ends at once; the one that it repeats in autumn takes two.
        """
        return (_EPOCH + timedelta(seconds=bucket * self.slot_s + _MONDAY)).replace(tzinfo=self.where).timestamp()

    def show(self, seconds: float) -> str:
        """A time for people: of the wall clock, to the minute."""
        return datetime.fromtimestamp(seconds, UTC).astimezone(self.where).strftime("%Y-%m-%d %H:%M")


class AmbiguousTimeError(ValueError):
    """A time of the wall clock that came twice."""
