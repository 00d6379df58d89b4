"""Ranks and quantiles, computed by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from packing.forecast.level import Level, left_out, margin_of
from packing.forecast.quantile import held, plain, rank, upper

NINE = (4, 6, 5, 9, 5, 7, 4, 6, 8)


@pytest.mark.parametrize(("quantile", "expected"), [(0.1, 4), (0.5, 6), (0.8, 8), (0.9, 9), (0.95, 9)])
def test_nine_days(quantile: float, expected: int):
    # in order 4 4 5 5 6 6 7 8 9; ranks 1, 5, 8, 9 and 10, which is one more than there are
    assert upper(NINE, quantile) == expected


def test_what_holds_is_said():
    assert rank(0.95, 19) == 19
    assert rank(0.95, 18) == 19
    assert held(0.95, 19) == 0.95
    assert held(0.95, 9) == 0.9
    assert held(0.95, 1) == 0.5
    assert held(0.5, 0) == 0.0


def test_decimal_quantiles_are_taken_as_written():
    # 0.7 · 10 is 7.000000000000001 in binary, which would be rank 8
    assert rank(0.7, 9) == 7
    assert rank(0.1, 29) == 3


def test_lengths():
    counts = [(10, 90), (50, 5), (400, 5)]
    assert plain(counts, 0.9) == 10
    assert plain(counts, 0.91) == 50
    assert plain(counts, 0.95) == 50
    assert plain(counts, 0.96) == 400


CELLS = [(day, slot) for day in range(3) for slot in range(4)]


def test_profile_by_slot_and_its_neighbours():
    series = [1, 0, 5, 2, 3, None, 4, 2, 2, None, 9, 1]
    assert Level(0.95).profile(CELLS, series, 4) == (3, 0, 9, 2)
    assert Level(0.5).profile(CELLS, series, 4) == (2, 0, 5, 2)
    assert Level(0.95, neighbours=1).profile(CELLS, series, 4) == (3, 9, 9, 9)  # the cycle is a ring


def test_unknown_slots_stay_unknown():
    assert Level().profile([(0, 0), (0, 1)], [None, 7], 3) == (None, 7, None)


def test_days_left_out():
    # Two slots. Day 0: 10 and 10, day 1: 20 and 5. Day 1 from day 0: min(20,10)+min(5,10) = 15 of 25.
    cells, series = [(0, 0), (0, 1), (1, 0), (1, 1)], [10, 10, 20, 5]
    first, second = left_out(Level(), cells, series, 2, Fraction(99, 100))
    # Day 0 from day 1's (20, 5): 10 + 5 of 20; 99 % of 20 is 19.8, so that 10 + 5f = 19.8
    assert (first.served, first.factor) == (0.75, Fraction(98, 50))
    # 99 % of 25 is 24.75: min(20, 10f) + min(5, 10f) = 24.75 with f = 1.975
    assert (second.served, second.factor) == (0.6, Fraction(1975, 1000))
    assert margin_of((first, second)) == (Fraction(98, 50) + Fraction(1975, 1000)) / 2


def test_a_day_that_no_factor_helps_counts_as_two():
    cells, series = [(0, 0), (0, 1), (1, 0), (1, 1)], [10, 0, 10, 10]
    first, second = left_out(Level(), cells, series, 2, Fraction(99, 100))
    assert (first.served, second.factor) == (1.0, None)
    assert margin_of((first, second)) == (first.factor + 2) / 2


def test_one_day_leaves_nothing_to_learn_from():
    assert left_out(Level(), [(0, 0), (0, 1)], [3, 4], 2, Fraction(99, 100)) == ()
    assert margin_of(()) == 1
