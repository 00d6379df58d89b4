"""How long it takes to begin: ``import packing`` and ``packing --help``, best of several fresh processes."""

from __future__ import annotations

import subprocess
import sys
import time

from packing.bench.options import Options
from packing.bench.report import Report, Target

IMPORT = "import sys, time; start = time.perf_counter(); import packing; print(time.perf_counter() - start, 'ortools' in sys.modules)"
HELP = "import sys; sys.argv = ['packing', '--help']; from packing.cli import main; main()"


def run(options: Options) -> Report:
    """Best of `repeats`: other processes only ever add time."""
    repeats = options.repeats(7, quick=2)
    imports = [_run(IMPORT)[1].split() for _ in range(repeats)]
    seconds = min(float(words[0]) for words in imports)
    loads_ortools = any(words[1] == "True" for words in imports)
    helped = min(_run(HELP)[0] for _ in range(repeats))
    bare = min(_run("pass")[0] for _ in range(repeats))
    return Report(
        "startup",
        (
            {"what": "import packing", "seconds": seconds},
            {"what": "packing --help (whole process)", "seconds": helped},
            {"what": "python -c pass (whole process)", "seconds": bare},
        ),
        (
            Target("import packing in less than 0.3 s", f"{seconds:.3f} s", seconds < 0.3),
            Target("import packing without ortools", "loaded" if loads_ortools else "not loaded", not loads_ortools, hard=True),
            Target("packing --help in less than 0.5 s", f"{helped:.3f} s", helped < 0.5),
        ),
    )


def _run(code: str) -> tuple[float, str]:
    """(seconds of the whole process, its stdout)."""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return time.monotonic() - started, done.stdout
