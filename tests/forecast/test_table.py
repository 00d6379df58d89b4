"""Tables of rates, wide and long."""

from __future__ import annotations

from pathlib import Path

import pytest

from packing.errors import ProblemError
from packing.forecast import History, read_history


def read(path: Path, text: str, **options: object) -> History:
    path.write_text(text)
    return read_history(path, **options)  # type: ignore[arg-type]


def test_wide(tmp_path: Path):
    history = read(tmp_path / "t.csv", "tenant,h0,h1,h2,h3\nx,1,0.5,NA,\ny,0,0,2,1e-7\n", slots=2)
    assert history.models == ("x", "y")
    assert history.cells == ((0, 0), (0, 1), (1, 0), (1, 1))
    assert history.rates == ((1_000_000, 500_000, None, None), (0, 0, 2_000_000, 1))  # needs are rounded up
    assert history.notes == ("Rates that are not given: 2. They are not known, not zero.",)


def test_wide_with_longer_slots(tmp_path: Path):
    history = read(tmp_path / "t.csv", "model;0;1;2;3\nx;1;3;5;5\n", slots=2, slot_hours=2)
    assert history.rates == ((2_000_000, 5_000_000),)
    with pytest.raises(ProblemError, match="a column an hour"):
        read(tmp_path / "t.csv", "model;0;1\nx;1;3\n", slot_hours=0.5)


def test_columns_in_any_order(tmp_path: Path):
    assert read(tmp_path / "t.csv", "h1,model,h0\n2,x,1\n").rates == ((1_000_000, 2_000_000),)


def test_wide_faults_all_at_once(tmp_path: Path):
    with pytest.raises(ProblemError) as caught:
        read(tmp_path / "t.csv", "model,h0,h1\nx,1,two\nx,1,1\n,1,1\ny,-1,inf\nz,1\n")
    assert [fault.code for fault in caught.value.faults] == [
        "bad_number",
        "duplicate_name",
        "missing_field",
        "bad_number",
        "bad_number",
        "bad_history",
    ]
    assert caught.value.faults[0].where == "line 2 h1"


def test_very_many_faults_are_counted(tmp_path: Path):
    with pytest.raises(ProblemError) as caught:
        read(tmp_path / "t.csv", "model," + ",".join(f"h{hour}" for hour in range(50)) + "\nx" + ",?" * 50 + "\n")
    assert len(caught.value.faults) == 21
    assert "30 more cells" in str(caught.value)


def test_long_with_clocks_and_with_hours(tmp_path: Path):
    rows = "time,model,rate\n2026-03-02T10:00,a,1\n2026-03-02T10:30,a,2\n2026-03-02T12:00,a,4\n2026-03-02T12:00,b,5\n"
    history = read(tmp_path / "t.csv", rows)
    assert [slot for _, slot in history.cells] == [10, 12]
    assert history.rates == ((1_500_000, 4_000_000), (0, 5_000_000))
    assert "Slots between the first and the last without a rate of any model: 1." in " ".join(history.notes)
    assert read(tmp_path / "t.csv", "hour,rps\n0,1\n25,2\n", name="m").cells == ((0, 0), (1, 1))


def test_long_repeated_and_contradicting(tmp_path: Path):
    assert read(tmp_path / "t.csv", "time,model,rate\n0,a,1\n0,a,1\n").notes == ("Rows that came twice and count once: 1.",)
    with pytest.raises(ProblemError) as caught:
        read(tmp_path / "t.csv", "time,model,rate\n0,a,1\n0,a,3\nsoon,a,1\n1,a\n")
    assert [fault.code for fault in caught.value.faults] == ["contradiction", "bad_history", "bad_history"]


def test_tables_without_a_rate(tmp_path: Path):
    for text in ("model,h0,h1\nx,,\n", "model,h0,h1\n", "time,model,rate\n0,a,\n"):
        with pytest.raises(ProblemError, match="There is no rate in it"):
            read(tmp_path / "t.csv", text)
