"""The knapsack over one bin against enumeration."""

from __future__ import annotations

import random
from itertools import product

import pytest

from packing.solve.patterns.knapsack import Knapsack


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


def test_every_content_that_it_finds_fits():
    for seed in range(150):
        values, weights, capacity, limits, sizes, ratio = _draw(seed)
        for pattern in Knapsack(weights, capacity, limits, sizes, ratio).solve(values, 10**6, 700, more=4).patterns:
            assert all(count <= limits[item] for item, count in pattern)
            for d, room in enumerate(capacity):
                assert sum(count * weights[item][d] for item, count in pattern) <= room


def test_one_unit_too_many_is_refused_and_its_exact_twin_accepted():
    half = 2**39
    assert Knapsack([[half], [half]], [2**40], [1, 1], [1, 1], None).solve([1, 1], 100, 500).best == 2
    assert Knapsack([[half], [half + 1]], [2**40], [1, 1], [1, 1], None).solve([1, 1], 100, 500).best == 1
