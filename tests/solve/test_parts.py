"""Independent parts: apart they come to the same optimum as together."""

from __future__ import annotations

import pytest

from packing.compile.compiler import compile_problem
from packing.generate import random_problem
from packing.solve.cp_sat import strategy
from packing.solve.task import independent_parts

from .common import kind, model, problem, search


def together(compiled):
    return [list(range(len(compiled.models)))]


def judge(problems, monkeypatch):
    """Problems that have several parts; solved apart and as a whole they have one value and one bound."""
    several = 0
    for name, each in problems:
        compiled = compile_problem(each)
        parts = independent_parts(compiled)
        assert sorted(index for part in parts for index in part) == list(range(len(compiled.models)))
        apart = search(compiled, "cp_sat")
        with monkeypatch.context() as patch:
            patch.setattr(strategy, "independent_parts", together)
            whole = search(compiled, "cp_sat")
        assert apart.closed(), name
        assert whole.closed(), name
        assert apart.incumbent.value == whole.incumbent.value, name
        several += len(parts) > 1
    return several


def test_union_of_parts_is_the_optimum(monkeypatch):
    assert judge(((seed, random_problem(seed, tiny=True)) for seed in range(600, 630)), monkeypatch) > 4


@pytest.mark.campaign
def test_union_of_parts_is_the_optimum_of_1500(monkeypatch):
    judge(((seed, random_problem(seed, tiny=True)) for seed in range(40_000, 41_500)), monkeypatch)


def sizes(each):
    return sorted(map(len, independent_parts(compile_problem(each))))


ISOLATED = [{"name": "x", "isolation": "instance"}, {"name": "y", "isolation": "instance"}]


@pytest.mark.parametrize(("count", "expected"), [(None, [1, 2]), (4, [1, 2]), (3, [3])])
def test_isolated_tenants_are_parts_while_stock_suffices(count, expected):
    """x asks for 1 + 1 copies, y for 2: four nodes are enough whatever happens, three are competed for."""
    pool = {"instance_type": "a"} | ({"count": count} if count else {})
    models = [model("x1", 3, tenant="x"), model("x2", 3, tenant="x"), model("y1", 3, copies=2, tenant="y")]
    assert sizes(problem([kind("a", 1)], [pool], models, tenants=ISOLATED)) == expected


def test_models_that_could_share_a_node_are_one_part():
    assert sizes(problem([kind("a", 1)], ["a"], [model("x", 3), model("y", 3)])) == [2]


def test_single_model_endpoints_do_not_tie():
    alone = {"hosting": ["single_model"]}
    assert sizes(problem([kind("a", 1)], ["a"], [model("x", 3, **alone), model("y", 3, **alone)])) == [1, 1]


def test_competition_spreads_through_chains():
    """x and y compete for a, y and z for b: all three are one part, although x and z have nothing in common."""
    other = {"accelerator": "H", "accelerators": 1, "memory_per_accelerator": 2**34}
    modes = [{"accelerator": "G", "memory_per_accelerator": 2**30}, {"accelerator": "H", "memory_per_accelerator": 2**30}]
    alone = {"hosting": ["single_model"]}
    models = [model("x", 1, **alone), {"name": "y", "modes": modes, **alone}, {"name": "z", "modes": modes[1:], **alone}]
    kinds = [kind("a", 1), {"name": "b", "price_per_hour": 1, **other}]
    scarce = [{"instance_type": "a", "count": 1}, {"instance_type": "b", "count": 1}]
    assert sizes(problem(kinds, scarce, models)) == [3]
    assert sizes(problem(kinds, [{"instance_type": "a", "count": 2}, {"instance_type": "b", "count": 2}], models)) == [1, 1, 1]
