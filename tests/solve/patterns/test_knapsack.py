"""The knapsack over one bin against enumeration."""

from __future__ import annotations

import random
from itertools import product

import pytest

from packing.solve.patterns.knapsack import DEEP, MOST, Knapsack


def _best(values, weights, capacity, limits, sizes, ratio):
    best = 0
    for counts in product(*(range(limit + 1) for limit in limits)):
        if any(sum(count * need[d] for count, need in zip(counts, weights, strict=True)) > room for d, room in enumerate(capacity)):
            continue
        used = [size for size, count in zip(sizes, counts, strict=True) if count]
        if ratio is not None and used and max(used) * ratio[1] > min(used) * ratio[0]:
            continue
        best = max(best, sum(count * value for count, value in zip(counts, values, strict=True)))
    return best


def _draw(seed):
    chooser = random.Random(seed)
    items, dimensions = chooser.randint(1, 5), chooser.randint(1, 4)
    capacity = [chooser.choice([0, 10, 17, 2**40]) for _ in range(dimensions)]
    weights = [[chooser.randint(0, room or 1) for room in capacity] for _ in range(items)]
    limits = [chooser.randint(0, 3) for _ in range(items)]
    sizes = [chooser.randint(1, 9) for _ in range(items)]
    values = [chooser.randint(0, 20) for _ in range(items)]
    return values, weights, capacity, limits, sizes, chooser.choice([None, (2, 1), (3, 2)])


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_with_enough_effort_it_is_exact(start):
    for seed in range(start, start + 50):
        values, weights, capacity, limits, sizes, ratio = _draw(seed)
        answer = Knapsack(weights, capacity, limits, sizes, ratio).solve(values, 10**6, 700)
        assert answer.bound == answer.best == _best(values, weights, capacity, limits, sizes, ratio)


@pytest.mark.parametrize("effort", [0, 1, 3])
def test_with_little_effort_its_bound_is_still_one(effort):
    for seed in range(150):
        values, weights, capacity, limits, sizes, ratio = _draw(seed)
        answer = Knapsack(weights, capacity, limits, sizes, ratio).solve(values, effort, 700)
        assert answer.bound >= _best(values, weights, capacity, limits, sizes, ratio)


def _insist_it_fits(pattern, weights, capacity, limits, sizes, ratio):
    assert all(0 < count <= limits[item] for item, count in pattern)
    for d, room in enumerate(capacity):
        assert sum(count * weights[item][d] for item, count in pattern) <= room
    used = [sizes[item] for item, _ in pattern]
    assert ratio is None or max(used) * ratio[1] <= min(used) * ratio[0]


def test_every_content_that_it_finds_fits():
    for seed in range(150):
        values, weights, capacity, limits, sizes, ratio = _draw(seed)
        for pattern in Knapsack(weights, capacity, limits, sizes, ratio).solve(values, 10**6, 700).patterns:
            _insist_it_fits(pattern, weights, capacity, limits, sizes, ratio)


def test_quick_fills_fit_are_worth_more_than_asked_and_keep_to_limits_of_the_call():
    found = 0
    for seed in range(300):
        values, weights, capacity, limits, sizes, ratio = _draw(seed)
        fewer = [random.Random(seed + item).randint(0, limit) for item, limit in enumerate(limits)]
        knapsack = Knapsack(weights, capacity, limits, sizes, ratio)
        for allowed in (None, fewer):
            for pattern in knapsack.fills(values, 5, 10, allowed):
                _insist_it_fits(pattern, weights, capacity, allowed or limits, sizes, ratio)
                assert sum(count * values[item] for item, count in pattern) > 5
                found += 1
    assert found > 100


@pytest.mark.parametrize("slack", [2, 5, 9])
def test_what_it_does_not_look_for_is_in_the_bound(slack):
    for seed in range(150):
        values, weights, capacity, limits, sizes, ratio = _draw(seed)
        values = [value * 1000 + seed for value in values]
        best = _best(values, weights, capacity, limits, sizes, ratio)
        answer = Knapsack(weights, capacity, limits, sizes, ratio).solve(values, 10**6, 700, slack)
        assert answer.best <= best <= answer.bound
        assert answer.bound - answer.best <= answer.best >> slack


