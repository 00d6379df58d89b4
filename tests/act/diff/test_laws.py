"""What holds for any two placements: solved ones by hypothesis, corrupted ones by mutation."""

from __future__ import annotations

import json
import random
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packing as pk
from packing import Diff, ProblemError, apply_diff, diff
from packing.describe import expand, placement_from
from packing.domain.problem import Problem
from packing.testing import strategies
from packing.verify import verify

from .common import random_placement, renamed


def solved(problem: Problem, strategy: str, seed: int):
    result = pk.solve_placement(problem, time_limit=0.2 if strategy == "auto" else 0.0, seed=seed, strategy=strategy, workers=1)
    return result.placement if result.has_placement else None


def check_laws(old, new, expanded, rnd: random.Random) -> None:
    for by_name in (False, True):
        assert diff(old, old, by_name=by_name).is_empty
        found = diff(old, new, by_name=by_name)
        assert Diff.model_validate_json(found.to_json()) == found
        assert (found.base == found.target) == found.is_empty
        applied = apply_diff(old, found)
        assert applied.state_digest() == found.target
        assert diff(applied, new).is_empty
        if expanded:
            assert verify(expanded.problem, applied, expanded.digest).violations == ()
        forth, back = found.counts, diff(new, old, by_name=by_name).counts
        assert (forth.nodes_opened, forth.copies_added, forth.copies_kept) == (back.nodes_closed, back.copies_removed, back.copies_kept)
        assert forth.loads == forth.copies_added + forth.copies_moved + forth.copies_changed
        assert forth.loads + forth.copies_kept == len(new.copies)
        stay = {copy.copy_index for copy in old.copies} & {copy.copy_index for copy in applied.copies}
        assert not old.copies or not applied.copies or stay
    assert diff(old, renamed(old, rnd)).is_empty
    assert diff(old, new).counts.loads <= diff(old, new, by_name=True).counts.loads
    assert diff(renamed(old, rnd), renamed(new, rnd)).counts.loads == diff(old, new).counts.loads


def check_solved(problem: Problem, seed: int, strategy: str) -> None:
    """From one problem to a changed one: other weights, and the first model gone."""
    changed = problem.model_copy(update={"models": problem.models[1:] or problem.models, "weights": pk.Weights(cost=1)})
    old, new = solved(problem, "greedy", seed), solved(changed, strategy, seed + 1)
    if old and new:
        check_laws(old, new, expand(changed), random.Random(seed))


@settings(max_examples=15, deadline=None)
@given(strategies.problems(), st.integers(0, 2**31 - 2))
def test_solved(problem: Problem, seed: int):
    check_solved(problem, seed, "greedy")


@pytest.mark.campaign
@settings(max_examples=500, deadline=None)
@given(strategies.problems(), st.integers(0, 2**31 - 2))
def test_solved_many(problem: Problem, seed: int):
    check_solved(problem, seed, "auto")


@pytest.mark.parametrize("seed", range(25))
def test_drawn(seed: int):
    rnd = random.Random(seed)
    check_laws(random_placement(rnd), random_placement(rnd), None, rnd)


def mutated(data: dict, rnd: random.Random) -> dict:
    """A placement's data with a few things wrong."""
    data = deepcopy(data)
    for _ in range(rnd.randint(1, 4)):
        part = rnd.choice(("endpoints", "nodes", "copies"))
        if not data[part]:
            continue
        record = rnd.choice(data[part])
        match rnd.randrange(6):
            case 0:
                data[part].append(deepcopy(record))
            case 1:
                data[part].remove(record)
            case 2:
                other = rnd.choice(data[part])
                field = rnd.choice(sorted(record))
                record[field] = deepcopy(other[field])
            case 3:
                field = rnd.choice([field for field in sorted(record) if isinstance(record[field], str)])
                record[field] = rnd.choice(["", "nowhere", "single_model", "multi_model", record[field] + "'"])
            case 4:
                field = rnd.choice(sorted(record))
                record[field] = rnd.choice([None, -1, [], "x", 10**30, [0, 0], [-3, 7]])
            case _:
                rnd.shuffle(data[part])
    return data


def attempt(old, new) -> bool:
    """Whether the diff answered; where it did, it leads there."""
    try:
        found = diff(old, new, by_name=bool(len(old.copies) % 2))
    except ProblemError as error:
        refusal = {fault.code for fault in error.faults}
    else:
        refusal = None
    if refusal is not None:
        assert refusal == {"bad_placement"}
        return False
    assert diff(apply_diff(old, found), new).is_empty
    return True


def check_corrupted(seed: int) -> tuple[int, int]:
    """How often a placement could be read at all, and how often it could be left for a good one."""
    rnd = random.Random(seed)
    good = random_placement(rnd)
    try:
        bad = placement_from(mutated(json.loads(random_placement(rnd).to_json()), rnd))
    except ProblemError:
        return 0, 0
    attempt(good, bad)
    attempt(bad, bad)
    return 1, attempt(bad, good)


def test_corrupted_placements_are_left_or_refused():
    read, left = (sum(column) for column in zip(*map(check_corrupted, range(120)), strict=True))
    assert read > 40
    assert left > read // 2


@pytest.mark.campaign
def test_corrupted_placements_are_left_or_refused_many():
    for seed in range(1_000, 6_000):
        check_corrupted(seed)


def test_everything_that_is_wrong_is_said_at_once():
    rnd = random.Random(3)
    good = random_placement(rnd)
    node, copy = good.nodes[0], good.copies[0]
    twice = good.model_copy(update={"nodes": (*good.nodes, node.model_copy(update={"pool": "moon"}))})
    lost = good.model_copy(
        update={"copies": (*good.copies, copy, copy.model_copy(update={"copy_index": 99, "node": "nowhere"})), "schema_version": 7},
    )
    with pytest.raises(ProblemError) as caught:
        diff(twice, lost)
    assert {fault.where for fault in caught.value.faults} == {
        f"old.nodes[{node.id}]", "new.schema_version", f"new.copies[{copy.model}#{copy.copy_index}]", f"new.copies[{copy.model}#99].node",
    }  # fmt: skip


def test_what_runs_twice_under_one_name_or_nowhere_is_left_behind():
    """The old placement may be in ruins: what it says is taken as it is."""
    good = random_placement(random.Random(5))
    copy = good.copies[0]
    ruins = good.model_copy(update={"copies": (*good.copies, copy, copy.model_copy(update={"copy_index": 99, "node": "nowhere"}))})
    found = diff(ruins, good)
    assert found.counts.copies_removed == 2
    assert {removed.node for removed in found.copies.removed} == {copy.node, "nowhere"}
    assert apply_diff(ruins, found).state_digest() == good.state_digest()
