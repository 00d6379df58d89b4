"""How plans for tenants on a pool are judged, by hand; and that fixed plans do not see what they are judged on."""

from __future__ import annotations

import pytest

from benchmarks.tenants import RULES, Week, judge, week
from packing.forecast import History


def pool(sums: list[int], requests: list[int] | None = None) -> Week:
    return Week((tuple(sums),), tuple(sums), tuple(requests or sums))


def test_judged_by_hand():
    # 6 days seen, one judged: 22 hours need 10, one 20, one 40; planned 16 throughout
    found = judge(pool([1] * 144 + [10] * 22 + [20, 40], [5] * 144 + [1] * 22 + [10, 8]), 6, [16] * 24)
    assert found.memory == 16 / 40
    assert found.hours == 22 / 24
    assert found.served == 0.83  # (22 + 10 · 16/20 + 8 · 16/40) of 40
    assert found.unharmed == 22 / 40
    assert found.changes == 0
    assert not found.both
    assert judge(pool([1] * 168), 6, [1] * 24).both


@pytest.mark.parametrize("name", RULES)
def test_no_rule_sees_what_comes_later(name: str):
    history = History.of({"a": [hour % 24 + 1 for hour in range(168)], "b": [(hour * 7) % 5 for hour in range(168)]})
    seen = week(history, "5x", 3)
    planned = list(RULES[name](seen, 4))
    assert len(planned) == 72
    for hours in (96, 120, 150):
        later = tuple(tuple(need * 9 for need in series[hours:]) for series in seen.needs)
        needs = tuple((*series[:hours], *rest) for series, rest in zip(seen.needs, later, strict=True))
        sums = tuple(sum(column) for column in zip(*needs, strict=True))
        other = list(RULES[name](Week(needs, sums, (*seen.requests[:hours], *(9 * each for each in seen.requests[hours:]))), 4))
        assert other[: hours - 96 + 1] == planned[: hours - 96 + 1]  # the plan of an hour is made before it begins


def test_copies_are_whole():
    made = week(History.of({"a": [0.0, 0.5, 1.0, 1.5] * 42}), "equal", 0)
    assert made.needs[0][:4] == (0, 16384, 16384, 32768)
    assert week(History.of({"a": [1.0] * 168}), "wide", 1).needs != week(History.of({"a": [1.0] * 168}), "wide", 2).needs
