"""`packing solve` and its child processes: limits on them, and what is said when one is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from packing.cli import main
from packing.solve.remote import pool

HARD = """
instance_types:
  - {name: box, accelerator: X, accelerators: 4, memory_per_accelerator: 80GiB, price_per_hour: 3.7, sharing: memory}
  - {name: cube, price_per_hour: 1}
fleet: [{instance_type: box}, {instance_type: cube}]
models:
"""


@pytest.fixture
def hard(tmp_path: Path) -> Path:
    """Too hard for the quick bounds: children are asked."""
    sizes = [13 + (number * 7) % 26 for number in range(30)]
    models = "".join(
        f"  - {{name: m{number}, modes: [{{accelerator: X, memory_per_accelerator: {size}GiB}}]}}\n" for number, size in enumerate(sizes)
    )
    path = tmp_path / "hard.yaml"
    path.write_text(HARD + models)
    return path


def test_a_lost_child_is_one_line_on_stderr(hard: Path, capsys: pytest.CaptureFixture[str]):
    pool.close()
    assert main(["solve", str(hard), "--quiet", "--memory-limit", "30MB", "--strategy", "cp_sat", "--time-limit", "10"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    first, second = shown.err.splitlines()
    assert first.startswith("note: the child process for cp_sat held ")
    assert first.endswith("it was done again with less")
    assert second.endswith("its work was given up")


def test_several_workers(hard: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["solve", str(hard), "--quiet", "--workers", "2", "--time-limit", "2", "--memory-limit", "4GiB"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("size", ["much", "-1", "3 parsecs"])
def test_a_memory_limit_that_is_no_size(hard: Path, size: str, capsys: pytest.CaptureFixture[str]):
    assert main(["solve", str(hard), f"--memory-limit={size}"]) == 1
    assert "memory_limit" in capsys.readouterr().err
