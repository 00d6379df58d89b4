"""Plans that are made anew for every slot."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packing.errors import ProblemError
from packing.forecast import History, fitted, followed

LOADS = (4, 1, 3, 8, 2, 2, 6, 1)


def test_the_largest_of_the_window_before():
    assert followed(LOADS, 3, 3) == (4, 8, 8, 8, 6)
    assert followed(LOADS, 3, 3, Fraction(5, 4)) == (5, 10, 10, 10, 8)  # rounded up
    assert followed((None, None, 3, None, 1), 2, 2) == (None, 3, 3)


def test_nothing_of_the_future_is_used():
    for at in range(3, 8):
        changed = [*LOADS[:at], *(1000 for _ in LOADS[at:])]
        assert followed(changed, 3, 3)[: at - 2] == followed(LOADS, 3, 3)[: at - 2]


def test_the_factor_that_the_past_calls_for():
    # loads 8 2 2 6 1 against 4 8 8 8 6: 15 of 19 are served; for 18 of 19 the 8 needs 7 of the 4
    assert fitted(LOADS, 3, Fraction(18, 19)) == Fraction(7, 4)
    assert fitted(LOADS, 3, Fraction(1)) == 2
    assert fitted(LOADS, 3, Fraction(1, 2)) == 1
    # Counted in requests, the hour of the 8 is a tenth of all and may be short of a half
    assert fitted(LOADS, 3, Fraction(95, 100), [0, 0, 0, 10, 30, 30, 20, 10]) == 1
    assert fitted(LOADS, 3, Fraction(975, 1000), [0, 0, 0, 10, 30, 30, 20, 10]) == Fraction(3, 2)


def test_nothing_to_fit():
    assert fitted((3, 4), 2, Fraction(99, 100)) == 1
    assert fitted((3, 0, 0), 1, Fraction(99, 100)) == 1
    assert fitted((0, 5), 1, Fraction(99, 100)) == 1  # no factor of nothing is something


@given(
    st.lists(st.integers(0, 99), min_size=4, max_size=30), st.integers(1, 3), st.sampled_from([Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)])
)
def test_the_factor_is_enough_and_no_smaller_one_is(loads: list[int], window: int, share: Fraction):
    factor = fitted(loads, window, share)
    plans = followed(loads, window, window)
    pairs = [(load, plan) for load, plan in zip(loads[window:], plans, strict=True) if plan is not None]
    wanted = share * sum(load for load, _ in pairs)

    def served(by: Fraction) -> Fraction:
        return sum((min(Fraction(load), by * plan) for load, plan in pairs), Fraction())

    if served(Fraction(10**9)) >= wanted:
        assert served(factor) >= wanted
        assert factor == 1 or served(factor * Fraction(999, 1000)) < wanted


def test_only_the_last_hours():
    with pytest.raises(ProblemError, match="No time at all"):
        History.of({"a": [1]}).last(0)
    history = History.of({"a": range(50)}, slots=24)
    assert [rate for (rate,) in zip(*history.last(3).rates, strict=True)] == [47_000_000, 48_000_000, 49_000_000]
    assert history.last(1000).rates == history.rates
    assert len(History.of({"a": range(50)}, slots=24, slot_hours=0.5).last(3).cells) == 6
