"""Bars, tables, radar charts and progress lines."""

from __future__ import annotations

import io
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from packing.domain.placement import Scores
from packing.errors import ProblemError
from packing.report.bars import bar, level, radar
from packing.report.chart import radar as draw
from packing.report.progress import ProgressLine, describe, progress_to_stderr
from packing.report.table import table

SCORES = Scores(model_size=0.2, performance=0.9, isolation=0.5, cost=0.7, scalability=0.0)


class TestBars:
    @pytest.mark.parametrize(("share", "text"), [(0, "░░░░"), (1, "████"), (0.5, "██░░"), (5, "████"), (-1, "░░░░"), (0.28125, "█▏░░")])
    def test_bar(self, share: float, text: str):
        assert bar(share, 4) == text

    def test_plain_bar_is_ascii(self):
        assert bar(0.5, 4, plain=True) == "##.."
        assert level(0.55, plain=True) == "5"

    def test_an_empty_accelerator_looks_empty(self):
        assert level(0) == "·"
        assert level(0.01) == "▁"
        assert level(1) == "█"

    def test_radar_is_larger_for_better_scores(self):
        def dots(lines: list[str]) -> int:
            return sum((ord(char) - 0x2800).bit_count() for line in lines for char in line if char != " ")

        low, high = radar([0.1] * 5), radar([0.8] * 5)
        assert dots(low) < dots(high)
        assert {len(line) for line in high} == {22}

    def test_first_axis_points_upwards(self):
        up = radar([1, 0, 0, 0, 0])
        middle = [line[10:12] for line in up[1:5]]
        assert all(part.strip() for part in middle)


class TestTable:
    def test_columns_are_aligned(self):
        assert table(["a", "number"], [["x", "1"], ["yy", "22"]], 80, right=(1,)) == ["  a   number", "  x        1", "  yy      22"]

    def test_the_flexible_column_goes_on_below(self):
        assert table(["name", "long"], [["name", "one two three four"]], 20) == ["  name  long", "  name  one two", "        three four"]
        assert table(["of", "name"], [["one, two, three", "name"]], 16, flexible=0) == [
            "  of        name", "  one,      name", "  two,", "  three",
        ]  # fmt: skip

    def test_then_the_widest(self):
        lines = table(["a", "b", "c"], [["x " * 3, "y " * 15, "z " * 15]], 40)
        assert max(map(len, lines)) <= 40
        assert "".join(lines).count("y") == "".join(lines).count("z") == 15

    def test_a_name_that_leaves_no_room_has_a_line_of_its_own(self):
        assert table(["model", "loads", "lost"], [["a-long-name-of-a-model", "12", ""]], 24, right=(1, 2)) == [
            "  model", "    loads  lost", "  a-long-name-of-a-model", "       12",
        ]  # fmt: skip

    def test_where_figures_do_not_fit_beside_one_another_each_has_its_title(self):
        lines = table(["model", "in flight", "waiting", "lost"], [["m", "1,000,000", "2,000,000", ""], ["", "1", "2", "3"]], 24, right=(1, 2, 3))
        assert lines == ["  m", "    in flight 1,000,000,", "    waiting 2,000,000", "    in flight 1,", "    waiting 2, lost 3"]

    def test_columns_that_repeat_others_go_first(self):
        rows = [["pool", "50 %", "#####....."]]
        assert table(["pool", "full", ""], rows, 16, right=(1,), drop=(2,)) == ["  pool  full", "  pool  50 %"]

    def test_nothing_is_cut_where_nobody_looks(self):
        assert table(["a", "b"], [["x" * 300, "y z"]], None)[1] == "  " + "x" * 300 + "  y z"

    @pytest.mark.parametrize("seed", range(40))
    def test_every_cell_is_there_whatever_the_width(self, seed: int):
        """Names and figures whole, words whole, and no line wider than asked unless one name needs it."""
        rng = random.Random(seed)
        columns, width = rng.randint(1, 9), rng.randint(8, 130)
        right = tuple(at for at in range(1, columns) if rng.random() < 0.5)
        words = iter(range(10**6))
        head = [f"h{next(words)}" for _ in range(columns)]
        rows = [
            [f"n{next(words)}{'-' * rng.randint(0, 40)}."]
            + [" ".join(f"w{next(words)}." for _ in range(1 if at in right else rng.randint(0, 12))) for at in range(1, columns)]
            for _ in range(5)
        ]
        for flexible in range(columns):
            lines = table(head, rows, width, right=right, flexible=flexible)
            assert {word for row in rows for cell in row for word in cell.split()} <= {word.rstrip(",") for line in lines for word in line.split()}
            assert all(len(line) <= width or len(line.split()) == 1 or width < 16 for line in lines)


class TestChart:
    def test_same_scores_same_bytes(self, tmp_path: Path):
        for name in ("a.svg", "b.svg", "a.png", "b.png"):
            draw({"one": SCORES}, tmp_path / name)
        assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
        assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
        assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")

    def test_several_differ_from_one(self, tmp_path: Path):
        draw({"one": SCORES}, tmp_path / "one.svg")
        draw({"one": SCORES, "two": SCORES.model_copy(update={"cost": 0.1})}, tmp_path / "two.svg")
        assert (tmp_path / "one.svg").read_bytes() != (tmp_path / "two.svg").read_bytes()

    def test_the_callers_matplotlib_is_left_alone(self, tmp_path: Path):
        import matplotlib as mpl

        before = mpl.rcParams.copy()  # not dict(): that would load pyplot to resolve the backend
        draw({"one": SCORES}, tmp_path / "one.svg")
        assert mpl.rcParams.copy() == before
        assert "matplotlib.pyplot" not in sys.modules

    @pytest.mark.parametrize(("placements", "name"), [({"one": SCORES}, "chart.pdf"), ({}, "chart.svg"), ({"one": SCORES}, "none/chart.svg")])
    def test_what_cannot_be_drawn_is_a_fault(self, placements: dict[str, Scores], name: str, tmp_path: Path):
        with pytest.raises(ProblemError):
            draw(placements, tmp_path / name)


@dataclass
class Event:
    elapsed_s: float
    objective: float | None = 0.5
    bound: float | None = None
    gap: float | None = None
    unplaced: int | None = 0
    source: str = "greedy"


class TestProgress:
    def test_only_what_is_known_is_said(self):
        assert describe(Event(1.0, objective=None, unplaced=None), 1.0).split() == ["1.0", "s", "no", "placement", "yet", "(greedy)"]
        said = describe(Event(2.0, bound=0.4, gap=0.2, unplaced=3), 2.0)
        assert "bound 0.400000" in said
        assert "gap 20.00 %" in said
        assert "3 copies left out" in said

    def test_sparse_lines_where_nobody_watches(self):
        stream = io.StringIO()
        line = ProgressLine(stream, live=False, sparse_s=5.0)
        for elapsed in (0.0, 1.0, 2.0, 6.0, 7.0):
            line(Event(elapsed))
        line.close()
        assert [text.split()[0] for text in stream.getvalue().splitlines()] == ["0.0", "6.0", "7.0"]

    def test_one_updated_line_on_a_terminal_that_disappears(self):
        stream = io.StringIO()
        line = ProgressLine(stream, live=True, width=20)
        line(Event(0.0))
        line.close()
        assert "\n" not in stream.getvalue()
        assert stream.getvalue().endswith("\r\x1b[K")
        assert max(len(part) for part in stream.getvalue().split("\r\x1b[K")) < 20

    def test_quiet_has_no_observer(self):
        with progress_to_stderr(quiet=True) as follow:
            assert follow is None