def test_items_that_others_replace_are_left_out_unless_those_run_out():
    # Item 0 is as light as item 1 and worth more: with two of it the bin is full, with one there is room for item 1.
    assert Knapsack([[5], [5]], [10], [2, 2], [1, 1], None).solve([7, 6], 10, 500).best == 14
    assert Knapsack([[5], [5]], [10], [1, 2], [1, 1], None).solve([7, 6], 10, 500).best == 13


def test_one_unit_too_many_is_refused_and_its_exact_twin_accepted():
    half = 2**39
    assert Knapsack([[half], [half]], [2**40], [1, 1], [1, 1], None).solve([1, 1], 100, 500).best == 2
    assert Knapsack([[half], [half + 1]], [2**40], [1, 1], [1, 1], None).solve([1, 1], 100, 500).best == 1


def _huge(seed):
    """Worth more together than 64 bits hold: a drawn bin at the dearest prices there are, and two items that come in huge numbers.

    One of those needs nothing, the other next to nothing of what nobody else needs: what they add is known exactly.
    """
    chooser = random.Random(seed)
    values, weights, capacity, limits, _, _ = _draw(seed)
    values = [2**50 - chooser.choice([0, 1, value, 2**49]) for value in values]
    tiny = chooser.choice([2**14, 10**6, 2**40])
    more = _best(values, weights, capacity, limits, [1] * len(values), None)
    weights = [[*need, 0] for need in weights] + [[0] * len(capacity) + [0], [0] * len(capacity) + [1]]
    free = chooser.choice([2**14, 10**6, 2**40])
    best = more + free * 2**50 + tiny * (2**50 - seed)
    return [*values, 2**50, 2**50 - seed], weights, [*capacity, tiny], [*limits, free, 2**40], best


def test_values_beyond_64_bits_are_bounded_all_the_same():
    for seed in range(150):
        values, weights, capacity, limits, best = _huge(seed)
        sizes = [1] * len(values)
        knapsack = Knapsack(weights, capacity, limits, sizes, None)
        assert sum(value * most for value, most in zip(values, knapsack.most, strict=True)) >= MOST
        answer = knapsack.solve(values, 300, 700)
        assert answer.bound >= best >= answer.best
        for pattern in answer.patterns:
            _insist_it_fits(pattern, weights, capacity, limits, sizes, None)
        assert answer.best == max((sum(values[item] * count for item, count in pattern) for pattern in answer.patterns), default=0)


def test_rounding_values_beyond_64_bits_costs_little():
    for seed in range(50):
        values, weights, capacity, limits, best = _huge(seed)
        bound = Knapsack(weights, capacity, limits, [1] * len(values), None).solve(values, 300, 700).bound
        assert bound <= best * 1.01


def test_without_the_guard_a_sum_beyond_64_bits_would_bound_nothing(monkeypatch):
    """Twice 2^63 less a bit is twice what 64 bits hold."""
    knapsack = Knapsack([[0], [0], [5]], [10], [2**13 - 1, 2**13 - 1, 2], [1, 1, 1], None)
    values = [2**50, 2**50, 2**49]
    best = (2**14 - 2) * 2**50 + 2**50
    assert best <= knapsack.solve(values, 100, 500).bound <= best * 1.01
    monkeypatch.setattr("packing.solve.patterns.knapsack.MOST", 2**100)
    assert knapsack.solve(values, 100, 500).bound < best


def test_more_copies_than_64_bits_count_are_bounded_by_their_sum():
    answer = Knapsack([[0], [0]], [10], [2**62, 2**62], [1, 1], None).solve([1, 2**50], 100, 500)
    assert answer.bound >= 2**62 + 2**112


def test_contents_of_very_many_copies_are_bounded_where_the_search_ends():
    """Each copy is a call within the last one's: there are not as many as Python would nest."""
    answer = Knapsack([[0], [1]], [10**6], [5_000, 10**5], [1, 1], None).solve([3, 1], 200_000, 700)
    assert answer.bound >= 3 * 5_000 + 10**5
    assert sum(count for _, count in answer.patterns[-1]) == DEEP
