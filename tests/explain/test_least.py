"""Repairs that are called the least are the least, by brute force; and which ones come first."""

from __future__ import annotations

import itertools

import pytest

import packing as pk
from packing.bench.infeasible import infeasible_problem
from packing.bench.suites.explain import judged, repair_faults
from packing.describe import expand
from packing.domain.hardware import price_micro_usd
from packing.domain.units import MICRO
from packing.explain.conditions import KINDS, Change, apply_changes, conditions
from packing.explain.decide import Decision
from packing.explain.oracle import Oracle

from .cases import FAST, LARGE, ONE_BOX, SERVES, model, problem

FEW_NODES = 4
"""Nodes of each pool that brute force adds."""


def _smaller(case, repair):
    """Every smaller change of the same kind, or all nodes that are cheaper, as lists of changes."""
    expanded = expand(case)
    if all(change.kind == "stock" for change in repair.changes):
        kinds = {kind.name: kind for kind in expanded.problem.instance_types}
        pools = [pool for pool in case.fleet if pool.count is not None]
        for counts in itertools.product(range(FEW_NODES), repeat=len(pools)):
            price = sum(count * price_micro_usd(pool, kinds[pool.instance_type]) for count, pool in zip(counts, pools, strict=True))
            if price < round(repair.price_per_hour * MICRO):
                yield [Change("stock", pool.label, pool.count, pool.count + count) for count, pool in zip(counts, pools, strict=True) if count]
        return
    (change,) = repair.changes
    condition = next(each for each in conditions(expanded) if (each.kind, each.target) == (change.kind, change.target))
    for value in KINDS[change.kind].steps(expanded, condition):
        if value == change.new:
            return
        yield [Change(change.kind, change.target, change.old, value)]


@pytest.mark.parametrize("seed", range(1, 12))
def test_nothing_smaller_than_the_least_is_enough(seed):
    case = infeasible_problem(seed, tiny=True)
    if case is None:
        return
    for repair in pk.cheapest_repairs(case, time_limit=20):
        if repair.least:
            assert not [smaller for smaller in _smaller(case, repair) if judged(apply_changes(case, smaller))], repair.sentence


def test_only_the_cheapest_nodes_are_the_least():
    """Three nodes of either pool are needed, and no fewer will do: those at 0.9 are the least, those at 5 are not."""
    case = problem(
        [model("A", copies=3)],
        ({"instance_type": "box", "count": 0, "price_per_hour": 5.0}, {"instance_type": "box", "name": "cheap", "count": 0, "price_per_hour": 0.9}),
    )
    nodes = {repair.sentence: repair.least for repair in pk.cheapest_repairs(case) if repair.price_per_hour}
    assert nodes == {"+3 cheap": True, "+3 box": None}


def test_a_step_that_was_not_decided_is_not_said_to_be_too_small(monkeypatch):
    """Of hosting options, which are tried one by one: the first is not decided in time, the second is enough."""
    case = problem([model("A", hosting="multi_model", cold_start_s=60)], ({"instance_type": "pair"},))
    real = pk.explain.oracle.Oracle.decide

    def decide(self, changes):
        made = list(changes)
        known = made == [change for change in made if change.kind == "hosting" and len(change.new) < 3] and made
        return Decision(None) if known else real(self, made)

    monkeypatch.setattr("packing.explain.oracle.Oracle.decide", decide)
    monkeypatch.setattr("packing.explain.oracle.Oracle.quickly", lambda *_: False)
    (hosting,) = [repair for repair in pk.cheapest_repairs(case) if repair.changes[0].kind == "hosting"]
    assert len(hosting.changes[0].new) == 3
    assert hosting.least is None


def test_where_modes_are_derived_anew_each_smaller_step_is_refuted_by_itself(monkeypatch):
    """That a TTFT of 6 s is not enough says nothing of 5 s: another TTFT, other modes."""
    from packing.explain.repairs.least import monotone
    from packing.solve.context import SearchContext

    given = problem([model("A", slo={"ttft_ms": 100}, mode=SERVES)])
    derived = given.model_copy(update={"models": (given.models[0].model_copy(update={"modes": (), "architecture": "llama-3.1-8b"}),)})
    for case, expected in ((given, True), (derived, False)):
        kinds = {"instance_types": (), "fleet": tuple(pool.model_copy(update={"instance_type": "ml.g5.xlarge"}) for pool in case.fleet)}
        oracle = Oracle(case if case is given else case.model_copy(update=kinds), SearchContext(60), 10)
        ttft = next(each for each in oracle.conditions if each.kind == "ttft")
        assert monotone(oracle, ttft) is expected


