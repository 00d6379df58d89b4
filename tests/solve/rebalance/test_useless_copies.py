"""Found by the fleet machine: a copy that is too slow to make anything less missing was placed, and only cost."""

from __future__ import annotations

from packing.describe import problem_from
from packing.solve.api import solve_placement

GIB = 2**30


def fleet(traffic: float, copies: int):
    kinds = [{"name": name, "accelerator": "X", "accelerators": number, "memory_per_accelerator": 16 * GIB, "price_per_hour": 1.0 * number}
             for name, number in (("one", 1), ("four", 4))]  # fmt: skip
    modes = [{"accelerator": "X", "accelerators": number, "memory_per_accelerator": 10 * GIB, "requests_per_second": rate}
             for number, rate in ((4, 4.0), (1, 2.0))]  # fmt: skip
    pools = [{"name": "one", "instance_type": "one", "count": 4}, {"name": "four", "instance_type": "four", "count": 0}]
    models = [{"name": "m", "traffic": traffic, "copies": copies, "modes": modes}]
    return problem_from({"weights": {"cost": 1}, "instance_types": kinds, "fleet": pools, "models": models})


def test_a_copy_that_makes_nothing_less_missing_is_not_placed():
    now = solve_placement(fleet(4.0, 2), time_limit=0, processes=False).placement
    assert len(now.copies) == 2
    result = solve_placement(fleet(8.0, 3), current=now, time_limit=0, processes=False)  # 3 x 2 requests/s: one fast copy is missing still
    assert sum(left.copies for left in result.unplaced) == 1
    assert (result.change.added, len(result.placement.copies)) == (0, 2)


def test_copies_that_help_only_together_are_placed():
    now = solve_placement(fleet(4.0, 2), time_limit=0, processes=False).placement
    result = solve_placement(fleet(8.0, 4), current=now, time_limit=0, processes=False)
    assert not result.unplaced
    assert result.change.added == 2
