"""What is read: files and pipes, and nothing that would be waited for without an end."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packing import inputs
from packing.describe import read_placement, read_problem
from packing.describe.calibration import read_calibration
from packing.describe.measurements import read_measurements
from packing.describe.policy import read_policy
from packing.errors import ProblemError
from packing.forecast import read_history

from .samples import CONTRACT

READERS: list[Callable[[Path], Any]] = [read_problem, read_placement, read_calibration, read_measurements, read_policy, read_history]


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_a_pipe_without_a_writer_is_refused(read: Callable[[Path], Any], pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "PATIENCE_S", 0.1)
    with pytest.raises(ProblemError) as caught:
        read(pipe)
    assert [fault.code for fault in caught.value.faults] == ["unreadable_file"]


@pytest.mark.parametrize("pause_s", [0.0, 0.2])
@pytest.mark.parametrize("late_s", [0.0, 0.2])
def test_a_pipe_with_a_writer_is_read_whole(pause_s: float, late_s: float, pipe: Path) -> None:
    """Whether the writer comes late, or opens the pipe and thinks before it writes."""
    text = CONTRACT + "#" * 200_000  # more than a pipe holds

    def write() -> None:
        time.sleep(late_s)
        with pipe.open("w") as stream:
            time.sleep(pause_s)
            stream.write(text)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert read_problem(pipe).name == "support-platform"
    finally:
        writer.join()


def test_a_pipe_that_is_handed_over(tmp_path: Path) -> None:
    """Process substitution: the pipe is one of the process's own descriptors, and its writer may be gone already."""
    reading, writing = os.pipe()
    os.write(writing, CONTRACT.encode())
    os.close(writing)
    try:
        assert read_problem(f"/dev/fd/{reading}").name == "support-platform"
    finally:
        os.close(reading)


def test_folders_and_devices(tmp_path: Path) -> None:
    for path, code in ((tmp_path, "unreadable_file"), (Path(os.devnull), "empty_problem"), (Path("/dev/zero"), "file_too_large")):
        with pytest.raises(ProblemError) as caught:
            read_problem(path)
        assert [fault.code for fault in caught.value.faults] == [code]
