"""Laws of migrations on random pairs: replayed in full, confirmed by the exhaustive search, indifferent to names and direction."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packing.act.diff import diff
from packing.act.migrate import plan_migration, replay_migration
from packing.act.migrate.match import match
from packing.domain.joined import joined
from packing.domain.migration import Migration, MigrationOptions, Outcome
from packing.domain.placement import Placement
from packing.domain.running import running
from packing.testing.strategies import tiny_problems
from tests.oracles.exhaustive_migration import migration_possible
from tests.oracles.pairs import Pair, cycle, pair_of, random_pair

QUICK = MigrationOptions(effort=1_000, remedies=False)


def planned(pair: Pair, options: MigrationOptions = QUICK) -> Migration:
    """A plan that the full replay accepts."""
    migration = plan_migration(pair.problem, pair.old, pair.new, old_problem=pair.old_problem, by_name=pair.by_name, options=options)
    replayed = replay_migration(pair.problem, pair.old, pair.new, migration, old_problem=pair.old_problem, full=True)
    assert replayed.violations == ()
    return migration


def possible(pair: Pair) -> bool | None:
    """What the exhaustive search says; None: too large for it."""
    start = running(pair.old, pair.problem.problem)
    together = joined(pair.problem.problem, start, pair.old_problem.problem)
    try:
        return migration_possible(together, start, match(start, pair.new, by_name=pair.by_name).placement)
    except ValueError:
        return None


def pairs(seeds: range, *, tiny: bool) -> list[Pair]:
    return [pair for seed in seeds if (pair := random_pair(seed, tiny=tiny)) is not None]


def test_random_pairs_are_replayed_in_full():
    statuses = [planned(pair).status for pair in pairs(range(6), tiny=False)]
    assert statuses.count(Outcome.ORDERED) > len(statuses) // 2


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(tiny_problems(), st.integers(0, 10**6))
def test_tiny_pairs_agree_with_the_exhaustive_search(problem, seed: int):
    pair = pair_of(problem, seed)
    if pair is None:
        return
    migration = planned(pair)
    if migration.status is Outcome.IMPOSSIBLE:
        assert possible(pair) is not True
    loads = diff(pair.old, pair.new, by_name=pair.by_name).counts.loads
    if migration.status is Outcome.ORDERED and not migration.bounces:
        assert migration.totals.loads >= loads  # a node that changes its endpoint is loaded anew


@pytest.mark.parametrize("length", range(2, 7))
def test_swap_cycles(length: int):
    assert planned(cycle(length, 1)).totals.loads == length + 1
    assert planned(cycle(length, 0)).status is Outcome.IMPOSSIBLE
    if length <= 4:
        assert possible(cycle(length, 0)) is False


def test_there_is_a_way_back_wherever_there_is_a_way():
    """Between two valid placements of one problem every step can be undone."""
    for pair in [*pairs(range(0, 24, 2), tiny=True), cycle(3, 0), cycle(2, 1)]:
        back = Pair(pair.name, pair.problem, pair.old_problem, pair.new, pair.old, pair.by_name)
        assert planned(pair).status == planned(back).status


def test_names_make_no_difference():
    for pair in pairs(range(0, 6, 2), tiny=False):
        there = renamed(pair.new)
        by_names = planned(Pair(pair.name, pair.problem, pair.old_problem, pair.old, pair.new, by_name=False))
        assert planned(Pair(pair.name, pair.problem, pair.old_problem, pair.old, there, by_name=False)).totals.bytes == by_names.totals.bytes


def renamed(placement: Placement) -> Placement:
    nodes = {node.id: f"other-{node.id}" for node in placement.nodes}
    return placement.model_copy(
        update={
            "nodes": tuple(node.model_copy(update={"id": nodes[node.id], "endpoint": f"x-{node.endpoint}"}) for node in placement.nodes),
            "copies": tuple(copy.model_copy(update={"node": nodes[copy.node]}) for copy in placement.copies),
            "endpoints": tuple(
                each.model_copy(update={"name": f"x-{each.name}", "nodes": tuple(nodes[node] for node in each.nodes)}) for each in placement.endpoints
            ),
        }
    )


def test_the_same_input_gives_the_same_plan():
    for pair in pairs(range(4, 6), tiny=False):
        assert planned(pair).to_json() == planned(pair).to_json()


def test_no_effort_claims_nothing():
    pair = cycle(3, 0)
    assert planned(pair, MigrationOptions(effort=0, remedies=False)).status is Outcome.NOT_FOUND


@pytest.mark.campaign
@pytest.mark.parametrize("tiny", [True, False])
def test_a_thousand_random_pairs(tiny: bool):
    for pair in pairs(range(1_000), tiny=tiny):
        migration = planned(pair, MigrationOptions(effort=20_000, remedies=False))
        assert migration.status is not Outcome.IMPOSSIBLE or possible(pair) is not True, pair.name
