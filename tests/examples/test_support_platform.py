"""The platform example is what its script makes, is as varied as promised, and has a complete placement that needs its stock."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path

import pytest

from packing.describe import read_problem
from packing.domain.problem import Problem
from packing.domain.words import Hosting, Isolation
from packing.solve import Result, solve_placement

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def platform() -> Problem:
    return read_problem(EXAMPLES / "support_platform.yaml")


@pytest.fixture(scope="module")
def result(platform: Problem) -> Result:
    return solve_placement(platform, strategy="greedy", time_limit=0)


def test_the_script_makes_the_file() -> None:
    made = runpy.run_path(str(EXAMPLES / "make_support_platform.py"))["text"]()
    assert made == (EXAMPLES / "support_platform.yaml").read_text(encoding="utf-8")


def test_it_is_as_large_and_varied_as_promised(platform: Problem) -> None:
    assert len(platform.models) >= 300
    assert len({model.architecture for model in platform.models}) >= 12
    assert len(platform.tenants) == 40
    assert {tenant.isolation for tenant in platform.tenants} == set(Isolation)
    assert sum(bool(tenant.conflicts_with) for tenant in platform.tenants) >= 3
    assert platform.slots == 24
    assert len({pool.instance_type for pool in platform.fleet}) >= 8
    assert all(pool.count for pool in platform.fleet)
    assert len({pool.zone for pool in platform.fleet}) >= 2
    assert not platform.instance_types
    assert not any(model.modes or len(model.hosting) < 3 for model in platform.models)


def test_greedy_places_all_of_it_with_all_three_hosting_options(result: Result) -> None:
    assert not result.unplaced
    assert {endpoint.hosting for endpoint in result.placement.endpoints} == set(Hosting)


def test_stock_matters(platform: Problem, result: Result) -> None:
    used = Counter(node.pool for node in result.placement.nodes)
    assert [pool.label for pool in platform.fleet if used[pool.label] == pool.count]


def test_summaries_of_isolated_tenants_stand_alone_and_bots_share(result: Result) -> None:
    hosting_of = {endpoint.name: endpoint.hosting for endpoint in result.placement.endpoints}
    hosting_on = {node.id: hosting_of[node.endpoint] for node in result.placement.nodes}
    seen = Counter((copy.model.split("-")[1], hosting_on[copy.node]) for copy in result.placement.copies)
    assert {hosting for kind, hosting in seen if kind == "summary"} == {Hosting.SINGLE_MODEL}
    bots = sum(count for (kind, _), count in seen.items() if kind in {"bot", "mini"})
    assert seen["bot", Hosting.MULTI_MODEL] + seen["mini", Hosting.MULTI_MODEL] > 0.8 * bots
    assert Hosting.MULTI_MODEL not in {hosting for kind, hosting in seen if kind == "assistant"}
