"""Ctrl-C and readers that go away, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from packing.cli.interrupt import ENDING, interruptible

COMMAND = [sys.executable, "-c", "import sys; from packing.cli import main; sys.exit(main())"]
SLOW = """
import os, signal, sys
import packing.solve.api as api
from packing.cli import main

inner = api.solve_placement

def interrupted(problem, *, cancel, on_progress, **options):
    # The signal arrives at the first incumbent, whatever machine this is.
    def follow(event):
        if not cancel.is_set():
            os.kill(os.getpid(), getattr(signal, os.environ["SENT"]))
            cancel.wait(5)
        if on_progress is not None:
            on_progress(event)
    return inner(problem, cancel=cancel, on_progress=follow, **options)

import packing.solve
packing.solve.solve_placement = interrupted
sys.exit(main())
"""


@pytest.mark.parametrize("name", ENDING)
def test_a_signal_writes_the_best_placement_so_far(name: str, fleet: Path, tmp_path: Path):
    out = tmp_path / "out.json"
    command = [sys.executable, "-c", SLOW, "solve", str(fleet), "-o", str(out), "--no-baselines"]
    # However this test was started (nohup, a background job of CI), the signal means what it usually means.
    handled = f"import os, signal, sys; signal.signal(signal.{name}, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.run(
        [sys.executable, "-c", handled, *command], capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "SENT": name}
    )
    assert process.returncode == 130, process.stderr
    assert "writing the best placement so far" in process.stderr
    assert "Traceback" not in process.stderr
    written = json.loads(out.read_text())
    assert written["copies"]
    assert "stopped by an interruption" in process.stdout


@pytest.fixture
def usual() -> Iterator[None]:
    """The handlers that a process usually has, whatever this one was started with."""
    before = {name: signal.signal(getattr(signal, name), signal.SIG_DFL) for name in ENDING}
    yield
    for name, handler in before.items():
        signal.signal(getattr(signal, name), handler)


@pytest.mark.usefixtures("usual")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_whoever_ends_services_may_send_several_signals(name: str):
    number = getattr(signal, name)
    with interruptible() as cancel:
        os.kill(os.getpid(), number)
        assert cancel.wait(5)
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGTERM)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    assert all(signal.getsignal(getattr(signal, each)) is signal.SIG_DFL for each in ENDING)


@pytest.mark.usefixtures("usual")
@pytest.mark.parametrize("name", ENDING)
def test_what_was_ignored_stays_ignored(name: str):
    number = getattr(signal, name)
    signal.signal(number, signal.SIG_IGN)
    with interruptible() as cancel:
        os.kill(os.getpid(), number)
        assert signal.getsignal(number) is signal.SIG_IGN
        assert not cancel.is_set()
    assert signal.getsignal(number) is signal.SIG_IGN


@pytest.mark.usefixtures("usual")
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
