"""A bound that a plan contradicts never costs the plan: it is withdrawn, whoever claimed it and wherever it was found out."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor

import pytest

import packing as pk
from packing.compile.compiler import compile_problem
from packing.solve.context import WITHDRAWN, SearchContext
from packing.solve.plan import Plan, Value
from packing.solve.remote.crew import Ended, Found
from packing.solve.remote.link import LinkedContext
from packing.solve.remote.roles import Role
from packing.solve.remote.work import Work
from packing.solve.strategies import strategies

from .common import kind, model, problem

SIZES = (("m9", 9, 2), ("m7", 7, 3), ("m6", 6, 2), ("m5", 5, 3), ("m11", 11, 1))
OPEN = problem([kind("a", 1.0), kind("b", 1.7, gib=24, vcpus=4)], ["a", "b"], [model(name, gib, count) for name, gib, count in SIZES])
SHORT = problem([kind("a", 1.0)], [{"instance_type": "a", "count": 2}], [model(name, gib, count) for name, gib, count in SIZES[:3]])
APART = problem(
    [kind("a", 1.0), kind("b", 1.7, gib=24)],
    ["a", "b"],
    [model(name, gib, count, tenant=tenant) for (name, gib, count), tenant in zip((*SIZES[:3], SIZES[3]), "xxyy", strict=True)],
    tenants=[{"name": "x", "isolation": "instance"}, {"name": "y", "isolation": "instance"}],
)
CLAIMS = [
    *(
        (name, source, OPEN)
        for name in ("auto", "greedy", "ruin", "neighbourhood", "cp_sat", "patterns")
        for source in ("resources", "linear relaxation")
    ),
    *((name, "resources", OPEN) for name in ("node_patterns", "shortage", "split")),
    ("auto", "patterns", OPEN),
    ("patterns", "patterns", OPEN),
    ("node_patterns", "node_patterns", OPEN),
    ("cp_sat", "cp_sat", OPEN),
    ("auto", "whole nodes", APART),
    ("split", "split", APART),
    ("auto", "cp_sat", SHORT),
    ("cp_sat", "cp_sat", SHORT),
    ("shortage", "shortage", SHORT),
]
"""(strategy, who claims something there, problem)."""


@pytest.fixture(autouse=True)
def as_for_users(monkeypatch, false_bounds_are_errors):
    """Elsewhere in the tests a false bound is an error."""
    monkeypatch.setattr("packing.solve.context.RAISE_ERRORS", False)


@pytest.fixture(name="lie")
def _lie(monkeypatch):
    """Make every claim of one source false: by the objective, or by the missing copies."""
    told = []

    def begin(source, *, missing=False):
        true = SearchContext.raise_bound

        @functools.wraps(true)
        def raise_bound(self, least, bound, by):
            if by == source and self.incumbent is not None:
                value = self.incumbent.value
                told.append(by)
                least, bound = ((*value.missing[:-1], value.missing[-1] + 1), bound) if missing else (value.missing, value.objective + 1)
            true(self, least, bound, by)

        monkeypatch.setattr(SearchContext, "raise_bound", raise_bound)
        return told

    return begin


def withdrawn(result, told):
    """What has to be true of a result whose bound was withdrawn."""
    assert told
    assert result.withdrawn
    assert (result.bound, result.gap) == (None, None)
    assert result.status is (pk.Status.PARTIAL if result.unplaced else pk.Status.FEASIBLE)
    assert result.complete_is_impossible in {None, False}
    assert result.complete_is_impossible is None or not result.unplaced
    (incident,) = (each for each in result.incidents if each.startswith(WITHDRAWN))
    assert "please report it with the input" in incident


@pytest.mark.parametrize("missing", [False, True], ids=["objective", "missing"])
@pytest.mark.parametrize(("strategy", "source", "given"), CLAIMS, ids=[f"{name}-{source.replace(' ', '_')}" for name, source, _ in CLAIMS])
def test_every_strategy_keeps_its_plan(lie, strategy, source, given, missing, monkeypatch):
    if source != "cp_sat":  # the smallest problems go to the exact formulation at once, and nobody else would claim anything
        monkeypatch.setattr("packing.solve.portfolio.EXACT_ALONE", 0)
    told = lie(source, missing=missing)
    result = pk.solve_placement(given, strategy=strategy, time_limit=2.0, processes=False)
    withdrawn(result, told)
    assert source in result.withdrawn


def test_no_strategy_is_left_out():
    assert {name for name, _, _ in CLAIMS} | {"rebalance"} == set(strategies())


def test_a_plan_that_comes_later():
    context = SearchContext(10)
    context.offer(Plan((), Value((1,), 500)), "greedy")
    context.raise_bound((1,), 400, "one")
    context.raise_bound((0,), 9_999, "vacuous")
    assert context.proof == ((1,), 400)
    assert context.offer(Plan((), Value((1,), 399)), "ruin")
    assert context.proof is None
    assert "one claimed that no placement has an objective below 4e-07" in context.withdrawn
    context.raise_bound((1,), 3, "another")
    assert (context.proof, context.closed(), context.limit()) == (None, False, None)
    assert len(context.incidents) == 1


@pytest.mark.parametrize(("value", "proof"), [((0, 3), (1, 0)), ((2, 2), (2, 3))])
def test_fewer_missing_copies_than_proven(value, proof):
    context = SearchContext(10)
    context.raise_bound(proof, 0, "shortage")
    context.offer(Plan((), Value(value, 10**9)), "greedy")
    assert context.proof is None
    assert "shortage claimed that no placement leaves out less than" in context.withdrawn


def test_searches_within_a_search_say_so():
    outer, inner = SearchContext(10), SearchContext(10)
    outer.raise_bound((0,), 5, "outer")
    inner.note("something else")
    inner.raise_bound((0,), 7, "inner")
    inner.offer(Plan((), Value((0,), 6)), "inner")
    outer.heed(inner)
    assert (outer.proof, outer.withdrawn) == (None, inner.withdrawn)
    assert outer.incidents == [f for f in inner.incidents if f.startswith(WITHDRAWN)] + ["something else"]


class Liars:
    """A crew whose first job claims too much, or says that it did."""

    def __init__(self, proof, why):
        self.proof, self.why, self.found = proof, why, []

    def start(self, job, work, began):
        del work, began
        ended = Ended(job, None, (), self.why)
        self.found += [Found(job, None, self.proof, "patterns"), ended] if self.proof else [ended]

    def events(self, seconds):
        del seconds
        found, self.found = self.found, []
        return found

    def tell(self, job, plan, proof):
        pass

    def stop(self):
        pass

    def close(self):
        pass


@pytest.mark.parametrize(
    ("proof", "why"), [(((0,), 2 * 10**9), None), (((1,), 0), None), (None, "patterns claimed too much")], ids=["objective", "missing", "said"]
)
def test_child_processes(monkeypatch, proof, why):
    """What a child claims is held against what the parent has; what it has withdrawn itself counts nowhere."""
    monkeypatch.setattr("packing.solve.remote.search.Children", lambda _limit: Liars(proof, why))
    result = pk.solve_placement(OPEN, strategy="patterns", time_limit=20.0)
    withdrawn(result, ["patterns"])


@pytest.mark.parametrize("source", ["resources", "patterns"])
def test_executors(lie, source):
    told = lie(source)
    with ThreadPoolExecutor(1) as executor:
        result = pk.solve_placement(OPEN, strategy="patterns", time_limit=20.0, executor=executor)
    withdrawn(result, told)


def test_in_a_child():
    """It hears a plan from elsewhere that contradicts its own bound: its parent is told of the plan, and of no proof."""
    compiled = compile_problem(OPEN)
    context = LinkedContext(None, 0, Work(compiled, Role("patterns", 0), 10.0, 0, 0.0), 0.0)
    context.raise_bound((0,), 50, "patterns")
    context.hear((((0, 0, (), -1),), (0,), 40), None)
    context.limit()
    assert context.incumbent.value.objective == 40
    assert (context.proof, context.take_news()) == (None, None)
    assert context.withdrawn


@pytest.mark.parametrize("source", ["resources", "linear relaxation", "cp_sat"])
def test_rebalancing(lie, source):
    now = pk.solve_placement(APART, strategy="greedy", time_limit=0.0, processes=False).placement
    told = lie(source)
    result = pk.solve_placement(APART, current=now, time_limit=5.0, processes=False)
    withdrawn(result, told)
    assert (result.change.bound, result.change.proven) == (None, False)


def test_the_objective_without_moves(monkeypatch):
    """Nothing is wrong in the search; what is claimed of the plan without its moves is."""
    now = pk.solve_placement(APART, strategy="greedy", time_limit=0.0, processes=False).placement

    def claim(_, context):
        context.raise_bound((0,), 10**9, "resources")

    monkeypatch.setattr("packing.solve.rebalance.account.quick_bound", claim)
    result = pk.solve_placement(APART, current=now, time_limit=5.0, processes=False)
    withdrawn(result, ["resources"])
    assert (result.change.bound, result.change.proven) == (None, False)


DAY = OPEN.model_copy(update={"slots": 2})


def test_schedules(monkeypatch):
    monkeypatch.setattr("packing.act.schedule.api.least_cost", lambda *_: 10**12)
    schedule = pk.solve_schedule(DAY, time_limit=2.0, processes=False)
    assert (schedule.status, schedule.bound_usd, schedule.gap) == (pk.Status.FEASIBLE, None, None)
    assert [each for each in schedule.notices if "please report it with the input." in each]


def test_solves_of_a_schedule(lie):
    told = lie("resources")
    schedule = pk.solve_schedule(DAY, time_limit=2.0, processes=False)
    assert told
    assert (schedule.status, schedule.bound_usd, schedule.gap) == (pk.Status.FEASIBLE, None, None)
    assert [each for each in schedule.notices if "please report it with the input." in each]


def test_shortage(lie):
    told = lie("cp_sat")
    answer = pk.answer_shortage(SHORT, time_limit=5.0, processes=False)
    assert told
    assert not answer.proven
    assert [each for each in answer.incidents if each.startswith(WITHDRAWN)]


def test_explanations_claim_nothing(lie):
    told = lie("cp_sat")
    assert pk.explain_placement(OPEN, time_limit=5.0).optimal is None
    assert told
