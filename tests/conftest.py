"""For all tests: signals as they are by default; an error in a strategy, or a false bound, fails the test although a caller would be spared it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))  # for `benchmarks` and `tests`; last, so that an installed wheel is what is tested


def pytest_configure() -> None:
    """Signals as a terminal leaves them: whoever runs the tests may ignore or block some (`nohup`, a CI server), and children would inherit that."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def errors_in_children_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packing.solve.remote.gather.RAISE_ERRORS", True)


@pytest.fixture(autouse=True)
def false_bounds_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packing.solve.context.RAISE_ERRORS", True)
