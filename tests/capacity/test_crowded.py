"""Copies that share an accelerator without a compute share: counted by hand."""

from __future__ import annotations

import pytest

import packing as pk
from packing.capacity.crowded import crowds
from packing.describe import expand, problem_from
from packing.report import Account, summary


def solved(share: float, rates: list[float], sharing: str = "memory", slots: int = 1, traffic=None):
    mode = {"accelerator": "X", "memory_per_accelerator": "10GiB", "compute_share": share, "requests_per_second": 4}
    models = [{"name": f"m{at}", "modes": [mode], "copies": 1, "traffic": traffic[at] if traffic else rate} for at, rate in enumerate(rates)]
    kind = {"name": "box", "accelerator": "X", "accelerators": 1, "memory_per_accelerator": "80GiB", "price_per_hour": 1, "sharing": sharing}
    problem = problem_from({"slots": slots, "instance_types": [kind], "fleet": [{"instance_type": "box"}], "weights": {"cost": 1}, "models": models})
    expanded = expand(problem)
    return expanded.problem, pk.solve_placement(problem, time_limit=0.0, strategy="greedy", processes=False).placement


def test_three_copies_that_are_asked_for_everything() -> None:
    problem, placement = solved(0, [4, 3, 1])
    (crowd,) = crowds(problem, placement)
    assert crowd.models == ("m0", "m1", "m2")
    assert crowd.asked == pytest.approx(2.0)  # 4/4 + 3/4 + 1/4 of one accelerator
    assert crowd.slowdown == 3.0
    text = summary(Account(placement, problem))
    assert "1 accelerator is asked for more" in text
    assert "200 %" in text


def test_light_loads_are_shown_without_alarm() -> None:
    problem, placement = solved(0, [1, 1])
    (crowd,) = crowds(problem, placement)
    assert crowd.asked == pytest.approx(0.5)
    text = summary(Account(placement, problem))
    assert "shared without a compute share (1)" in text
    assert "asked for more" not in text


def test_different_hours_do_not_meet() -> None:
    problem, placement = solved(0, [4, 4], slots=2, traffic=[[4, 0], [0, 2]])
    (crowd,) = crowds(problem, placement)
    assert (crowd.asked, crowd.slot, crowd.slowdown) == (1.0, 0, 1.0)


def test_stated_shares_need_no_word() -> None:
    problem, placement = solved(0.25, [4, 4])
    assert len(placement.nodes) == 1
    assert crowds(problem, placement) == []
    assert "without a compute share" not in summary(Account(placement, problem))


def test_one_copy_alone_is_no_crowd() -> None:
    assert crowds(*solved(0, [4, 4], sharing="exclusive")) == []