def test_obvious_repairs_do_not_depend_on_the_clock(monkeypatch):
    """Though nothing else is decided in the time given: one node more, one SLO, found by counted work and always in this order."""
    monkeypatch.setattr("packing.explain.oracle.Oracle._ask", lambda *_: Decision(None))
    short = problem([model("full", copies=2, gib=16, priority=10), model("half", copies=1, gib=12)], ({"instance_type": "box", "count": 2},))
    said = [[repair.sentence for repair in pk.cheapest_repairs(short)] for _ in range(2)]
    assert said[0] == said[1]
    assert said[0][0] == "no copies of half"
    assert "+1 box" in said[0]
    late = problem([model("late", slo={"ttft_ms": 200}, mode=SERVES, modes=[FAST])])
    assert pk.cheapest_repairs(late)[0].sentence == "TTFT of late 500 ms instead of 200"


def test_the_obvious_repair_of_many_models_comes_first():
    """Sixty models, of which one is short of a node."""
    crowd = [model(f"m{number:02}", gib=1) for number in range(59)]
    case = problem([*crowd, model("tall", gib=14)], ({"instance_type": "box", "count": 4},))
    found = pk.explain_placement(case, time_limit=20)
    assert not found.complete
    nodes = [repair for repair in found.repairs if repair.price_per_hour]
    assert nodes[0].sentence.startswith("+")
    assert len(nodes[0].changes) == 1


def test_of_equal_repairs_the_lower_priority_gives_up_first():
    case = problem([model("a-first", copies=1, priority=10), model("z-last", copies=1)], ONE_BOX)
    said = [repair.sentence for repair in pk.cheapest_repairs(case) if not repair.price_per_hour]
    assert said == ["no copies of z-last", "no copies of a-first"]


real = Oracle.decide
"""What a test that watches questions asks in the end."""


def test_nothing_is_said_twice(monkeypatch):
    """That no copies of A are asked for, with its traffic or without, is one thing that can be done: it is said once."""
    case = problem([model("A", copies=2, traffic=0)], ONE_BOX)
    fewer = Change("copies", "A", 2, 0)
    sets = [((fewer,), None), ((fewer, Change("throughput", "A", 0.0, 0)), None)]
    monkeypatch.setattr("packing.explain.repairs.search.as_placed", lambda *_: sets[1][0])
    monkeypatch.setattr("packing.explain.repairs.search.itself_a_witness", lambda *_: None)
    monkeypatch.setattr("packing.explain.repairs.search.hitting_sets", lambda oracle, _: [(oracle.conditions[0],)])
    monkeypatch.setattr("packing.explain.repairs.search.least_changes", lambda *_: sets[0])
    monkeypatch.setattr("packing.explain.repairs.search.price_of", lambda *_: 0.0)
    monkeypatch.setattr("packing.explain.oracle.Oracle.decide", lambda self, changes: real(self, [each for each in changes if each.kind == "copies"]))
    monkeypatch.setattr("packing.explain.api.obvious_changes", lambda *_: [])
    said = [repair.sentence for repair in pk.cheapest_repairs(case)]
    assert said.count("no copies of A") == 1


def test_an_instance_type_of_the_catalogue_is_offered_and_its_nodes_are_paid_for():
    case = problem([LARGE], ({"instance_type": "ml.g6e.4xlarge"},), kinds=())
    (rent,) = [repair for repair in pk.cheapest_repairs(case) if repair.changes[0].kind == "pools"]
    (name,) = rent.changes[0].new
    assert rent.sentence == f"rent {name}, too"
    assert rent.price_per_hour == rent.cost_per_hour > 0
    assert rent.least is None
    assert not list(repair_faults(case, rent))
    assert {node.instance_type for node in rent.placement.nodes} == {name}


def test_where_every_model_has_a_mode_neither_precision_nor_pools_are_questioned():
    case = problem([{**LARGE, "precision": "int4"}], ({"instance_type": "ml.g6e.4xlarge", "count": 0},), kinds=())
    assert not {each.kind for each in conditions(expand(case))} & {"precision", "pools"}
