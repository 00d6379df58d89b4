"""Daylight saving: no hour is lost, doubled or invented."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from packing.forecast import History, read_history

BERLIN = ZoneInfo("Europe/Berlin")


def log(path: Path, begin: datetime, hours: int, *, offset: bool) -> Path:
    """A request every six minutes of real time."""
    rows = ["time"]
    for step in range(hours * 10 + 1):
        at = datetime.fromtimestamp(begin.timestamp() + 360 * step, BERLIN)
        rows.append(at.isoformat() if offset else at.strftime("%Y-%m-%d %H:%M:%S"))
    path.write_text("\n".join(rows) + "\n")
    return path


def read(path: Path) -> History:
    return read_history(path, time_zone="Europe/Berlin", name="a")


def test_spring_misses_nothing(tmp_path: Path):
    history = read(log(tmp_path / "log.csv", datetime(2026, 3, 28, tzinfo=BERLIN), 71, offset=True))
    assert len(history.cells) == 71
    assert [slot for cycle, slot in history.cells if cycle == history.cycles[1]] == [0, 1, *range(3, 24)]
    assert set(history.series("a")) == {2778}  # ten requests an hour
    assert history.notes == ("1 slot of 1 h left out, observed for less than a 6th: 2026-03-31 00:00.",)  # the last line, on the hour


def test_autumn_counts_the_double_hour_once(tmp_path: Path):
    history = read(log(tmp_path / "log.csv", datetime(2026, 10, 24, tzinfo=BERLIN), 73, offset=True))
    assert [slot for cycle, slot in history.cells if cycle == history.cycles[1]] == [*range(24)]
    assert set(history.series("a")) == {2778}
    assert history.notes == ("1 slot of 1 h left out, observed for less than a 6th: 2026-10-27 00:00.",)


def test_without_offsets_the_double_hour_is_not_known(tmp_path: Path):
    history = read(log(tmp_path / "log.csv", datetime(2026, 10, 24, tzinfo=BERLIN), 73, offset=False))
    assert [slot for cycle, slot in history.cells if cycle == history.cycles[1]] == [0, 1, *range(3, 24)]
    assert any("and 15 more: left out, the hour comes twice" in note for note in history.notes)
    assert any("1 slot of 1 h without any line" in note for note in history.notes)


def test_slots_are_those_of_the_zone(tmp_path: Path):
    path = tmp_path / "log.csv"
    stamps = [datetime(2026, 1, 5, 23, tzinfo=ZoneInfo("UTC")) + timedelta(minutes=minute) for minute in range(61)]
    path.write_text("\n".join(["time", *(stamp.isoformat() for stamp in stamps)]))
    assert read_history(path, time_zone="Asia/Kolkata").cells[0][1] == 4  # 23:00 UTC is 04:30
    assert read_history(path).cells[0][1] == 23
    assert read_history(path, slots=168).cells == ((2922, 23),)  # Monday, the 24th hour of the week
