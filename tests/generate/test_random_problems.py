"""Random problems are reproducible, without input faults, within their limits, and cover what rules read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence

import pytest

from packing.describe import check, expand
from packing.domain.demand import copies_limit, fewest_copies
from packing.domain.hardware import InstanceType, Pool, price_micro_usd
from packing.domain.problem import Problem
from packing.domain.words import Hosting, Isolation, Sharing
from packing.domain.workload import Model
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
    wanted |= {"short by its own maximum", "more asked for than there is", "no traffic at all", "equal models", "equal pools", "equal types"}
    wanted |= {"survive", "all survive", "quantile", "robust", "odd name", "no pool name", "free", "dear", "same price", "one zone only"}
    assert not {case for case in wanted if seen[case] < 3}


def _nameless(record: Model | Pool | InstanceType) -> str:
    return record.model_copy(update={"name": "x"}).model_dump_json()


def _twice(records: Sequence[Model | Pool | InstanceType]) -> bool:
    return len({_nameless(record) for record in records}) < len(records)


def _whole(problem: Problem) -> list[tuple[str, bool]]:
    """What only the problem as a whole shows."""
    models = expand(problem).problem.models
    prices = [pool.price_per_hour or 0.0 for pool in problem.fleet] + [kind.price_per_hour or 0.0 for kind in problem.instance_types]
    names = [each.name or "" for each in (*problem.models, *problem.fleet, *problem.tenants, *problem.instance_types)]
    kinds = {kind.name: kind for kind in problem.instance_types}
    nodes = sum(10**9 if pool.count is None else pool.count for pool in problem.fleet)
    zones = {pool.zone for pool in problem.fleet if pool.count != 0}
    return [
        ("short by its own maximum", any((most := copies_limit(model)) is not None and most < fewest_copies(model) for model in models)),
        ("more asked for than there is", any(model.copies.min > nodes for model in models)),
        ("no traffic at all", any(model.traffic is not None and not model.peak_micro for model in models)),
        ("equal models", _twice(problem.models)),
        ("equal pools", _twice(problem.fleet)),
        ("equal types", _twice([kind.model_copy(update={"sharing": kind.effective_sharing}) for kind in problem.instance_types])),
        ("survive", any(model.survive is not None for model in problem.models)),
        ("all survive", problem.survive != "none"),
        ("quantile", any(model.cold_start_quantile is not None for model in models)),
        ("robust", problem.robust is not None),
        ("odd name", any(not name.isascii() for name in names)),
        ("no pool name", any(pool.name is None for pool in problem.fleet)),
        ("free", any(price_micro_usd(pool, kinds[pool.instance_type]) == 0 for pool in problem.fleet)),
        ("dear", max(prices) > 10**5),
        ("same price", len({price for price in prices if price}) < len([price for price in prices if price])),
        ("one zone only", len(zones) == 1 and any(model.min_zones > 1 for model in models)),
    ]


def _features(problem: Problem) -> list[str]:
    facts = _whole(problem) + [(f"sharing {kind.effective_sharing}", True) for kind in problem.instance_types]
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
