"""The page of figures shows what the history has, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from importlib import util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def script():
    spec = util.spec_from_file_location("build_performance", ROOT / "scripts" / "build_performance.py")
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_in_step_with_the_history():
    assert subprocess.run([sys.executable, "scripts/build_performance.py", "--check"], cwd=ROOT, check=False).returncode == 0


def test_the_last_run_of_a_suite_counts_and_misses_are_said():
    build = script()
    old = {"suite": "scale", "date": "2026-01-01T00:00:00Z", "machine": "m", "commit": "c" * 40, "targets": []}
    targets = [{"wanted": "gap at most 1 %", "seen": "2 | 3 %", "reached": False}, {"wanted": "w", "seen": "s", "reached": True}]
    new = {**old, "date": "2026-02-01T00:00:00Z", "targets": targets}
    lines = list(build.targets(build.latest([new, old])))
    assert "| scale | gap at most 1 % | 2 \\| 3 % | **missed** |" in lines
    assert "| scale | w | s | reached |" in lines
    assert lines[-1].startswith("* not measured yet: growth")


def test_text_around_the_markers_stays():
    build = script()
    start, end = "<!-- x: from here written by scripts/build_performance.py -->", "<!-- x: to here -->"
    once = build.filled(f"before\n{start}\nold\n{end}\nafter", "x", iter(["new"]))
    assert once == f"before\n{start}\n\nnew\n\n{end}\nafter"
    assert build.filled(once, "x", iter(["new"])) == once
