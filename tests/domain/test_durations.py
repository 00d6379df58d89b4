"""One figure, one value: every verb takes the same seconds for a load and a start; the checker reckons them by itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from packing.act.rehearse.run import loading_s
from packing.capacity.load_time import load_time
from packing.compile.move_prices import effort
from packing.domain import durations
from packing.domain.hardware import InstanceType
from packing.domain.placement import PlacedCopy
from packing.domain.workload import Mode
from packing.verify import durations as checked

ROOT = Path(__file__).parents[2] / "packing"
MODES = [
    Mode(accelerator="A", memory_per_accelerator=size, load_s=load) for size in (0, 1, 10**9, 140 * 10**9 + 7) for load in (None, 0, 0.0004, 12.5)
]


@pytest.mark.parametrize("mode", MODES)
def test_planner_and_checker_reckon_the_same(mode: Mode):
    assert durations.load_ms(mode) == checked.load_ms(mode)


@pytest.mark.parametrize("start_s", [None, 0, 0.0001, 403.5])
def test_starts_too(start_s: float | None):
    kind = InstanceType(name="t", accelerator="A", accelerators=1, memory_per_accelerator=1, start_s=start_s)
    assert durations.start_ms(kind) == checked.start_ms(kind) == {None: 300_000, 0: 0, 0.0001: 1, 403.5: 403_500}[start_s]


def test_140_gigabytes_take_671_7_seconds_everywhere():
    # 5 s + 140 GB / 0.21 GB/s = 671.67 s; a day's plan once had 140 s and a migration 112 s for the same copy.
    mode = Mode(accelerator="A", memory_per_accelerator=140 * 10**9)
    copy = PlacedCopy(model="m", copy=0, node="n", accelerators=(0,), mode=mode)
    assert durations.load_ms(mode) == 671_667
    assert loading_s(copy) == 671.667
    assert effort(mode) == 671_667 * 140 * 10**9
    assert load_time(140e9).seconds == pytest.approx(671.667, abs=1e-3)


def test_a_deliberate_error_in_one_is_caught_by_the_other(monkeypatch: pytest.MonkeyPatch):
    for name, wrong in (("LOAD_START_S", 0.0), ("LOAD_BANDWIDTH", 10**9)):
        with monkeypatch.context() as patch:
            patch.setattr(durations, name, wrong)
            assert any(durations.load_ms(mode) != checked.load_ms(mode) for mode in MODES)


def test_nobody_else_reckons_a_load_from_bytes():
    """No other module divides by a bandwidth of its own or falls back to a start time of its own."""
    allowed = {"domain/durations.py", "verify/durations.py", "capacity/load_time.py", "capacity/engine_start.py", "capacity/modes.py"}
    for path in ROOT.rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        if name in allowed or name.startswith(("bench/", "testing/")):
            continue
        words = {node.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)}
        assert not {word for word in words if word.startswith(("LOAD_BYTES", "LOAD_BANDWIDTH", "LOAD_START"))}, name
