"""Dominated candidates: leaving them out never changes the optimum."""

from __future__ import annotations

import random

import pytest

from packing.compile import compiler
from packing.compile.compiler import compile_problem
from packing.domain.words import Hosting, Sharing
from packing.generate import random_problem
from packing.solve.context import SearchContext
from packing.solve.strategies import strategy_of
from packing.testing.exhaustive import exhaustive


def with_worse_modes(problem, seed):
    """Every model gets, for each mode, one that is a little worse or as good, so that dominance has something to do."""
    rng = random.Random(seed)

    def worse(mode):
        update = {"vcpus": mode.vcpus + rng.choice((0, 0, 1))}
        if mode.accelerators:
            update["memory_per_accelerator"] = mode.memory_per_accelerator + rng.choice((0, 1, 2**28))
        if mode.requests_per_second is not None:
            update["requests_per_second"] = mode.requests_per_second * rng.choice((1, 0.9, 2))
        if mode.ttft_ms is not None:
            update["ttft_ms"] = mode.ttft_ms + rng.choice((0, 5))
        return mode.model_copy(update=update)

    models = tuple(model.model_copy(update={"modes": (*model.modes, *map(worse, model.modes))}) for model in problem.models)
    return problem.model_copy(update={"models": models})


def optimum(problem, monkeypatch=None):
    """Optimum by the exact strategy and the number of candidates; with `monkeypatch` nothing is left out as dominated."""
    if monkeypatch is not None:
        monkeypatch.setattr(compiler, "_undominated", lambda candidates, *_: candidates)
    compiled = compile_problem(problem)
    context = SearchContext(20.0)
    strategy_of("cp_sat").solve(compiled, context)
    assert context.closed()
    return (context.incumbent.value.missing, context.incumbent.value.objective), len(compiled.candidates)


def judge(problem, monkeypatch):
    """Candidates that dominance leaves out; the optimum must be the same with them, and by looking at everything."""
    less, few = optimum(problem)
    with monkeypatch.context() as patch:
        more, many = optimum(problem, patch)
    true = exhaustive(problem)
    assert less == more == (true.missing, true.objective_units)
    return many - few


def test_optimum_is_the_same_without_dominance(monkeypatch):
    left_out = sum(judge(with_worse_modes(random_problem(seed, tiny=True), seed), monkeypatch) for seed in range(45))
    assert left_out > 100


@pytest.mark.campaign
def test_optimum_is_the_same_without_dominance_on_1000(monkeypatch):
    for seed in range(1000, 2000):
        judge(with_worse_modes(random_problem(seed, tiny=True), seed), monkeypatch)


def test_what_is_left_out_has_a_better_one_in_its_place(monkeypatch):
    """Candidate by candidate: something of the same model, hosting option and type is no worse in anything."""
    seen = 0
    for seed in range(40):
        problem = with_worse_modes(random_problem(seed), seed)
        kept = compile_problem(problem)
        with monkeypatch.context() as patch:
            patch.setattr(compiler, "_undominated", lambda candidates, *_: candidates)
            everything = compile_problem(problem)
        for candidate in everything.candidates:
            model, kind = kept.models[candidate.model], kept.kinds[candidate.kind]
            sole = kind.sharing is Sharing.EXCLUSIVE and candidate.hosting is not Hosting.MULTI_MODEL
            others = [kept.candidates[index] for index in model.candidates]
            assert any(no_worse(other, candidate, model.peak, sole) for other in others)
            seen += 1
        assert len(kept.candidates) <= len(everything.candidates)
    assert seen > 500


def no_worse(other, candidate, peak, sole):
    same = (other.kind, other.hosting) == (candidate.kind, candidate.hosting)
    if same and candidate.hosting is Hosting.MULTI_MODEL:
        same = other.size == candidate.size
    needs = sole or all(a <= b for a, b in zip(other.demand, candidate.demand, strict=True))
    needs = needs and all(a <= b for a, b in zip(other.node_demand, candidate.node_demand, strict=True)) and other.width <= candidate.width
    return same and needs and other.coefficient <= candidate.coefficient and min(other.rate, peak) >= min(candidate.rate, peak)
