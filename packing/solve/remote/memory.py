"""How much memory there is, how much a process holds, and whether it has been stopped (Linux: /proc; elsewhere unknown)."""

from __future__ import annotations

import os
from pathlib import Path

SHARE = 0.8
"""Part of the machine's available memory that children may hold together, unless told otherwise."""
_CGROUP = Path("/sys/fs/cgroup")


def resident(pid: int) -> tuple[int, bool] | None:
    """(bytes that the process holds, whether it is stopped); None where that cannot be read."""
    try:
        # The name, in parentheses, may contain anything: fields are counted after the last one.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return int(fields[21]) * os.sysconf("SC_PAGE_SIZE"), fields[0] in {b"T", b"t"}
    except (OSError, ValueError, IndexError):
        return None


def default_limit() -> int | None:
    """Bytes that children may hold together; None where the machine does not say what is available."""
    free = available()
    return None if free is None else int(free * SHARE)


def available() -> int | None:
    """Bytes available on the machine, or in the container if that is less."""
    found = [each for each in (_machine(), _container()) if each is not None]
    return min(found) if found else None


def _machine() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None


def _container() -> int | None:
    try:
        return int((_CGROUP / "memory.max").read_text()) - int((_CGROUP / "memory.current").read_text())
    except (OSError, ValueError):  # no such files, or no limit: "max"
        return None
