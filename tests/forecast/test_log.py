"""Request logs: what is counted, and what is said about the rest."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from packing.errors import ProblemError
from packing.forecast import History, read_history

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday


def write(path: Path, rows: Sequence[Sequence[object]], head: str = "timestamp,model,input_tokens,output_tokens") -> Path:
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def day(number: int, model: str = "a", each: int = 600, shift: timedelta = timedelta()) -> list[list[object]]:
    """A request every `each` seconds; twice as many from twelve to one."""
    rows = []
    for second in range(0, 86_400, each // 2):
        if second % each == 0 or 12 <= second // 3600 < 13:
            at = START + shift + timedelta(days=number, seconds=second)
            rows.append([at.strftime("%Y-%m-%d %H:%M:%S.%f") + "0", model, 100 + second % 7, 10])
    return rows


def rates(history: History, model: str = "a") -> list[float | None]:
    return [None if rate is None else rate / 1e6 for rate in history.series(model)]


def test_a_request_every_ten_minutes(tmp_path: Path):
    history = read_history(write(tmp_path / "log.csv", [*day(0), *day(1)]))
    assert history.models == ("a",)
    # The last line is at 23:50 of the second day: its last hour was observed for 50 minutes, with 6 requests.
    assert [slot for _, slot in history.cells] == [*range(24)] * 2
    expected = [0.001667] * 48
    expected[12] = expected[36] = 0.003334
    expected[47] = 0.002
    assert rates(history) == expected
    assert history.requests == {"a": 2 * 150}
    assert history.outputs["a"].mean == 10


def test_forms_of_time(tmp_path: Path):
    at = datetime(2026, 3, 2, 14, 30, 15, 250_000, tzinfo=UTC)
    stamp = at.timestamp()
    texts = [
        "2026-03-02 14:30:15.25", "2026-03-02T14:30:15.2500000Z", "2026-03-02T15:30:15.25+01:00", "2026-03-02 14:30:15.250000123+00:00",
        f"{stamp:.2f}", f"{stamp * 1e3:.0f}", f"{stamp * 1e6:.0f}", f"{stamp * 1e9:.0f}",
    ]  # fmt: skip
    from packing.forecast.clock import Clock

    clock = Clock(UTC, 3600)
    assert [clock.seconds(text) for text in texts] == pytest.approx([stamp] * len(texts), abs=1e-3)
    assert {clock.bucket(clock.seconds(text)) % 24 for text in texts} == {14}


@pytest.mark.parametrize(
    "text", ["", "yesterday", "nan", "inf", "12:30", "1999-01-01", "2126-01-01 00:00:00", "-5", "22/11/2026 18:00", "2026-03-02 14:30:99"]
)
def test_no_times(text: str):
    from packing.forecast.clock import Clock

    with pytest.raises(ValueError, match="time"):
        Clock(UTC, 3600).seconds(text)


def test_lines_may_be_in_any_order(tmp_path: Path):
    rows = [*day(0), *day(1, "b"), *day(1)]
    once = read_history(write(tmp_path / "log.csv", rows))
    random.Random(3).shuffle(rows)
    again = read_history(write(tmp_path / "log.csv", rows))
    assert (again.models, again.cells, again.rates, again.inputs) == (once.models, once.cells, once.rates, once.inputs)
    (note,) = [note for note in again.notes if "goes back" in note]
    assert "more: the clock goes back, by up to" in note
    assert not [note for note in once.notes if "goes back" in note and "line" not in note]


def test_small_steps_back_are_not_worth_a_word(tmp_path: Path):
    rows = [[(START + timedelta(seconds=second + (45 if second % 20 else 0))).isoformat(), "a", 1, 1] for second in range(0, 7200, 10)]
    assert not [note for note in read_history(write(tmp_path / "log.csv", rows)).notes if "back" in note]
    assert [note for note in read_history(write(tmp_path / "log.csv", rows), tolerance_s=5).notes if "back, by up to 35 s" in note]


def test_a_week_later_is_the_same(tmp_path: Path):
    once = read_history(write(tmp_path / "log.csv", [*day(0), *day(1)]))
    later = read_history(write(tmp_path / "log.csv", [*day(7), *day(8)]))
    shifted = read_history(write(tmp_path / "log.csv", [*day(1), *day(2)]))
    assert later.rates == shifted.rates == once.rates
    assert [slot for _, slot in shifted.cells] == [slot for _, slot in once.cells]


def test_a_hole_within_the_log_was_quiet(tmp_path: Path):
    rows = [row for row in (*day(0), *day(1), *day(2)) if not "2026-03-03 03" <= str(row[0]) < "2026-03-03 07"]
    path = write(tmp_path / "log.csv", rows)
    history = read_history(path, silence_is_zero=False)
    assert [slot for cycle, slot in history.cells if cycle == history.cycles[1]] == [0, 1, 2, *range(7, 24)]
    assert "4 slots of 1 h without any line are not known, not zero (2026-03-03 03:00 to 2026-03-03 07:00)" in " ".join(history.notes)
    quiet = read_history(path)
    spell = "the longest 4 slots of 1 h, 2026-03-03 03:00 to 2026-03-03 07:00"
    assert quiet.notes[0] == f"4 slots of 1 h without any line count as zero ({spell}); say --silence unknown if nothing was written then."
    assert [rate for (cycle, slot), rate in zip(quiet.cells, rates(quiet), strict=True) if cycle == quiet.cycles[1] and 3 <= slot < 7] == [0.0] * 4


def test_an_hour_of_others_is_zero(tmp_path: Path):
    history = read_history(write(tmp_path / "log.csv", [*day(0), *day(1), [str(day(0)[40][0]), "rare", 5, 5]]))
    assert sum(rates(history, "rare")) == pytest.approx(1 / 3600, abs=1e-6)
    assert None not in rates(history, "rare")


def test_bad_lines_are_named_and_counted(tmp_path: Path):
    rows: list[Any] = [row for number in range(9) for row in day(number)]
    for place in (10, 20, 30, 40, 50, 60, 70):
        rows[place] = ["no time", "a", 1, 1]
    rows[80] = ["2026-03-02"]
    history = read_history(write(tmp_path / "log.csv", rows))
    assert "lines 12, 22, 32, 42, 52 and 3 more: left out, cannot be read (line 12: 'no time': This is not a time.)" in history.notes
    assert history.requests["a"] == 9 * 150 - 8


def test_too_many_bad_lines_are_a_fault(tmp_path: Path):
    rows: list[Any] = day(0)
    rows[10:13] = [["no time", "a", 1, 1]] * 3
    with pytest.raises(ProblemError) as caught:
        read_history(write(tmp_path / "log.csv", rows))
    assert [fault.code for fault in caught.value.faults] == ["bad_history"] * 4
    assert "3 of 150 lines cannot be read" in str(caught.value)
    assert "log.csv line 12" in str(caught.value)


def test_ids_that_come_twice(tmp_path: Path):
    rows = [[*row, f"r{number}"] for number, row in enumerate([*day(0), *day(1)])]
    head = "timestamp,model,input_tokens,output_tokens,request_id"
    once = read_history(write(tmp_path / "log.csv", rows, head))
    twice = read_history(write(tmp_path / "log.csv", [*rows, *rows[:3]], head), tolerance_s=1e6)
    assert twice.rates == once.rates
    assert "lines 302, 303 and 304: left out, the request's id came before." in twice.notes


def test_lengths_that_are_missing(tmp_path: Path):
    rows = day(0)
    rows[3][2], rows[4][2], rows[5][2] = "", "-4", "many"
    history = read_history(write(tmp_path / "log.csv", rows))
    assert history.inputs["a"].requests == 147
    assert history.outputs["a"].requests == history.requests["a"] == 150
    assert any("lines 5, 6 and 7: a length is missing" in note for note in history.notes)


def test_json_lines_packed_and_nested(tmp_path: Path):
    rows = [*day(0), *day(1)]
    plain = read_history(write(tmp_path / "log.csv", rows))
    path = tmp_path / "log.jsonl.gz"
    with gzip.open(path, "wt") as stream:
        for time, model, tokens, out in rows:
            stream.write(json.dumps({"ts": time, "request": {"model": model, "in": tokens}, "output_tokens": out}) + "\n\n")
    assert read_history(path).models == ("a",)  # found within the other field
    packed = read_history(path, columns={"input": "request.in"})
    assert (packed.rates, packed.inputs, packed.outputs) == (plain.rates, plain.inputs, plain.outputs)


def test_columns_as_azure_calls_them(tmp_path: Path):
    rows = [[time, tokens, out] for time, _, tokens, out in (*day(0), *day(1))]
    history = read_history(write(tmp_path / "conversation.csv", rows, "TIMESTAMP,ContextTokens,GeneratedTokens"))
    assert history.models == ("conversation",)
    assert set(history.inputs) == set(history.outputs) == {"conversation"}
    assert read_history(tmp_path / "conversation.csv", name="chat").models == ("chat",)


def test_a_tenant_stands_for_a_model(tmp_path: Path):
    path = write(tmp_path / "log.csv", [[time, model, "t"] for time, model, *_ in (*day(0), *day(0, "b"))], "time,model,tenant")
    assert read_history(path).models == ("a", "b")
    assert read_history(path, columns={"tenant": "tenant"}).models == ("t",)


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff\n"])
def test_empty_files(tmp_path: Path, text: str):
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(ProblemError) as caught:
        read_history(path)
    assert [fault.code for fault in caught.value.faults] == ["no_history"]


def test_a_header_alone_and_a_log_too_short(tmp_path: Path):
    with pytest.raises(ProblemError, match="There is no request in it"):
        read_history(write(tmp_path / "log.csv", []))
    with pytest.raises(ProblemError, match="observed for a 6th of its length"):
        read_history(write(tmp_path / "log.csv", day(0, each=300)[:2]))


@pytest.mark.parametrize("content", [b"\x00\x01\x02PK", b"[1, 2, 3]", b"{not json", b"\xff\xfe\x00t", b'{"a": 1}\n', b"# a page\n\nof text\n"])
def test_files_that_are_something_else(tmp_path: Path, content: bytes):
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(ProblemError) as caught:
        read_history(path)
    assert {fault.code for fault in caught.value.faults} <= {"syntax", "missing_field"}


def test_all_faults_of_the_call_at_once(tmp_path: Path):
    with pytest.raises(ProblemError) as caught:
        read_history(tmp_path / "none.csv", slots=0, slot_hours=0.001, time_zone="Mars/Olympus", quantile=1.5)
    assert [fault.where for fault in caught.value.faults][:4] == ["--slots", "--slot-hours", "--quantile", "--time-zone"]
    assert caught.value.faults[4].code == "unreadable_file"
    with pytest.raises(ProblemError) as caught:
        read_history(write(tmp_path / "log.csv", day(0)), columns={"time": "timestmp", "colour": "x"})
    assert "Did you mean 'timestamp'?" in str(caught.value)
    assert len(caught.value.faults) == 2


def test_a_packed_file_that_is_cut_off(tmp_path: Path):
    rows = "".join(f"{time},{model},{random.Random(at).random()}\n" for at, (time, model, *_) in enumerate([*day(0), *day(1)] * 20))
    packed = gzip.compress(f"timestamp,model,note\n{rows}".encode())
    path = tmp_path / "log.csv.gz"
    for cut in (5, 20, len(packed) // 2, len(packed) - 4):
        path.write_bytes(packed[:cut])
        with pytest.raises(ProblemError) as caught:
            read_history(path)
        assert [fault.code for fault in caught.value.faults] == ["unreadable_file"], cut
    path.write_bytes(packed[:30] + b"\0" * 60 + packed[90:])
    with pytest.raises(ProblemError):
        read_history(path)


def test_a_column_that_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("packing.forecast.log.MOST_MODELS", 3)
    path = write(tmp_path / "log.csv", [[*row[:1], f"m{number}", 1, 1] for number, row in enumerate(day(0))])
    with pytest.raises(ProblemError, match=r"line 5 = m3: More than 3 models"):
        read_history(path)


def test_a_time_that_is_years_off(tmp_path: Path):
    path = write(tmp_path / "log.csv", [*day(0), *day(1), ["2095-01-01 00:00:00", "a", 1, 1]])
    note = next(note for note in read_history(path).notes if "not known" in note)
    assert "(2026-03-04 00:00 to 2095-01-01 00:00)" in note
    assert read_history(path).cells == read_history(path, silence_is_zero=False).cells  # 69 years of zeros would plan for nothing
    with pytest.raises(ProblemError, match="years off"):
        read_history(write(tmp_path / "many.csv", [["2026-03-02 00:00:00", f"m{at}", 1, 1] for at in range(500)]
                           + [["2026-04-01 00:00:00", "a", 1, 1]]), slots=1440, slot_hours=1 / 60)  # fmt: skip


def test_lines_without_a_model(tmp_path: Path):
    rows = day(0)
    rows[7][1] = " "
    assert "line 9: left out, no model is named." in read_history(write(tmp_path / "log.csv", rows)).notes
