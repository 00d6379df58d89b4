"""Same input, seed and one worker: the same bytes, in whatever order things are listed, from every strategy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import packing as pk
from packing.generate import random_problem
from packing.solve import strategies
from packing.testing.conformance.reproducible import shuffled

STRATEGIES = strategies()
ROOT = Path(__file__).parents[2]


def answer(problem, strategy):
    """Bytes; a limit far beyond what these problems need, so that the clock decides nothing."""
    return pk.solve_placement(problem, strategy=strategy, time_limit=20.0, seed=3, workers=1).placement.to_json()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_same_bytes_twice_and_in_another_order(strategy):
    for seed in range(20, 24):
        problem = random_problem(seed, tiny=seed % 2 == 0)
        first = answer(problem, strategy)
        assert first == answer(problem, strategy)
        assert first == answer(shuffled(problem, seed), strategy)


SCRIPT = """
import sys
import packing as pk
from packing.generate import random_problem
for strategy in sys.argv[1:]:
    for seed in (1,):
        print(pk.solve_placement(random_problem(seed), strategy=strategy, time_limit=20.0).placement.to_json())
"""


def test_same_bytes_whatever_the_hash_seed():
    def told(hash_seed):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        return subprocess.run([sys.executable, "-c", SCRIPT, *STRATEGIES], env=environment, capture_output=True, check=True).stdout

    first = told("0")
    assert len(first) > 500
    assert all(told(each) == first for each in ("1", "777"))
