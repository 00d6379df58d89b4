"""The Python examples run as they stand and say what they promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import packing

EXAMPLES = Path(__file__).parents[2] / "examples"


def output(script: str) -> str:
    paths = os.pathsep.join([str(Path(packing.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, str(EXAMPLES / script)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_quickstart() -> None:
    text = output("quickstart.py")
    assert "violations: 0" in text
    assert "acme-chat" in text


def test_own_hardware_says_what_was_left_out() -> None:
    text = output("own_hardware.py")
    assert text.startswith("partial: 13 copies on 2 machines")
    assert text.count("left out") == 1
    assert "1 x giant" in text
    assert "accelerators (" in text
