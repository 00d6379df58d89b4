"""Contents of one bin: exact pricing against trying everything, greedy contents against the room."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from packing.solve.node_patterns.exact import most_valuable
from packing.solve.node_patterns.problem import Bin, Demand, Item, Pool, Problem
from packing.solve.node_patterns.quick import quick_contents
from packing.solve.node_patterns.room import Room
from packing.solve.node_patterns.tables import Scratch


def some_bin(seed):
    """Up to seven items in up to four dimensions, capacities small and large, some with a size ratio."""
    rng = random.Random(f"contents {seed}")
    dimensions = rng.randint(1, 4)
    capacity = tuple(rng.choice((7, 100, 997, 10**7 + 3, 2**40)) for _ in range(dimensions))
    items = tuple(
        Item(
            demand=index,
            bin=0,
            weights=tuple(rng.choice((0, rng.randint(1, room), rng.randint(1, max(1, room // 3)))) for room in capacity),
            limit=rng.choice((1, 1, 2, 3)),
            cost=0,
            size=rng.choice((1, 3, 4, 10, 2**33)),
        )
        for index in range(rng.randint(1, 7))
    )
    ratio = rng.choice((None, None, (5, 1), (5, 2)))
    return Problem(
        items, (Bin(0, capacity, ratio, tuple(range(len(items)))),), (Pool(10, 2**62),), ((0,),), tuple(Demand(item.limit) for item in items)
    )


def allowed(problem, counts):
    """The definition, in Python's integers."""
    each, chosen = problem.bins[0], [(item, count) for item, count in zip(problem.items, counts, strict=True) if count]
    if any(count > item.limit for item, count in chosen):
        return False
    sizes = [item.size for item, _ in chosen]
    if each.ratio and len(set(sizes)) > 1 and max(sizes) * each.ratio[1] > min(sizes) * each.ratio[0]:
        return False
    return all(sum(item.weights[d] * count for item, count in chosen) <= room for d, room in enumerate(each.capacity))


def best_of_all(problem, values):
    """The largest value of a content, by trying all."""
    ways = product(*(range(item.limit + 1) for item in problem.items))
    return max(sum(v * c for v, c in zip(values, counts, strict=True)) for counts in ways if allowed(problem, counts))


def counts_of(problem, room, content):
    counts = [0] * len(problem.items)
    for position, count in content:
        counts[int(room.items[position])] = count
    return counts


def judge(seeds):
    """Exact where the effort suffices; never below the truth where it does not; contents are what they are said to be."""
    above = 0
    for seed in seeds:
        rng = random.Random(seed)
        problem = some_bin(seed)
        room = Room(problem, 0)
        values = [rng.choice((0, rng.randint(1, 100), rng.randint(10**9, 10**11))) for _ in problem.items]
        best = best_of_all(problem, values)
        mine = np.array([values[index] for index in room.items], dtype=np.int64)
        floor = rng.choice((0, 0, best // 2, best, best + 5))
        answer = most_valuable(room, mine, room.most, floor, 10**6, Scratch())
        assert answer.bound == max(best, floor), seed
        worths = []
        for content in answer.contents:
            counts = counts_of(problem, room, content)
            assert allowed(problem, counts), seed
            worths.append(sum(v * c for v, c in zip(values, counts, strict=True)))
        assert worths == sorted(worths, reverse=True)
        assert bool(worths) == (best > floor)
        assert not worths or worths[0] == best > floor
        short = most_valuable(room, mine, room.most, floor, rng.randint(0, 2), Scratch())
        assert short.bound >= max(best, floor), seed
        above += short.bound > max(best, floor)
    return above


def test_exact_pricing_equals_trying_everything():
    assert judge(range(250)) > 0  # the effort of some searches did not suffice


@pytest.mark.campaign
def test_exact_pricing_equals_trying_everything_on_10000():
    judge(range(1_000, 11_000))


def test_greedy_contents_fit_and_some_are_best():
    best = 0
    for seed in range(150):
        rng = random.Random(seed)
        problem = some_bin(seed)
        room = Room(problem, 0)
        values = [rng.randint(1, 100) for _ in problem.items]
        mine = np.array([values[index] for index in room.items], dtype=float)
        if not len(room):
            continue
        found = quick_contents(room, mine, room.most, 32, np.random.default_rng(seed))
        worths = []
        for row in found:
            counts = counts_of(problem, room, [(position, int(count)) for position, count in enumerate(row)])
            assert allowed(problem, counts), seed
            worths.append(sum(v * c for v, c in zip(values, counts, strict=True)))
        assert max(worths) <= best_of_all(problem, values)
        best += max(worths) == best_of_all(problem, values)
    assert best > 100
