"""The history of figures, the plots, and the growth exponent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packing.bench import main
from packing.bench.command import anywhere
from packing.bench.history import entries, medians, record
from packing.bench.markdown import page
from packing.bench.measure import BenchError
from packing.bench.plots import plots
from packing.bench.spread import seconds_to
from packing.bench.suites.growth import growth_exponent

RUN = {
    "machine": "m",
    "commit": "c",
    "date": "d",
    "versions": {"packing": "1.0"},
    "reports": [
        {
            "suite": "s",
            "rows": [{"copies": 10, "seed": 0, "gap": 0.5, "ok": True, "note": "x"}, {"copies": 10, "seed": 1, "gap": None}],
            "targets": [],
        }
    ],
}


def test_medians_are_by_what_a_row_is_about():
    rows = [{"copies": 10, "by": "a", "seed": seed, "gap": gap} for seed, gap in enumerate((1.0, 5.0, 2.0))]
    assert medians([*rows, {"copies": 20, "by": "a", "gap": 7}]) == {"10, a": {"gap": 2.0}, "20, a": {"gap": 7}}
    assert entries(RUN)[0]["medians"] == {"10": {"gap": 0.5}}


def test_a_later_run_of_the_same_version_replaces_the_earlier_one(tmp_path: Path):
    path = tmp_path / "history.json"
    record(path, RUN)
    record(path, {**RUN, "commit": "later"})
    record(path, {**RUN, "versions": {"packing": "1.1"}})
    assert [(entry["version"], entry["commit"]) for entry in json.loads(path.read_text())] == [("1.0", "later"), ("1.1", "c")]


def test_when_a_gap_is_reached():
    points = [(0.5, None), (1.0, 0.1), (2.0, 0.02), (3.0, 0.01)]
    assert seconds_to(points, 0.02) == 2.0
    assert seconds_to(points, 0.001) is None


def test_the_exponent_of_a_power_is_its_power():
    rows = [{"copies": n, "seconds_to_gap": 0.01 * n**1.1} for n in (1_000, 10_000, 100_000)]
    assert growth_exponent(rows) == pytest.approx(1.1)
    assert growth_exponent([*rows[:1], {"copies": 5, "seconds_to_gap": None}]) is None


def test_a_run_is_recorded(tmp_path: Path):
    assert main(["random", "--count", "1", "--strategy", "greedy", "--history", str(tmp_path / "h.json")]) == 0
    (entry,) = json.loads((tmp_path / "h.json").read_text())
    assert entry["suite"] == "random"
    assert entry["medians"]["greedy"]["problems"] == 1


def test_both_plots_are_drawn_as_png_and_svg(tmp_path: Path):
    rows = [{"copies": 10, "seconds_to_gap": 1.0, "seconds": 1.0}, {"copies": 100, "seconds_to_gap": None, "seconds": 9.0}]
    curves = [{"name": "ten copies", "copies": 10, "seed": 0, "points": [(0.1, None), (0.2, 0.3), (1.0, 0.0)]}]
    scale = [{**curves[0], "row": "b", "wanted": 0.01}, {**curves[0], "row": "a", "wanted": 0.0}]
    run = {**RUN, "reports": [{"suite": "growth", "rows": rows, "curves": curves}, {"suite": "scale", "rows": [], "curves": scale}]}
    written = plots(run, tmp_path / "plots")
    names = ("gap-over-time", "time-over-size", "gap-over-time-rows")
    assert [path.name for path in written] == [f"{name}.{suffix}" for name in names for suffix in ("png", "svg")]
    assert all(path.read_bytes()[:4] == (b"\x89PNG" if path.suffix == ".png" else b"<?xm") for path in written)
    assert "dc:date" not in written[1].read_text()  # the same figures are the same file


def test_plots_need_the_suite_that_they_are_of(tmp_path: Path):
    with pytest.raises(BenchError, match="growth"):
        plots(RUN, tmp_path)


def test_a_page_names_machine_commit_and_command(tmp_path: Path):
    target = {"wanted": "fast", "seen": "slow", "reached": False, "hard": False}
    run = {**RUN, "python": "3", "reports": [{"suite": "s", "rows": [{"a": 1, "b|c": "x"}, {"a": None}], "targets": [target], "notes": ["n"]}]}
    text = page(run, "packing bench s")
    assert "`packing bench s`" in text
    assert "m; Python 3, packing 1.0; commit c; d." in text
    assert "| a | b\\|c |\n| ---: | --- |\n| 1 | x |\n| - | - |" in text
    assert "* **missed**: fast: slow" in text
    out = tmp_path / "page.md"
    assert main(["random", "--count", "1", "--strategy", "greedy", "--markdown", str(out)]) == 0
    assert "`packing bench random --count 1 --strategy greedy --markdown page.md`" in out.read_text()


def test_a_shown_command_has_no_path_of_this_machine():
    assert anywhere(["scale", "-o", "/home/me/out.json", "--history", "benchmarks/history.json"]) == [
        "scale", "-o", "out.json", "--history", "benchmarks/history.json",
    ]  # fmt: skip
    assert anywhere(["vectorpack", "--data", "/home/me/data", "--count", "60"]) == ["vectorpack", "--data", "DATA", "--count", "60"]
    assert anywhere(["--data=somewhere", "--plots=/tmp/plots", "--seeds=5"]) == ["--data=DATA", "--plots=plots", "--seeds=5"]
