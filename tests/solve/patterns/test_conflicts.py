"""Sets of tenants without conflicts."""

from __future__ import annotations

from itertools import combinations

from packing.solve.patterns.conflicts import peaceful_sets


def _both(*pairs):
    return frozenset(pairs) | frozenset((b, a) for a, b in pairs)


def test_without_conflicts_everybody_is_in_one_set():
    assert peaceful_sets({1, 2, 3}, frozenset()) == [frozenset({1, 2, 3})]


def test_each_pair_in_conflict_doubles_the_sets():
    assert set(peaceful_sets({1, 2, 3, 4, 5}, _both((1, 2), (3, 4)))) == {frozenset({a, b, 5}) for a in (1, 2) for b in (3, 4)}


def test_every_peaceful_group_of_tenants_is_within_a_set():
    conflicts = _both((0, 1), (1, 2), (2, 3), (0, 4))
    sets = peaceful_sets(set(range(5)), conflicts)
    for size in range(6):
        for group in combinations(range(5), size):
            if not any((a, b) in conflicts for a in group for b in group):
                assert any(set(group) <= each for each in sets)


def test_too_many_sets_mean_that_nobody_is_kept_out():
    conflicts = _both(*((2 * pair, 2 * pair + 1) for pair in range(6)))
    assert peaceful_sets(set(range(12)), conflicts) == [frozenset(range(12))]
