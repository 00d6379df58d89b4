"""Profiles and sums: laws that hold for any history."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packing.errors import ProblemError
from packing.forecast import History, forecast
from packing.forecast.level import Level, floor_for
from packing.forecast.warn import warnings

MICRO = 1_000_000
loads = st.integers(0, 50).map(lambda rate: rate / 4)


@st.composite
def histories(draw: st.DrawFn) -> History:
    slots, days, models = draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(st.integers(1, 4))
    series = st.lists(st.one_of(loads, loads, loads, st.none()), min_size=slots * days, max_size=slots * days)
    rates = {f"m{number}": draw(series) for number in range(models)}
    rates["m0"] = [rate or 0.0 for rate in rates["m0"]]
    return History.of(rates, slots)


margins = st.sampled_from([1, Fraction(11, 10), "backtest"])


@given(histories(), st.sampled_from([0.5, 0.8, 0.95]), margins, st.integers(2, 9))
@settings(max_examples=60, deadline=None)
def test_rates_times_three_are_profiles_times_three(history: History, quantile: float, margin: Fraction, times: int):
    larger = History(
        history.models,
        history.slots,
        history.cells,
        tuple(tuple(None if each is None else each * times for each in series) for series in history.rates),
    )
    one, other = forecast(history, quantile, margin=margin), forecast(larger, quantile, margin=margin)
    for name in history.models:
        assert one.own[name] == tuple(rate // times for rate in other.own[name])
        assert one.models[name].margin == other.models[name].margin


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=40),
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
    st.sampled_from([0.5, 0.9]),
    margins,
)
@settings(max_examples=80, deadline=None)
@pytest.mark.parametrize("of", ["slots", "requests"])
def test_fully_correlated_traffic_saves_nothing(of: str, curve: list[int], factors: list[int], quantile: float, margin: Fraction):
    rates = tuple(tuple(rate * factor for rate in curve) for factor in factors)
    names = tuple(f"m{number}" for number in range(len(factors)))
    made = forecast(History(names, 5, tuple(divmod(at, 5) for at in range(len(curve))), rates), quantile, of=of, margin=margin)
    peak = made.peak_of_sum(weights={name: number + 0.37 for number, name in enumerate(names)})
    assert peak.planned == peak.sum_of_peaks == peak.sum_of_quantiles
    assert peak.saving == 0
    assert max(peak.saved, default=0.0) == 0
    assert made.pooled() == {name: each.rates for name, each in made.models.items()}


@given(histories(), st.sampled_from([0.5, 0.95]), margins, st.integers(0, 1))
@settings(max_examples=80, deadline=None)
def test_parts_of_a_pool_add_up_to_what_is_planned(history: History, quantile: float, margin: Fraction, neighbours: int):
    if neighbours > (history.slots - 1) // 2:
        neighbours = 0
    made = forecast(history, quantile, neighbours=neighbours, margin=margin)
    weights = {name: Fraction(number + 1, 3) for number, name in enumerate(history.models)}
    try:
        peak = made.peak_of_sum(weights=weights)
    except ProblemError as error:
        assert error.faults[0].code == "no_history"  # noqa: PT017 - never known at the same time
        return
    parts = made.pooled(weights=weights)
    rounding = sum(weights.values())
    for slot in range(history.slots):
        total = sum(weights[name] * rates[slot] for name, rates in parts.items())
        if slot not in peak.filled:
            assert peak.by_slot[slot] * MICRO <= total
            if all(rates[slot] for rates in parts.values()):  # a share below zero is made zero, which only adds
                assert total <= peak.by_slot[slot] * MICRO + rounding


@given(histories())
@settings(max_examples=40, deadline=None)
def test_order_of_days_and_of_models_does_not_matter(history: History):
    cycles = history.cycles
    moved = History(history.models, history.slots, tuple((cycles[-1] - cycle, slot) for cycle, slot in history.cells), history.rates)
    turned = History(history.models[::-1], history.slots, history.cells, history.rates[::-1])
    made = forecast(history, margin="backtest")
    for other in (moved, turned):
        again = forecast(other, margin="backtest")
        assert {name: each.rates for name, each in again.models.items()} == {name: each.rates for name, each in made.models.items()}


@given(histories(), st.sampled_from([0.5, 0.95]), st.sampled_from(["slots", "requests"]))
@settings(max_examples=60, deadline=None)
def test_a_margin_from_a_backtest_never_raises_what_sharing_saves(history: History, quantile: float, of: str):
    try:
        plain = forecast(history, quantile, of=of).peak_of_sum()
    except ProblemError:
        return
    assert forecast(history, quantile, of=of, margin="backtest").peak_of_sum().saving <= plain.saving


def test_the_saving_of_models_that_are_hard_to_forecast_by_hand():
    # Each is twice as busy on another day: alone each would need a margin, their sum needs none.
    history = History.of({"a": [1, 1, 4], "b": [4, 1, 1], "c": [1, 4, 1]}, slots=1)
    for margin in (1, "backtest"):
        peak = forecast(history, margin=margin).peak_of_sum()
        assert (peak.planned, peak.sum_of_peaks, peak.saving, peak.margin) == (6, 12, 0.5, 1)
        assert peak.saved == (0.0, 0.0, 0.0)  # on each of the days alone nothing


@given(st.lists(st.integers(0, 40), min_size=6, max_size=30), st.sampled_from([0.5, 0.8, 0.95]))
@settings(max_examples=80, deadline=None)
def test_a_floor_keeps_the_wanted_share_and_no_smaller_one_does(rates: list[int], quantile: float):
    cells, share = [divmod(at, 3) for at in range(len(rates))], Fraction(str(quantile))
    pairs = [(rate, max((other for there, other in enumerate(rates) if there % 3 == at % 3 and there // 3 != at // 3), default=None))
             for at, rate in enumerate(rates)]  # fmt: skip
    known = [(rate, plan) for rate, plan in pairs if plan is not None]
    floor = Level(0.99, 0, "requests").floor(cells, rates, 3)
    assert floor == floor_for(known, Fraction(99, 100))
    for least in (floor_for(known, share),):
        kept, total = sum(min(rate, max(least, plan)) for rate, plan in known), sum(rate for rate, _ in known)
        assert kept >= share * total
        assert least == 0 or kept == share * total


def test_floor_by_hand():
    # Wanted 9 of 10; the plans keep 2 + 3. A floor of 4 keeps 4 of the 5 that planned 2, and 4 of the 5 that planned 3: 8; of 4.5: 9.
    assert floor_for([(5, 2), (5, 3)], Fraction(9, 10)) == Fraction(9, 2)


def test_models_that_take_turns_share():
    # a by day, b by night: 4 at any time, 8 apart
    history = History.of({"a": [4, 0] * 3, "b": [0, 4] * 3}, slots=2)
    peak = forecast(history).peak_of_sum()
    assert (peak.planned, peak.sum_of_peaks, peak.saving) == (4, 8, 0.5)
    assert peak.slot == 0


def test_bad_days_on_different_days_share():
    # One slot, quantile 0.5 of three days: rank 2. a: 0 0 6, b: 6 0 0 -> own 0 and 0, the sum 6 0 6 -> 6
    peak = forecast(History.of({"a": [0, 0, 6], "b": [6, 0, 0]}, slots=1), 0.5).peak_of_sum()
    assert (peak.planned, peak.sum_of_peaks, peak.saving) == (6, 0, 0.0)  # quantiles do not add up: nothing is claimed


def test_euler_by_hand():
    # Days (a, b): (1, 4), (3, 2), (5, 3): sums 5 5 8, planned 8 (the largest), means 3 and 3.
    # cov(a, sum) ∝ 3·(5+15+40) − 9·18 = 18; cov(b, sum) ∝ 3·(20+10+24) − 9·18 = 0: a gets all of the 2, up to its own 5
    made = forecast(History.of({"a": [1, 3, 5], "b": [4, 2, 3]}, slots=1))
    assert made.pooled() == {"a": (5 * MICRO,), "b": (3 * MICRO,)}


def test_nobody_gets_more_than_its_own_peak_while_others_have_room():
    history = History.of({"a": [9, 0, 10, 1], "b": [0, 9, 10, 1]}, slots=1)
    assert forecast(history).pooled() == {"a": (10 * MICRO,), "b": (10 * MICRO,)}
    weights = {"a": 5, "b": 1}
    made = forecast(History.of({"a": [2, 2, 3], "b": [0, 9, 1]}, slots=1))
    parts = made.pooled(weights=weights)
    assert parts["a"][0] <= 3 * MICRO
    assert parts["b"][0] <= 9 * MICRO
    assert 5 * parts["a"][0] + parts["b"][0] >= 19 * MICRO


def test_flat_is_one_slot_of_all_hours():
    history = History.of({"a": [1, 2, 3, 4, 5, 6, 7, 8, 9]}, slots=3).flat()
    assert forecast(history, 0.8).models["a"].rates == (8 * MICRO,)
    assert history.during([0, 2]).rates == ((1_000_000, 2_000_000, 3_000_000, 7_000_000, 8_000_000, 9_000_000),)


def test_slots_never_seen_get_the_largest():
    made = forecast(History.of({"a": [1, 5, None]}, slots=3))
    assert made.models["a"].rates == (1_000_000, 5_000_000, 5_000_000)
    assert made.models["a"].filled == (2,)
    assert "Slots never observed (2; all models)" in " ".join(warnings(made))


def test_warnings_about_shapes():
    said = " ".join(warnings(forecast(History.of({"dead": [0] * 48, "noon": ([0] * 12 + [7] + [0] * 11) * 2, "flat": [1] * 48}))))
    assert "No traffic at all: dead." in said
    assert "All traffic in one slot (12): noon." in said
    assert "observed only 2 times, a quantile of 0.95 needs 19" in said
    dates = " ".join(warnings(forecast(History.of({"a": ([9] + [0] * 23) * 2}))))
    assert "only dates" in dates
    assert warnings(forecast(History.of({"a": [1, 2] * 19}, slots=2))) == ()


@pytest.mark.parametrize("options", [{"quantile": 1.0}, {"neighbours": 9}, {"neighbours": -1}, {"margin": "lots"}, {"margin": 0}])
def test_options_that_are_not_accepted(options: dict[str, object]):
    with pytest.raises(ProblemError) as caught:
        forecast(History.of({"a": [1, 2]}, slots=2), **options)  # type: ignore[arg-type]
    assert [fault.code for fault in caught.value.faults] == ["bad_option"]


def test_faults_of_groups_and_of_plain_lists():
    made = forecast(History.of({"a": [1, None], "b": [None, 1]}, slots=2))
    with pytest.raises(ProblemError, match="no slot in which all of them"):
        made.peak_of_sum()
    with pytest.raises(ProblemError, match="no such model"):
        made.peak_of_sum(["c"])
    with pytest.raises(ProblemError) as caught:
        made.peak_of_sum(weights={"a": -1})
    assert [fault.code for fault in caught.value.faults] == ["missing_field", "bad_number"]
    for rates in ({}, {"a": []}, {"a": [1], "b": [1, 2]}):
        with pytest.raises(ProblemError):
            History.of(rates)
