"""Benchmarks: suites that measure what the library promises, printed as tables and written as JSON.

A suite is one module in `packing.bench.suites`; to add one, write it and name it in `SUITES` there.
"""

from packing.bench.command import main

__all__ = ["main"]
