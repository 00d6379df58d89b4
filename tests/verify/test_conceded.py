"""A rule that is conceded: the checker accepts that it is not kept where the placement says so, and says the truth."""

from __future__ import annotations

import pytest

import packing as pk
from packing.describe import expand, problem_from
from packing.domain.placement import Conceded
from packing.verify import verify

BOX = {"name": "box", "accelerator": "A", "accelerators": 1, "memory_per_accelerator": "22GiB", "price_per_hour": 2}


def fleet(right: int):
    pools = [{"name": name, "instance_type": "box", "zone": name, "count": count} for name, count in (("left", 4), ("right", right))]
    models = [
        {
            "name": "api",
            "copies": 4,
            "min_zones": 2,
            "hosting": "inference_component",
            "modes": [{"accelerator": "A", "memory_per_accelerator": "18GiB"}],
        },
    ]
    return problem_from({"weights": {"cost": 1}, "instance_types": [BOX], "fleet": pools, "models": models})


@pytest.fixture(scope="module")
def answer():
    now = pk.solve_placement(fleet(2), time_limit=0, processes=False).placement
    return pk.solve_placement(fleet(0), current=now, time_limit=0, processes=False)


def rules(answer, **changes):
    expanded = expand(fleet(0))
    return {str(each.rule) for each in verify(expanded.problem, answer.placement.model_copy(update=changes), expanded.digest).violations}


def said(**changes):
    return (Conceded(**{"model": "api", "rule": "min_zones", "asked": 2, "kept": 1, **changes}),)


def test_what_is_conceded_is_said(answer):
    assert answer.placement.conceded == said()
    assert answer.status == "partial"
    assert not answer.unplaced
    assert rules(answer) == set()
    assert pk.Placement.model_validate_json(answer.placement.to_json()).conceded == said()


def test_what_is_not_said_is_a_violation(answer):
    assert rules(answer, conceded=(), status=pk.Status.FEASIBLE) == {"min_zones"}


@pytest.mark.parametrize("wrong", [{"model": "nobody"}, {"rule": "isolation"}, {"asked": 3}, {"kept": 2}])
def test_what_is_said_must_be_true(answer, wrong):
    assert "conceded" in rules(answer, conceded=said(**wrong))
    assert "conceded" in rules(answer, conceded=said() + said())


@pytest.mark.parametrize("status", ["optimal", "feasible"])
def test_a_rule_short_is_not_complete(answer, status):
    assert "status" in rules(answer, status=pk.Status(status))


def test_a_rule_that_is_kept_is_not_conceded():
    expanded = expand(fleet(2))
    placement = pk.solve_placement(fleet(2), time_limit=0, processes=False).placement
    told = placement.model_copy(update={"conceded": said(kept=2), "status": pk.Status.PARTIAL})
    assert "conceded" in {str(each.rule) for each in verify(expanded.problem, told, expanded.digest).violations}


def test_from_nothing_nothing_is_conceded():
    result = pk.solve_placement(fleet(0), time_limit=0, processes=False)
    assert (len(result.placement.copies), result.placement.conceded) == (1, ())


def test_a_diff_carries_it_along(answer):
    now = pk.solve_placement(fleet(2), time_limit=0, processes=False).placement
    change = pk.diff(now, answer.placement, by_name=True)
    assert pk.apply_diff(now, change).conceded == said()


def test_a_migration_leads_there_and_says_it(answer):
    now = pk.solve_placement(fleet(2), time_limit=0, processes=False).placement
    plan = pk.plan_migration(fleet(0), now, answer.placement, by_name=True)
    assert plan.status == "ordered"
    end = pk.state_after(fleet(0), now, plan, len(plan.waves))
    assert end.conceded == said()
    expanded = expand(fleet(0))
    assert verify(expanded.problem, end, expanded.digest).violations == ()
