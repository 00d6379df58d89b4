"""Change with over-committed nodes: what runs is recognised, diffs lead to the new placement, and migrations are valid in every state."""

from __future__ import annotations

import packing as pk
from packing.describe import expand
from packing.domain.problem import Problem
from packing.verify import verify

GIB = 2**30


def long_tail(rates, *, quantile=0.9):
    """Eight models of 3 GiB on nodes of 16, with these requests/s."""
    mode = {"accelerator": "G", "memory_per_accelerator": 3 * GIB, "requests_per_second": 2, "load_s": 10}
    return Problem.model_validate(
        {
            "weights": {"cost": 1},
            "instance_types": [{"name": "lab.1g", "accelerator": "G", "accelerators": 1, "memory_per_accelerator": 16 * GIB, "price_per_hour": 2}],
            "fleet": [{"instance_type": "lab.1g", "count": 4}],
            "models": [
                {
                    "name": f"m{index}",
                    "traffic": rate,
                    "cold_start_s": 60,
                    "hosting": ["multi_model"],
                    "modes": [mode],
                    "cold_start_quantile": quantile,
                }
                for index, rate in enumerate(rates)
            ],
        }
    )


SELDOM, OFTEN = [0.0005] * 8, [0.2] * 8


def kept(placement):
    return {each.keep for each in placement.endpoints}


def test_eight_of_which_five_fit_share_one_node():
    result = pk.solve_placement(long_tail(SELDOM), strategy="cp_sat", time_limit=60)
    assert (len(result.placement.nodes), kept(result.placement)) == (1, {"2min/20s"})
    assert len(pk.solve_placement(long_tail(SELDOM, quantile=None), strategy="cp_sat", time_limit=60).placement.nodes) == 2


def test_what_runs_stays():
    now = pk.solve_placement(long_tail(SELDOM), strategy="cp_sat", time_limit=60).placement
    again = pk.solve_placement(long_tail([0.0006, *SELDOM[1:]]), current=now, time_limit=60)
    assert again.change.moved == 0
    assert kept(again.placement) == {"2min/20s"}
    assert pk.diff(now, again.placement).is_empty


def test_from_in_turns_to_always_loaded_and_back():
    """More traffic: two nodes on which everybody stays loaded. Every state of the way is valid, there and back."""
    seldom, often = long_tail(SELDOM), long_tail(OFTEN)
    one = pk.solve_placement(seldom, strategy="cp_sat", time_limit=60).placement
    two = pk.solve_placement(often, strategy="cp_sat", time_limit=60).placement
    assert kept(two) == {None}
    for problem, old, new in ((often, one, two), (seldom, two, one)):
        applied = pk.apply_diff(old, pk.diff(old, new))
        assert pk.diff(applied, new).is_empty
        assert verify(expand(problem).problem, applied).violations == ()
        migration = pk.plan_migration(problem, old, new)
        assert migration.status == "ordered"
        assert migration.totals.loads == 8


def test_a_placement_survives_its_file():
    result = pk.solve_placement(long_tail(SELDOM), strategy="cp_sat", time_limit=60)
    read = type(result.placement).model_validate_json(result.placement.to_json())
    assert verify(result.expanded.problem, read, result.digest).violations == ()
