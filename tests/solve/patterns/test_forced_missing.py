"""Where a model's own maximum cannot serve its traffic: copies are missing in every plan, and no bound counts them twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

import packing as pk
from packing.compile.compiler import compile_problem
from packing.describe import problem_from
from packing.domain.problem import Problem
from packing.solve.bounds.forced import forced_vector
from packing.solve.bounds.prices import HIGHEST, whole_price
from packing.solve.context import SearchContext, contradiction
from packing.solve.patterns.classes import RIVALS, classes_of
from packing.solve.patterns.costs import complete_constant
from packing.solve.patterns.counts import node_counts
from packing.solve.patterns.parts import Part
from packing.solve.patterns.pricing import Effort, prices_of
from packing.solve.shortage.relax import Relaxation
from packing.solve.shortage.stages import UNIT
from packing.solve.strategies import STRATEGIES, strategy_of

GIB = 2**30
LAB = {"name": "lab.g", "accelerator": "G", "accelerators": 1, "memory_per_accelerator": 80 * GIB, "price_per_hour": 1}
PAIR = {**LAB, "name": "lab.2g", "accelerators": 2, "vcpus": 14, "host_memory": 80 * GIB}


def model(name, gib, copies=1, rate=None, traffic=None, vcpus=0, host=0, **more):
    mode = {"accelerator": "G", "memory_per_accelerator": int(gib * GIB), "vcpus": vcpus, "host_memory": host * GIB}
    asked = {} if traffic is None else {"traffic": traffic}
    return {"name": name, "copies": copies, "modes": [{**mode, "requests_per_second": rate} if rate else mode], **asked, **more}


CHAT = Problem.model_validate(
    {"instance_types": [LAB], "fleet": [{"instance_type": "lab.g"}], "models": [model("chat", 24, 2, 1.0, 3.0), model("other", 36)]}
)
"""Two nodes; the objective of the default weights, by hand from docs/fitness.md: 0.701388888."""
SIX = Problem.model_validate(
    {
        "weights": {"cost": 1},
        "instance_types": [PAIR],
        "fleet": [{"instance_type": "lab.2g"}],
        "models": [
            model("m0", 11.6, 4, 5.0, 22.0, 3, 17),
            model("m1", 11.1, 4, 5.0, None, 1, 4),
            model("m2", 43.6, 4, 5.0, None, 3, 4),
            model("m3", 31.4, 4, 5.0, None, 1, 9),
            model("m4", 27.6, 5, 5.0, None, 1, 17),
            model("m5", 13.2, 3, 5.0, None, 3, 9),
        ],
    }
)
"""24 copies on nodes of two accelerators, one copy too few of m0: with the caps left out, column generation claimed a bound six times the optimum."""


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != "rebalance"])
def test_nobody_claims_more_than_the_optimum(strategy):
    for problem in (CHAT, SIX):
        compiled = compile_problem(problem)
        proof = SearchContext(30.0)
        strategy_of("cp_sat").solve(compiled, proof)
        assert proof.closed()
        heard = []
        context = SearchContext(1.0)
        context.raise_bound = lambda missing, bound, source, heard=heard: heard.append((missing, bound, source))
        strategy_of(strategy).solve(compiled, context)  # nothing is ever proven to it: it says all that it would say
        assert heard
        assert [claim for claim in heard if contradiction(proof.incumbent.value, claim[:2])] == []


@pytest.mark.parametrize("strategy", ["auto", "cp_sat", "patterns", "node_patterns", "shortage", "split"])
def test_one_copy_of_chat_is_missing_and_nothing_is_better(strategy):
    result = pk.solve_placement(CHAT, strategy=strategy, time_limit=20.0, processes=False)
    assert (result.status, result.objective, result.withdrawn) == (pk.Status.PARTIAL, 0.701388888, None)
    assert [(each.model, each.copies) for each in result.unplaced] == [("chat", 1)]
    assert result.complete_is_impossible
    assert result.bound is None or result.bound <= 0.701388888
    if strategy in {"auto", "cp_sat"}:
        assert result.bound == 0.701388888


def test_the_price_of_a_cap_says_nothing_by_itself():
    """A missing copy that is forced pays the price of its cap, and the cap takes it off again: the cut stays the same."""
    part, compiled = _part(SIX)
    duals = part.master.solve(SearchContext(10.0).share()).duals
    found = []
    for price in (0.0, 1.0, 5e8, 1e12):
        prices = prices_of(replace(duals, level=[price]))
        values, _ = part.pricer.contents(prices, Effort(20_000, 20_000), 0, duals.room, SearchContext(20.0).share())
        cut = part.pricer.cut(part.costs, prices, values)
        counted = node_counts(compiled, [part.layout], [[cut]], SearchContext(20.0).share(), SearchContext(20.0), exact=True)
        found.append((cut.least, part.pricer.bound(part.costs, prices, values), complete_constant(compiled) + counted.bound))
    assert len(set(found)) == 1
    assert found[0][2] <= 444_444_444


def test_a_price_without_a_cap_is_none():
    """In a stage whose level is not capped, a price on its cap changes nothing."""
    part, _ = _part(SIX)
    free = replace(part.costs, caps=(None,), missing=(UNIT,) * len(part.layout.classes))
    duals = part.master.solve(SearchContext(10.0).share()).duals
    payments = [part.pricer.payments(free, prices_of(replace(duals, level=[price]))) for price in (0.0, 1e9)]
    assert payments[0] == payments[1]


def _part(problem):
    compiled = compile_problem(problem)
    assert forced_vector(compiled) == (1,)
    return Part(compiled, classes_of(compiled, by_rival=compiled.copies <= RIVALS)), compiled


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), -1.0, 0.0])
def test_what_is_no_price_is_zero(value):
    assert whole_price(value) == 0


def test_no_price_is_endless():
    assert whole_price(float("inf")) == whole_price(1e300) == HIGHEST
    assert whole_price(float("inf"), 7) == 7
    assert (whole_price(3.9), whole_price(0.9)) == (3, 0)


def test_what_is_proven_of_a_level_lasts_as_long_as_the_caps_above():
    """Two copies of gold must be missing, and then three of bronze; once three of gold must be, fewer of bronze may do."""
    gold, bronze = model("gold", 50, 4, priority=1), model("bronze", 50, 4)
    problem = problem_from({"instance_types": [LAB], "fleet": [{"instance_type": "lab.g", "count": 3}], "models": [gold, bronze]})
    compiled = compile_problem(problem)
    relaxation, context = Relaxation(compiled), SearchContext(10.0)
    stages = iter([2, 3, 3, 1])

    def generate(costs, search, share, better, enough):
        del costs, search, share, enough
        better(next(stages) * UNIT)

    relaxation._generate = generate
    relaxation.prove(context, context.share())
    assert context.missing_bound == (2, 3)
    relaxation._stage(0, context, lambda: 1.0)
    assert context.missing_bound == (3, 0)
    relaxation._stage(1, context, lambda: 1.0)
    assert context.missing_bound == (3, 1)
