"""Random problems are reproducible, without input faults, within their limits, and cover what rules read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from packing.describe import check, expand
from packing.domain.demand import fewest_copies
from packing.domain.problem import Problem
from packing.domain.words import Hosting, Isolation, Sharing
from packing.generate import random_problem
from packing.testing.exhaustive import most_copies

SEEDS = range(150)


def test_same_seed_same_problem_whatever_the_hash_seed() -> None:
    code = "from packing.generate import random_problem as r; print(r(7).digest(), r(7, tiny=True).digest())"
    texts = {
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
        for seed in ("0", "1")
    }
    assert texts == {f"{random_problem(7).digest()} {random_problem(7, tiny=True).digest()}\n"}
    assert random_problem(7).digest() != random_problem(8).digest()


def test_tiny_problems_ask_for_at_most_four_copies() -> None:
    for seed in SEEDS:
        problem = random_problem(seed, tiny=True)
        assert sum(most_copies(expand(problem).problem)) <= 4
        assert all(kind.accelerators <= 2 for kind in problem.instance_types)


@pytest.mark.parametrize("tiny", [False, True])
def test_random_problems_have_no_input_faults(tiny: bool) -> None:
    for seed in SEEDS:
        assert check(random_problem(seed, tiny=tiny)) == []


def test_every_special_case_is_in_the_mix() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        seen.update(_features(random_problem(seed)))
    wanted = {f"sharing {kind}" for kind in Sharing} | {f"isolation {level}" for level in Isolation} | {f"hosting {hosting}" for hosting in Hosting}
    wanted |= {"stock 0", "no stock", "owned", "conflict", "cpu node", "cpu mode", "several accelerators", "min_zones", "per node", "slot off"}
    wanted |= {"streaming", "cold start", "framework", "slo", "resource", "flexible", "fixed", "several modes", "neuron", "one byte less"}
    assert not {case for case in wanted if seen[case] < 3}


def _features(problem: Problem) -> list[str]:
    facts = [(f"sharing {kind.effective_sharing}", True) for kind in problem.instance_types]
    for kind in problem.instance_types:
        facts += [
            ("cpu node", not kind.accelerators),
            ("neuron", kind.accelerator_kind == "neuron"),
            ("one byte less", kind.memory_per_accelerator % 2 == 1),
        ]
    for pool in problem.fleet:
        facts += [("stock 0", pool.count == 0), ("no stock", pool.count is None), ("owned", pool.owned)]
    for tenant in problem.tenants:
        facts += [(f"isolation {tenant.isolation}", True), ("conflict", bool(tenant.conflicts_with))]
    for model in problem.models:
        facts += [(f"hosting {option}", len(model.hosting) < 3) for option in model.hosting]
        facts += [
            ("cpu mode", any(not mode.accelerators for mode in model.modes)),
            ("several accelerators", any(m.accelerators > 1 for m in model.modes)),
        ]
        facts += [
            ("min_zones", model.min_zones > 1),
            ("per node", model.max_copies_per_node is not None),
            ("slot off", not all(model.active(problem.slots))),
        ]
        facts += [("streaming", model.streaming), ("cold start", model.cold_start_s > 0), ("framework", model.framework is not None)]
        facts += [
            ("slo", model.slo.ttft_ms is not None),
            ("resource", any(mode.resources for mode in model.modes)),
            ("several modes", len(model.modes) > 1),
        ]
        facts += [("fixed", model.copies.min == model.copies.max), ("flexible", model.copies.max is None and fewest_copies(model) > 0)]
    return [name for name, holds in facts if holds]
