"""No pairing of nodes and no renumbering of accelerators loads less: all of them are tried."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from packing import apply_diff, diff
from packing.act.diff import accelerators, assignment, nodes
from packing.act.diff.assignment import heaviest

from .common import most_kept, random_placement, renamed


def drawn_pair(seed: int):
    rnd = random.Random(seed)
    sizes = {
        "nodes": rnd.randint(1, 4), "accelerators": rnd.randint(2, 4), "models": rnd.randint(1, 4), "endpoints": rnd.randint(1, 3),
        "pools": rnd.randint(1, 2),
    }  # fmt: skip
    return rnd, random_placement(rnd, **sizes), random_placement(rnd, **sizes)


def kept(old, new) -> tuple[int, int]:
    found = diff(old, new)
    return found.counts.copies_kept, sum(copy.mode.size for copy in new.copies) - found.counts.bytes_loaded


def check(seed: int) -> None:
    rnd, old, new = drawn_pair(seed)
    best = most_kept(old, new)
    assert kept(old, new) == kept(new, old) == best
    assert diff(old, new).smallest
    forth, back = diff(old, new).counts, diff(new, old).counts
    started = Counter(node.pool for node in new.nodes) - Counter(node.pool for node in old.nodes)
    assert forth.nodes_opened == started.total() == back.nodes_closed
    assert (forth.copies_added, forth.copies_removed) == (back.copies_removed, back.copies_added)
    assert forth.copies_moved + forth.copies_changed == back.copies_moved + back.copies_changed
    assert diff(old, renamed(old, rnd)).is_empty
    again = diff(renamed(old, rnd), renamed(new, rnd)).counts
    for name in ("loads", "bytes_loaded", "copies_kept", "copies_added", "copies_removed", "nodes_opened", "nodes_closed"):
        assert getattr(again, name) == getattr(forth, name)


@pytest.mark.parametrize("seed", range(40))
def test_smallest(seed: int):
    check(seed)


@pytest.mark.parametrize("seed", range(40, 60))
def test_smallest_with_the_solver_that_large_fleets_take(seed: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(assignment, "SMALL", 0)
    monkeypatch.setattr(nodes, "MOST_FITS", 0)
    check(seed)


@pytest.mark.campaign
def test_smallest_many():
    for seed in range(100, 2_100):
        check(seed)


def test_giving_up_is_said_and_still_leads_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(accelerators, "MOST_TRIES", 1)
    monkeypatch.setattr(nodes, "MOST_ROUNDS", 1)
    unsure = 0
    for seed in range(60):
        _, old, new = drawn_pair(seed)
        found = diff(old, new)
        best = most_kept(old, new)
        assert found.counts.copies_kept <= best[0]
        if found.smallest:
            assert kept(old, new) == best
        unsure += not found.smallest
        assert diff(apply_diff(old, found), new).counts.loads <= found.counts.loads
    assert unsure


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_the_plain_assignment_against_all_permutations(rows: int):
    from itertools import permutations

    rnd = random.Random(rows)
    for _ in range(100):
        columns = rnd.randint(rows, 5)
        worth = [[rnd.choice((0, 0, 1, 7, 10**30, rnd.randint(0, 50))) for _ in range(columns)] for _ in range(rows)]
        best = max(sum(worth[row][column] for row, column in enumerate(chosen)) for chosen in permutations(range(columns), rows))
        assert sum(worth[row][column] for row, column in heaviest(worth)) == best
        turned = [list(column) for column in zip(*worth, strict=True)]
        assert sum(turned[row][column] for row, column in heaviest(turned)) == best
