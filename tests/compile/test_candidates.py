"""Every combination of mode, hosting option and instance type is a candidate, or is known to be removed, and by which rule."""

from __future__ import annotations

from packing.compile.compiler import compile_problem
from packing.domain.rules import Rule
from packing.domain.words import Hosting
from packing.generate import random_problem


def speaks_of(removed, model, mode, hosting, kind):
    return removed.model == model and removed.mode in {None, mode} and removed.hosting in {None, hosting} and removed.pool in {"", kind}


def test_nothing_vanishes_without_a_rule(monkeypatch):
    monkeypatch.setattr("packing.compile.compiler._undominated", lambda candidates, *_: candidates)
    rules = set()
    for seed in range(60):
        problem = random_problem(seed)
        compiled = compile_problem(problem)
        there = {(each.model, each.mode, each.hosting, compiled.kinds[each.kind].name) for each in compiled.candidates}
        for index, model in enumerate(problem.models):
            mine = [removed for removed in compiled.removed if removed.model == model.name]
            for mode in range(len(model.modes)):
                for hosting in Hosting:
                    for kind in compiled.kinds:
                        found = [removed for removed in mine if speaks_of(removed, model.name, mode, hosting, kind.name)]
                        wrong_kind = model.modes[mode].accelerators and model.modes[mode].accelerator != kind.accelerator
                        assert ((index, mode, hosting, kind.name) in there) == (not found and not wrong_kind)
                        rules |= {removed.rule for removed in found}
    assert rules <= set(Rule)
    assert {Rule.STOCK, Rule.MEMORY, Rule.HOSTING, Rule.COLD_START, Rule.MULTI_MODEL, Rule.ACCELERATORS} <= rules


def test_indices_lead_back():
    for seed in range(20):
        compiled = compile_problem(random_problem(seed))
        assert [candidate.index for candidate in compiled.candidates] == list(range(len(compiled.candidates)))
        for index, model in enumerate(compiled.models):
            assert all(compiled.candidates[each].model == index for each in model.candidates)
        for index, kind in enumerate(compiled.kinds):
            assert all(compiled.pools[pool].kind == index for pool in kind.pools)
        assert sorted(each for model in compiled.models for each in model.candidates) == list(range(len(compiled.candidates)))
