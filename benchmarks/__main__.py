"""``python -m benchmarks SUITE …``, from the root of a checkout: `packing bench` with every suite of the project."""

from __future__ import annotations

import sys

from benchmarks.drawings import DRAWINGS
from benchmarks.suites import SUITES
from packing.bench import main
from packing.bench.measure import BenchError

if __name__ == "__main__":  # measured processes import this module again
    try:
        sys.exit(main(suites=SUITES, drawings=DRAWINGS, program="python -m benchmarks"))
    except BenchError as error:  # said as it is: what is missing, or what a measured process ended with
        sys.exit(str(error))
