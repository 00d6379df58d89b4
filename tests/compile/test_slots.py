"""Slots that cannot bind are dropped, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packing.compile import compiler
from packing.compile.slots import binding_slots, mask_of
from packing.generate import random_problem
from packing.testing.exhaustive import exhaustive

from .test_dominance import optimum

profiles = st.integers(1, 12).flatmap(
    lambda slots: st.tuples(st.just(slots), st.lists(st.tuples(*[st.booleans()] * slots), max_size=6)),
)


@settings(max_examples=200, deadline=None)
@given(profiles)
def test_every_slot_is_covered_by_one_that_is_kept(drawn):
    slots, activity = drawn
    kept = binding_slots(activity, slots)
    active = [{index for index, profile in enumerate(activity) if profile[slot]} for slot in range(slots)]
    assert kept == sorted(set(kept))
    assert kept
    assert all(any(active[slot] <= active[other] for other in kept) for slot in range(slots))
    assert not any(active[one] <= active[other] for one in kept for other in kept if one != other)


@settings(max_examples=100, deadline=None)
@given(profiles)
def test_a_model_with_traffic_is_active_in_a_slot_that_is_kept(drawn):
    slots, activity = drawn
    kept = binding_slots(activity, slots)
    for profile in activity:
        mask = mask_of(profile, kept)
        assert bool(mask) == any(profile)
        assert [bool(mask >> bit & 1) for bit in range(len(kept))] == [profile[slot] for slot in kept]


def test_by_hand():
    day, night, always = (True, True, False, False), (False, False, True, False), (True, True, True, True)
    assert binding_slots([day, night], 4) == [0, 2]
    assert binding_slots([day, night, always], 4) == [0, 2]
    assert binding_slots([day, always], 4) == [0]
    assert binding_slots([], 4) == [0]


def judge(seeds, monkeypatch):
    fewer = 0
    for seed in seeds:
        problem = random_problem(seed, tiny=True).model_copy()
        compressed, _ = optimum(problem)
        with monkeypatch.context() as patch:
            patch.setattr(compiler, "binding_slots", lambda activity, slots: list(range(slots)))
            whole, _ = optimum(problem)
        true = exhaustive(problem)
        assert compressed == whole == (true.missing, true.objective_units), seed
        fewer += problem.slots > 1
    return fewer


def test_optimum_is_the_same_with_every_slot(monkeypatch):
    assert judge(range(100, 130), monkeypatch) > 5


@pytest.mark.campaign
def test_optimum_is_the_same_with_every_slot_on_1000(monkeypatch):
    judge(range(2000, 3000), monkeypatch)
