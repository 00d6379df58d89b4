"""Ctrl-C and readers that go away, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from packing.cli.interrupt import interruptible

COMMAND = [sys.executable, "-c", "import sys; from packing.cli import main; sys.exit(main())"]
SLOW = """
import os, signal, sys
import packing.solve.api as api
from packing.cli import main

inner = api.solve_placement

def interrupted(problem, *, cancel, on_progress, **options):
    # Ctrl-C arrives at the first incumbent, whatever machine this is.
    def follow(event):
        if not cancel.is_set():
            os.kill(os.getpid(), signal.SIGINT)
            cancel.wait(5)
        if on_progress is not None:
            on_progress(event)
    return inner(problem, cancel=cancel, on_progress=follow, **options)

import packing.solve
packing.solve.solve_placement = interrupted
sys.exit(main())
"""


def test_ctrl_c_writes_the_best_placement_so_far(fleet: Path, tmp_path: Path):
    out = tmp_path / "out.json"
    process = subprocess.run(
        [sys.executable, "-c", SLOW, "solve", str(fleet), "-o", str(out), "--no-baselines"], capture_output=True, text=True, timeout=60, check=False
    )
    assert process.returncode == 130, process.stderr
    assert "writing the best placement so far" in process.stderr
    assert "Traceback" not in process.stderr
    written = json.loads(out.read_text())
    assert written["copies"]
    assert "stopped by an interruption" in process.stdout


def test_first_interrupt_sets_the_event_and_the_handler_comes_back():
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as cancel:
        os.kill(os.getpid(), signal.SIGINT)
        assert cancel.wait(5)
        # The second Ctrl-C is the operating system's: it ends the process even inside a solver.
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is before
    assert threading.current_thread() is threading.main_thread()


def test_a_reader_that_goes_away_is_no_error(fleet: Path, tmp_path: Path):
    out = tmp_path / "out.json"
    with subprocess.Popen(
        [*COMMAND, "solve", str(fleet), "--json", "-o", str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr is not None
        said = process.stderr.read()
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    assert out.read_text().startswith("{")
