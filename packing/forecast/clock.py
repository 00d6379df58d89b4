"""Times as logs write them, to seconds since 1970 (UTC) and to hours of the clock on the wall.

Understood: ISO 8601 with a space or a T, any number of fractional digits, ``Z`` or an offset; and epochs in
seconds, milli-, micro- or nanoseconds, told apart by their size. A time without an offset is a time of the
wall clock of the zone that was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from packing.errors import Fault, ProblemError

EARLIEST, LATEST = 946_684_800.0, 4_102_444_800.0
"""2000 and 2100: a clock outside of these is wrong, not early."""
_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""Epochs from this size on have so many units in a second; a number of seconds reaches 10^11 in the year 5138."""
_STEP = 900
"""Offsets from UTC change at multiples of a quarter of an hour."""
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
    _offsets: dict[int, int] = field(default_factory=dict)

    def seconds(self, text: str) -> float:
        """Seconds since 1970 (UTC).

        Raises
        ------
        ValueError : this is no time, or one before 2000 or after 2099; its text says which.
        """
        # The fast way: a minute seen before, and plain seconds after it.
        rest = text[17:]
        if rest and text[16:17] == ":" and rest.replace(".", "", 1).isdigit():
            start = self._minutes.get(text[:16])
            if start is None:
                start = self._minutes[text[:16]] = self._plausible(self._iso(text[:16]))
                if len(self._minutes) > 200_000:  # a log in no order at all: start again rather than grow
                    self._minutes.clear()
            within = float(rest)
            if within < 61:
                return start + within
        text = text.strip()
        try:
            return self._plausible(self._epoch(float(text)))
        except ValueError:
            if text.replace(".", "", 1).isdigit():
                raise
        return self._plausible(self._iso(text))

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
        step = int(seconds) // _STEP
        offset = self._offsets.get(step)
        if offset is None:
            at = datetime.fromtimestamp(step * _STEP, UTC).astimezone(self.where).utcoffset()
            offset = self._offsets[step] = int((at or timedelta()).total_seconds())
        return (int(seconds) + offset - _MONDAY) // self.slot_s

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
