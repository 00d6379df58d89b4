"""A second opinion: a naive model of the rules, one Boolean for each copy and accelerator, by SCIP, in floating point.

It shares nothing with the formulation but the domain and the coefficients of docs/fitness.md as the exhaustive search
reads them. Only problems with everything placed are compared; memory is in MiB so that floats are exact.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import defaultdict

import pytest

import packing as pk
from packing.domain.problem import Problem
from packing.domain.words import Hosting, Status
from packing.testing.exhaustive_objective import Coefficients

MIB = 2**20


def some_problem(seed):
    """Two to four models, two pools of one or two nodes, with tenants, conflicts, isolation, sharing and different hours."""
    rng = random.Random(f"second opinion {seed}")
    slots = rng.choice((1, 2, 3))
    kinds = [
        {
            "name": f"{rng.choice(('ml.', ''))}k{index}",
            "accelerator": "G",
            "accelerators": accelerators,
            "memory_per_accelerator": 1000 * MIB,
            "price_per_hour": rng.randrange(1, 9) * accelerators / 2,
            "vcpus": 8 * accelerators,
        }
        for index, accelerators in enumerate(rng.choice(((1, 2), (1, 4), (2, 4), (1, 1))))
    ]
    fleet = [{"instance_type": each["name"], "count": rng.choice((1, 2, 2))} for each in kinds]
    tenants = [
        {"name": name, "isolation": rng.choice(("shared", "shared", "container", "instance")), "conflicts_with": ["x"] if name == "y" else []}
        for name in "xyz"
    ]
    models = []
    for index in range(rng.randint(2, 4)):
        modes = [
            {
                "accelerator": "G",
                "accelerators": width,
                "memory_per_accelerator": rng.randrange(150, 700) * MIB,
                "compute_share": rng.choice((0, 0, 0.3)),
                "vcpus": rng.randrange(0, 5),
                "requests_per_second": rng.choice((1, 2, 5)),
                "ttft_ms": rng.randrange(50, 400),
            }
            for width in rng.choice(((1,), (1,), (2,) if kinds[1]["accelerators"] > 1 else (1,), (1, 1)))
        ]
        hours = [rng.choice((0, 1, 2)) for _ in range(slots)]
        models.append(
            {
                "name": f"m{index}",
                "tenant": rng.choice("xyz"),
                "modes": modes,
                "traffic": hours,
                "copies": rng.choice((1, 1, 2)),
                "cold_start_s": rng.choice((0, 60)),
                "max_copies_per_node": rng.choice((None, None, 1)),
                "framework": rng.choice(("f", "f", "g")),
            }
        )
        models[-1] = {key: value for key, value in models[-1].items() if value is not None}
    weights = {"cost": 1, "performance": rng.choice((0, 1)), "isolation": rng.choice((0, 1)), "scalability": rng.choice((0, 1))}
    return Problem.model_validate(
        {"slots": slots, "weights": weights, "tenants": tenants, "instance_types": kinds, "fleet": fleet, "models": models}
    ).canonical()


class Naive:
    """Every node that could be opened, every copy, every accelerator: nothing clever."""

    def __init__(self, problem):
        from ortools.math_opt.python import mathopt

        self.mathopt, self.problem, self.program = mathopt, problem, mathopt.Model()
        self.tenants = {tenant.name: tenant for tenant in problem.tenants}
        self.cost = Coefficients(problem)
        self.terms = [self.cost.constant()]
        self.kinds = {kind.name: kind for kind in problem.instance_types}
        self.served = defaultdict(list)
        copies = [(index, copy) for index, model in enumerate(problem.models) for copy in range(model.copies.max or 0)]
        self.all_copies = copies
        for pool in problem.fleet:
            for _ in range(pool.count):
                self.node(pool)
        for index, model in enumerate(problem.models):
            everything = [each for copy in range(model.copies.max or 0) for each in self.served[index, copy]]
            for copy in range(model.copies.max or 0):
                self.add(sum(var for var, _ in self.served[index, copy]) <= 1)
            self.add(sum(var for var, _ in everything) >= model.copies.min)
            self.add(sum(rate * var for var, rate in everything) >= max(model.traffic.requests_per_second))
        self.program.minimize(mathopt.fast_sum(self.terms))

    def add(self, row):
        if not isinstance(row, bool):
            self.program.add_linear_constraint(row)

    def boolean(self):
        return self.program.add_binary_variable()

    def allowed(self, model, mode, kind, hosting):
        isolation = max(model.isolation.level, self.tenants[model.tenant].isolation.level)
        if mode.accelerators > kind.accelerators or mode.vcpus > kind.vcpus or (isolation == 3 and hosting is not Hosting.SINGLE_MODEL):
            return False
        if hosting is Hosting.MULTI_MODEL:
            return model.cold_start_s > 0 and kind.accelerators == 1 and mode.accelerators == 1
        return True

    def node(self, pool):
        """One node: which hosting option it has, which copies run on it in which mode, and on which accelerators."""
        problem, kind = self.problem, self.kinds[pool.instance_type]
        options = {hosting: self.boolean() for hosting in Hosting}
        opened = sum(options.values())
        self.add(opened <= 1)
        self.terms.append(self.cost.node(pool) * opened)
        present = [self.boolean() for _ in problem.models]
        uses = []  # (model, mode, hosting, copy is here, its accelerators)
        for index, copy in self.all_copies:
            model = problem.models[index]
            for number, mode in enumerate(model.modes):
                for hosting in Hosting:
                    if not self.allowed(model, mode, kind, hosting):
                        continue
                    is_here = self.boolean()
                    on = [self.boolean() for _ in range(kind.accelerators)]
                    self.add(sum(on) == mode.accelerators * is_here)
                    self.add(is_here <= options[hosting])
                    self.add(is_here <= present[index])
                    self.terms.append(self.cost.copy(index, number, hosting) * is_here)
                    self.served[index, copy].append((is_here, mode.requests_per_second))
                    uses.append((model, mode, hosting, is_here, on))
        for index, model in enumerate(problem.models):
            mine = [is_here for owner, _, _, is_here, _ in uses if owner is problem.models[index]]
            if model.max_copies_per_node and mine:
                self.add(sum(mine) <= model.max_copies_per_node)
        self.room(kind, options, uses)
        self.neighbours(kind, options, present, uses)

    def room(self, kind, options, uses):
        for slot in range(self.problem.slots):
            resident = [use for use in uses if use[2] is not Hosting.MULTI_MODEL or use[0].active(self.problem.slots)[slot]]
            if not resident:
                continue
            self.add(sum(mode.vcpus * is_here for _, mode, _, is_here, _ in resident) <= kind.vcpus)
            for accelerator in range(kind.accelerators):
                self.add(sum(mode.memory_per_accelerator / MIB * on[accelerator] for _, mode, _, _, on in resident) <= 1000)
                self.add(sum(mode.compute_share * on[accelerator] for _, mode, _, _, on in resident) <= 1)
        if kind.name.startswith("ml."):
            for accelerator in range(kind.accelerators):
                alone = [on[accelerator] for _, _, hosting, _, on in uses if hosting is not Hosting.MULTI_MODEL]
                self.add(sum(alone) <= 1)

    def neighbours(self, kind, options, present, uses):
        """Rules between two models on one node, pair by pair."""
        models = self.problem.models
        multi, single = options[Hosting.MULTI_MODEL], options[Hosting.SINGLE_MODEL]
        for a, one in enumerate(models):
            for b, other in enumerate(models[:a]):
                both = present[a] + present[b]
                self.add(both + single <= 2)
                if one.framework != other.framework:
                    self.add(both + multi <= 2)
                if one.tenant == other.tenant:
                    continue
                levels = [max(each.isolation.level, self.tenants[each.tenant].isolation.level) for each in (one, other)]
                pair = {one.tenant, other.tenant}
                if max(levels) >= 2 or pair == {"x", "y"}:
                    self.add(both <= 1)
                if max(levels) >= 1:
                    self.add(both + multi <= 2)
                    for accelerator in range(kind.accelerators):
                        for mine in (use for use in uses if use[0] is one):
                            for theirs in (use for use in uses if use[0] is other):
                                self.add(mine[4][accelerator] + theirs[4][accelerator] <= 1)
        for first in uses:
            for second in uses:
                if first[2] is second[2] is Hosting.MULTI_MODEL and first[1].size > 5 * second[1].size:
                    self.add(first[3] + second[3] <= 1)

    def optimum(self):
        limits = self.mathopt.SolveParameters(time_limit=dt.timedelta(seconds=5), threads=1, relative_gap_tolerance=0.0)
        answer = self.mathopt.solve(self.program, self.mathopt.SolverType.GSCIP, params=limits)
        reason = answer.termination.reason
        if reason == self.mathopt.TerminationReason.INFEASIBLE:
            return None
        return answer.objective_value() if reason == self.mathopt.TerminationReason.OPTIMAL else float("nan")


def compare(seeds):
    """(problems with equal optima, problems that both call impossible): where either ran out of time nothing is said."""
    equal = impossible = 0
    for seed in seeds:
        each = some_problem(seed)
        result = pk.solve_placement(each, strategy="cp_sat", time_limit=10.0)
        second = Naive(result.expanded.problem).optimum()
        if second is None:
            assert result.status in {Status.PARTIAL, Status.INFEASIBLE}, seed
            impossible += 1
        elif not math.isnan(second) and result.status is Status.OPTIMAL:
            assert abs(result.objective * 10**9 - second) < 10, seed
            equal += 1
        else:
            assert math.isnan(second) or result.status is Status.FEASIBLE, f"seed {seed}: SCIP places everything"
    return equal, impossible


def test_scip_agrees():
    equal, impossible = compare(range(14))
    assert equal >= 4
    assert impossible >= 1


@pytest.mark.campaign
def test_scip_agrees_on_200():
    equal, _ = compare(range(100, 300))
    assert equal > 60
