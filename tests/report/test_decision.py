"""How sure a plan is, and what to do about it: counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from packing.domain.placement import Conceded, PlacedCopy
from packing.domain.words import Source, Status
from packing.domain.workload import ErrorBands, Mode
from packing.report import Account, summary
from packing.report.page import Page

GIVEN = Mode(accelerator="X", requests_per_second=5)
SILENT = Mode(accelerator="X", memory_per_accelerator=1)
NEAR = Mode(accelerator="X", requests_per_second=5, source=Source.CALIBRATED, error_band=0.2)
FAR = Mode(accelerator="X", requests_per_second=5, source=Source.DERIVED, error_band=0.4, error_bands=ErrorBands(ttft=1.5))


def said(make: Any, modes: list[Mode], *, known: bool = True, robust: float | None = None, **changes: Any) -> str:
    placement_of, problem_of = make
    copies = tuple(PlacedCopy(model="bot", copy=at, node="n-0", accelerators=(0,), mode=mode) for at, mode in enumerate(modes))
    stated = {"status": Status.OPTIMAL, "unplaced": (), **{key: value for key, value in changes.items() if key not in {"limit", "proof"}}}
    problem = problem_of(robust=robust) if known else None
    account = Account(placement_of(copies=copies, **stated), problem, limit=changes.get("limit"), complete_is_impossible=changes.get("proof"))
    return " ".join(summary(account).split())


def test_copies_on_predicted_figures_are_counted(make):
    text = said(make, [GIVEN] * 7 + [NEAR] * 14 + [FAR] * 51)
    assert "How sure: 65 of 72 copies run on predicted figures, 51 on ones that nobody measured" in text
    assert "within a factor of 2.5)" in text, "the widest band, of TTFT"
    assert "`robust: 0.8` in the fleet file plans for that" in text
    assert "Next: measure what 51 copies run on before you rely on it" in text


def test_a_robust_plan_says_that_it_is_one(make):
    text = said(make, [FAR], robust=0.9)
    assert "1 of 1 copy runs on predicted figures that nobody measured" in text
    assert "no worse than with 90 % probability (`robust: 0.9`)" in text
    assert "Next: measure" not in text


def test_what_is_near_to_a_measurement(make):
    text = said(make, [NEAR, GIVEN])
    assert "1 of 2 copies run on predicted figures, all near to something that was measured" in text
    assert "Next: measure" not in text


def test_given_figures_and_none(make):
    assert "How sure: 2 of 2 copies run on figures that the fleet file gives" in said(make, [GIVEN] * 2)
    mixed = said(make, [GIVEN, SILENT])
    assert "1 of 2 copies run on figures that the fleet file gives" in mixed
    assert "1 copy states neither requests/s nor latency" in mixed
    assert "How sure: 3 copies state neither requests/s nor latency" in said(make, [SILENT] * 3)


def test_without_the_problem_nothing_is_said_of_robust(make):
    text = said(make, [FAR], known=False)
    assert "that nobody measured" in text
    assert "in the fleet file plans for that" not in text


@pytest.mark.parametrize(
    ("changes", "decision"),
    [
        ({}, "Decision Complete: everything that is asked for is placed, for 6.00 USD an hour, 4,380.00 USD a month. Next: `packing migrate"),
        (
            {"status": Status.FEASIBLE, "gap": 0.25, "limit": "time"},
            "give it more time (--time-limit): at most 25.00 % of the objective can be gained",
        ),
        ({"status": Status.FEASIBLE, "gap": None, "limit": "time"}, "give it more time (--time-limit): how much better is not known"),
        (
            {"status": Status.PARTIAL, "conceded": (Conceded(model="bot", rule="min_zones", asked=2, kept=1),)},
            "Decision Not complete: every copy is placed, but 1 model does not keep a rule (see Conceded). It costs 6.00 USD an hour",
        ),
        ({"status": Status.UNKNOWN}, "Nothing to run yet: no placement was found. Next: give it more time"),
        ({"status": Status.INFEASIBLE}, "Nothing to run: none of what is asked for can be placed. Next: `packing explain FILE`"),
    ],
)
def test_the_decision_comes_last(changes: dict[str, Any], decision: str, make):
    text = said(make, [GIVEN], **changes)
    assert decision in text
    assert text.index("Decision") > text.index("Models (1)")


@pytest.mark.parametrize(("proof", "more_time"), [(None, True), (True, False)])
def test_what_is_left_out_is_decided_by_shortage(proof: bool | None, more_time: bool, make):
    placement_of, problem_of = make
    text = " ".join(summary(Account(placement_of(), problem_of(), limit="time", complete_is_impossible=proof), Page(rows=None)).split())
    assert "Not complete: 2 copies left out; the rest costs 6.00 USD an hour" in text
    assert "`packing shortage FILE` decides who gives up what" in text
    assert ("not proven that something has to be left out" in text) == more_time


def test_figures_that_are_not_stated_decide_nothing(make):
    placement_of, _ = make
    assert "Decision" not in summary(Account(placement_of().without_figures({"cost_per_hour", "status"})))


def test_a_blocked_drain_is_not_called_complete(make):
    placement_of, problem_of = make
    account = Account(placement_of(status=Status.OPTIMAL, unplaced=()), problem_of(), blocked=("n-7",))
    text = " ".join(summary(account).split())
    assert "not drained: n-7." in text
    assert "Complete: everything" not in text
