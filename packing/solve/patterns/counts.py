"""How many nodes of each group: the integer program that ties the independent parts together.

    min  Σ b_p v_p + Σ_B y_B
    s.t. y_B ≥ L_B − Σ_g R_g n_g                    every cut of part B (see pricing.py)
         Σ_g n_g ≤ Σ_p v_p, v_p ≤ stock_p           per instance type
         Σ_k ⌈q_k / d⌉ n_k ≥ Σ_i ⌈c_i / d⌉          models with nodes of their own, for divisors d

n, v and y are whole numbers in every plan, so that this is a relaxation of the problem, and its own bound a bound.
The last rows say that n nodes of q_k copies each serve c_i copies, divided by d and rounded up (Chvátal and Gomory).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from packing.compile.data import UNLIMITED, Compiled
from packing.domain.words import Hosting
from packing.solve.patterns.classes import ModelClass
from packing.solve.patterns.layout import Layout
from packing.solve.patterns.pricing import SCALE, Cut

PRECISION = 26
"""Bits to which cuts are rounded: the solver is quick with small numbers."""
LARGEST = 2**52
"""The objective is never larger: sums stay exact."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Nodes by part and group, and by pool, with what is proven about them."""

    groups: list[list[int]]
    pools: list[int]
    paid: list[int]
    """For copies, by part."""
    value: int
    bound: int


def node_counts(compiled: Compiled, parts: Sequence[Layout], cuts: Sequence[Sequence[Cut]], seconds: float, workers: int, seed: int) -> Counts | None:
    """Cheapest counts that no cut rules out; None if none were found in time."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    most = [max(1, sum(item.most for item in part.classes)) for part in parts]
    n = [[model.new_int_var(0, top, "") for _ in part.groups] for part, top in zip(parts, most, strict=True)]
    v = [model.new_int_var(0, min(pool.stock, sum(most)), "") for pool in compiled.pools]
    by_kind: dict[int, list[object]] = {}
    for part, mine in zip(parts, n, strict=True):
        for group in part.groups:
            by_kind.setdefault(group.kind, []).append(mine[group.index])
    for kind, mine in by_kind.items():
        model.add(sum(mine) <= sum(v[pool] for pool in compiled.kinds[kind].pools))
    y, units = [], []
    for part, mine, those in zip(parts, n, cuts, strict=True):
        # Copies that cost nothing leave nothing to be paid; else y counts in units of 2^unit, rounded down.
        free = not any(item.candidate.coefficient for item in part.items)
        highest = max((cut.least for cut in those), default=0)
        shift = max(0, highest.bit_length() - PRECISION)
        unit = max(0, shift - SCALE.bit_length() + 1)
        paid = model.new_int_var(0, 0 if free else (highest // SCALE >> unit) + 1, "")
        y.append(paid)
        units.append(unit)
        for cut in those:
            # Rounded so that the row stays valid: what nodes collect up, what classes pay down.
            rows = [-(-min(price, cut.least) >> shift) for price in cut.node]
            each = -(-(SCALE << unit) >> shift)
            own = 0 if free else each * (paid + (1 if unit else 0))
            model.add(sum(price * count for price, count in zip(rows, mine, strict=True)) + own >= cut.least >> shift)
        for owner in part.classes:
            _alone(model, part, owner, mine)
    prices = [pool.coefficient for pool in compiled.pools]
    worst = sum(price * min(pool.stock, sum(most)) for price, pool in zip(prices, compiled.pools, strict=True))
    if worst > LARGEST:
        return None
    model.minimize(sum(price * count for price, count in zip(prices, v, strict=True)) + sum(paid * 2**unit for paid, unit in zip(y, units, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.catch_sigint_signal = False
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    # Whole numbers below 2^53: the float is exact, but one unit is not worth a doubt.
    bound = round(solver.objective_value) if status == cp_model.OPTIMAL else math.floor(solver.best_objective_bound) - 1
    groups = [[solver.value(count) for count in mine] for mine in n]
    paid = [solver.value(each) << unit for each, unit in zip(y, units, strict=True)]
    return Counts(groups, [solver.value(count) for count in v], paid, round(solver.objective_value), bound)


def _alone(model, part: Layout, owner: ModelClass, counts: Sequence[object]) -> None:
    """Rounding rows for a class that is hosted on single-model nodes only."""
    mine = [part.items[index] for index in part.by_class[owner.index]]
    if owner.forced or not mine or any(item.candidate.hosting is not Hosting.SINGLE_MODEL for item in mine):
        return
    fits: dict[int, int] = {}
    for item in mine:
        fits[item.group] = max(fits.get(item.group, 0), part.most_in(item.group))
    each = owner.least // len(owner.members)
    for divisor in {1, *fits.values()}:
        if divisor:
            rows = [-(-most // divisor) * counts[group] for group, most in fits.items()]
            model.add(sum(rows) >= -(-each // divisor) * len(owner.members))
            spread = min(owner.first.min_zones, each)
            if spread > 1:
                model.add(sum(counts[group] for group in fits) >= spread * len(owner.members))


__all__ = ["UNLIMITED", "Counts", "node_counts"]
