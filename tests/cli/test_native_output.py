"""Solvers written in other languages may print; the result on stdout has to stay alone."""

import subprocess
import sys

SCRIPT = """
import os
from packing.cli.output import emit, native_output_to_stderr
with native_output_to_stderr():
    os.write(1, b"chatter of a solver")
emit("result")
"""


def test_what_a_solver_prints_goes_to_stderr():
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert run.stdout == "result\n"
    assert run.stderr == "chatter of a solver"
