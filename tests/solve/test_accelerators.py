"""Dealing accelerators to copies: the wrap-around that makes counts per accelerator exact."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from packing.compile.compiler import compile_problem
from packing.solve.cp_sat.formulation import deal
from packing.solve.cp_sat.variables import Variables
from packing.solve.node_state import NodeState
from packing.solve.task import whole_task

from .common import kind, model, problem


@st.composite
def uses(draw):
    """(copies, width, how often each accelerator is used): any counts that the formulation allows."""
    count, width = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    accelerators = draw(st.integers(width, 8))
    left, used = count * width, []
    for rest in range(accelerators - 1, -1, -1):
        most = min(count, left)
        least = max(0, left - rest * count)
        used.append(draw(st.integers(least, most)))
        left -= used[-1]
    return count, width, used


@settings(max_examples=300, deadline=None)
@given(uses())
def test_every_copy_gets_different_accelerators_and_each_is_used_as_often_as_said(drawn):
    count, width, used = drawn
    copies = deal(7, [accelerator for accelerator, times in enumerate(used) for _ in range(times)], count)
    assert len(copies) == count
    for index, accelerators in copies:
        assert index == 7
        assert len(accelerators) == width == len(set(accelerators))
        assert list(accelerators) == sorted(accelerators)
    assert Counter(each for _, accelerators in copies for each in accelerators) == +Counter(dict(enumerate(used)))


def test_by_hand():
    # Three copies on two accelerators each of three: 0, 0, 1, 1, 2, 2 dealt round.
    assert deal(0, [0, 0, 1, 1, 2, 2], 3) == [(0, (0, 1)), (0, (0, 2)), (0, (1, 2))]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 6), st.integers(1, 30))
def test_copies_that_fit_into_an_empty_node_are_counted_exactly(accelerators, width, per_accelerator, wanted):
    """`Variables.fit` says n: n copies can be dealt, and n + 1 would need more of the accelerators than there is."""
    width = min(width, accelerators)
    gib = 24
    each = problem([kind("a", 1, accelerators=accelerators, gib=gib)], ["a"], [model("m", gib // per_accelerator, copies=wanted, accelerators=width)])
    from ortools.sat.python import cp_model

    compiled = compile_problem(each)
    on_one = gib // (gib // per_accelerator)
    candidate = compiled.candidates[0]
    count = Variables(compiled, whole_task(compiled), {}, cp_model.CpModel()).fit(candidate)
    exact = max(n for n in range(accelerators * on_one + 1) if n * width <= accelerators * min(n, on_one))
    assert count == min(exact, wanted)
    state = NodeState(compiled, 0, candidate.hosting)
    for _ in range(count):  # one after the other, each on the tightest accelerators: no more than that fit
        spot = state.fits(candidate)
        if spot is None:
            break
        state.add(candidate, spot)
    assert len(state.copies) <= count
