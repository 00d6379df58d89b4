"""The answer to a shortage is never worse than what a plain solve knew already."""

from __future__ import annotations

import pytest

from packing.act.shortage import answer_shortage, api
from packing.act.shortage.burden import burden
from packing.act.shortage.ladder import Concessions
from packing.act.shortage.pin import pinned
from packing.act.shortage.witness import as_placed, is_answer, tightened
from packing.describe import expand, problem_from
from packing.domain.shortage import Stage
from packing.solve.api import solve_placement

from .common import short_problem

MODE = {"accelerator": "A", "memory_per_accelerator": "8GB", "requests_per_second": 1}
TYPE = {"name": "box", "accelerator": "A", "accelerators": 2, "memory_per_accelerator": "10GB", "price_per_hour": 1, "sharing": "exclusive"}
PROBLEM = {
    "instance_types": [TYPE],
    "fleet": [{"instance_type": "box", "count": 2}],
    "models": [{"name": name, "modes": [MODE], "traffic": 3, "hosting": "inference_component"} for name in ("a", "b")],
}


def plain_burden(problem, seconds):
    """What a plain solve asks of the models; None where it cannot be said as concessions (copies of a lost reserve beyond `copies.max`)."""
    expanded = expand(problem)
    given = Concessions(pinned(expanded.described, expanded.problem))
    result = solve_placement(problem, time_limit=seconds, strategy="cp_sat", processes=False)
    without = tightened(as_placed(given, result), result)
    return burden(without, result) if is_answer(without.apply(), result) else None


def answered_burden(problem, answer):
    expanded = expand(problem)
    given = Concessions(pinned(expanded.described, expanded.problem)).but({(each.model, each.stage): each.after for each in answer.concessions})

    class Found:
        placement = answer.placement

    return burden(given, Found)


def test_never_worse_than_a_plain_solve():
    compared = 0
    for seed in range(16):
        problem = short_problem(seed)
        plain = plain_burden(problem, 60)
        if plain is not None:
            answer = answer_shortage(problem, time_limit=60, processes=False, stock=False)
            assert answered_burden(problem, answer) <= plain, seed
            compared += 1
    assert compared >= 8


def test_steps_that_end_badly_are_not_taken(monkeypatch: pytest.MonkeyPatch):
    # Four accelerators for six copies: two are missing. Settling level by level is made to give up far more, as it may for want of time.
    problem = expand(problem_from(PROBLEM)).described

    def badly(concessions, _result, oracle):
        worse = concessions.but({("a", Stage.REFUSAL): 0, ("b", Stage.COPIES): 1.0})
        return worse, oracle.solve(worse.apply())

    monkeypatch.setattr(api, "_settled", badly)
    answer = answer_shortage(problem, time_limit=60, processes=False, stock=False)
    assert len(answer.placement.copies) == 4
    assert {each.stage for each in answer.concessions} == {Stage.COPIES}
