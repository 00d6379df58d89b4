"""For all tests: an error in a strategy, or a false bound, fails the test, although a caller would be spared it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def errors_in_children_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packing.solve.remote.gather.RAISE_ERRORS", True)


@pytest.fixture(autouse=True)
def false_bounds_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packing.solve.context.RAISE_ERRORS", True)
