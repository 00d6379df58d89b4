"""Laws of the answer to a shortage, on random problems, each question decided by proof."""

from __future__ import annotations

import pytest

from packing.act.shortage import answer_shortage, conceded
from packing.act.shortage.stock import with_stock
from packing.describe import expand
from packing.domain.hardware import price_micro_usd
from packing.domain.problem import isolation_of
from packing.verify import verify

from .common import crowded_problem, needless, possible, short_problem, too_severe, without

LESS_SEVERE_THAN_NOTHING = 0


def answers(seeds, make=short_problem, **options):
    """Problems that are short, with answers that were found to the end."""
    for seed in seeds:
        problem = make(seed)
        answer = answer_shortage(problem, time_limit=60, processes=False, **options)
        if answer.proven and answer.limit is None:
            yield seed, problem, answer


def valid(problem, answer):
    """Complete and without a violation against the problem with the concessions, which differ in nothing but what is allowed."""
    expanded = expand(answer.conceded)
    assert verify(expanded.problem, answer.placement, expanded.digest).violations == ()
    assert not answer.placement.unplaced
    before = {model.name: model for model in problem.models}
    tenants = {tenant.name: tenant for tenant in problem.tenants}
    for model in answer.conceded.models:
        asked = before[model.name]
        assert isolation_of(model, tenants) == isolation_of(asked, tenants)
        assert (model.tenant, model.streaming, model.framework, model.cold_start_s) == (
            asked.tenant,
            asked.streaming,
            asked.framework,
            asked.cold_start_s,
        )
        assert model.max_copies_per_node == asked.max_copies_per_node
        assert set(model.hosting) <= {*asked.hosting, *asked.degrade.hosting}
        if asked.slo.ttft_ms is not None:
            assert model.slo.ttft_ms <= asked.slo.ttft_ms * asked.degrade.latency_factor
    assert answer.conceded.fleet == expand(problem).problem.fleet or answer.complete
    assert answer.conceded.tenants == expand(problem).problem.tenants or answer.complete


def brought_back(problem, answer):
    """Each stock that is named is enough, one node less is not, and no pool does it cheaper. How many were looked at."""
    looked = 0
    expanded = expand(problem).problem
    kinds = {kind.name: kind for kind in expanded.instance_types}
    price = {pool.label: price_micro_usd(pool, kinds[pool.instance_type]) for pool in expanded.fleet}
    for loss in answer.losses:
        addition = loss.brought_back_by
        if addition is None:
            continue
        rest = without(problem, answer.concessions, loss.concessions)
        assert possible(with_stock(rest, addition.pool, addition.nodes)) is True
        assert possible(with_stock(rest, addition.pool, addition.nodes - 1)) is False
        for label, each in price.items():
            nodes = 0
            while each and (nodes + 1) * each < price[addition.pool] * addition.nodes and nodes < 3:
                nodes += 1
            if nodes:
                assert possible(with_stock(rest, label, nodes)) is False, label
        looked += 1
    return looked


def laws(seeds, make=short_problem):
    """Answers, concessions and stocks that were checked."""
    counted, conceding, stocks = 0, 0, 0
    for seed, problem, answer in answers(seeds, make):
        valid(problem, answer)
        assert needless(problem, answer) == [], seed
        assert too_severe(problem, answer) == [], seed
        if answer.complete:
            assert possible(problem) is True
            assert answer.solves == 1
        stocks += brought_back(problem, answer)
        counted += 1
        conceding += len(answer.concessions)
    return counted, conceding, stocks


def test_laws():
    counted, conceding, stocks = laws((1, 17, 44, 45))
    assert counted == 4
    assert conceding >= 4
    assert stocks >= 3


def test_laws_where_it_is_crowded():
    counted, conceding, _ = laws((1,), crowded_problem)
    assert counted == 1
    assert conceding >= 1


@pytest.mark.campaign
@pytest.mark.parametrize("make", [short_problem, crowded_problem])
def test_laws_campaign(make):
    counted, conceding, stocks = laws(range(100, 500), make)
    assert counted >= 380
    assert conceding >= 400
    assert stocks >= 200


def test_more_stock_never_means_more_refusals():
    """What the most important models give up is no worse with a node more (the others may trade among themselves)."""
    for seed, problem, answer in answers((1, 10, 17), stock=False):
        if answer.complete:
            continue
        highest = max(each.priority for each in problem.models)
        worst = max((each.stage.severity for each in answer.concessions if _priority(problem, each) == highest), default=LESS_SEVERE_THAN_NOTHING)
        for pool in problem.fleet:
            richer = answer_shortage(with_stock(problem, pool.label, 1), time_limit=60, processes=False, stock=False)
            mine = [each.stage.severity for each in richer.concessions if _priority(problem, each) == highest]
            assert max(mine, default=LESS_SEVERE_THAN_NOTHING) <= worst, seed


def _priority(problem, concession):
    return next(model.priority for model in problem.models if model.name == concession.model)


def test_concessions_say_all_there_is_to_the_problem():
    """Applied to the problem they give what the placement answers, byte for byte."""
    for _, problem, answer in answers((1, 17), stock=False):
        if not answer.complete:
            assert conceded(problem, answer.concessions).digest() == answer.conceded.digest() == answer.placement.problem
