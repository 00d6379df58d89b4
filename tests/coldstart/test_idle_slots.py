"""Slots in which some or all models have no traffic: every figure is a number, every chance within 0..1."""

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from packing.coldstart import Member, SharedNode, predict
from packing.coldstart.clock import Members
from packing.coldstart.law import solve
from packing.coldstart.prediction import _moments

RATES = st.one_of(st.just(0.0), st.floats(1e-6, 5.0))


@st.composite
def nodes(draw: st.DrawFn) -> SharedNode:
    """Nodes of 1 to 6 models over 1 to 6 slots; about half of the traffic is nothing."""
    slots = draw(st.integers(1, 6))
    count = draw(st.integers(1, 6))
    idle = draw(st.sets(st.integers(0, slots - 1)))
    members = []
    for at in range(count):
        rates = tuple(0.0 if slot in idle else rate for slot, rate in enumerate(draw(st.lists(RATES, min_size=slots, max_size=slots))))
        members.append(Member(f"m{at}", draw(st.integers(1, 20)), rates, draw(st.sampled_from([None, 0.5, 30.0, 300.0]))))
    return SharedNode(draw(st.integers(20, 120)), tuple(members), draw(st.sampled_from([60.0, 3600.0])))


def numbers(data: Any) -> Iterator[float]:
    """All floats in nested data."""
    if isinstance(data, float):
        yield data
    elif isinstance(data, dict):
        for each in data.values():
            yield from numbers(each)
    elif isinstance(data, list | tuple):
        for each in data:
            yield from numbers(each)


@given(node=nodes(), method=st.sampled_from(["exact", "che"]))
@settings(max_examples=15, deadline=None)
def test_every_figure_is_a_number(node: SharedNode, method: str):
    figures = predict(node, method=method)
    assert all(math.isfinite(each) for each in numbers(asdict(figures)))
    for part in (part for model in figures.models for part in (model.total, *model.slots)):
        assert part.hit is None or -1e-9 <= part.hit <= 1 + 1e-9
        assert part.cold_starts_per_hour >= 0


def test_offices_that_take_turns():
    """Five offices of a node of the example `chatbots`, each asleep for half of the day.

    Rounding left chances to miss a little below 0 where nobody asks, and the backlog divided by their sum.
    """
    morning = (0.084, 0.108, 0.096, 0.048, *(0.0,) * 16, 0.06, 0.096, 0.12, 0.108)
    evening = (*(0.0,) * 14, 0.09, 0.144, 0.18, 0.162, 0.126, 0.162, 0.144, 0.072, 0.0, 0.0)
    early = (*(0.0,) * 4, 0.075, 0.12, 0.15, 0.135, 0.105, 0.135, 0.12, 0.06, *(0.0,) * 12)
    noon = (*(0.0,) * 6, 0.04, 0.064, 0.08, 0.072, 0.056, 0.072, 0.064, 0.032, *(0.0,) * 10)
    late = (*(0.0,) * 12, 0.075, 0.12, 0.15, 0.135, 0.105, 0.135, 0.12, 0.06, *(0.0,) * 4)
    members = (
        Member("auckland", 13_179_551_744, morning, 113.0),
        Member("boston", 9_474_932_736, evening, 70.9),
        Member("mumbai", 13_476_298_752, early, 113.0),
        Member("nairobi", 9_474_932_736, noon, 70.9),
        Member("saopaulo", 13_476_298_752, late, 113.0),
    )
    node = SharedNode(23_999_807_488, members, 3600.0)
    law = solve(Members.of(node, list(range(5))), _moments(node)[0])
    assert (law.miss >= 0).all()
    assert (law.miss <= 1).all()
    assert all(math.isfinite(each) for each in numbers(asdict(predict(node))))
