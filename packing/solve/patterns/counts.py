"""How many nodes of each group: the integer program that ties the independent parts together.

    min  Σ b_p v_p + Σ_B y_B
    s.t. y_B ≥ least − Σ_g R_g n_g                  every cut of part B (see pricing.py)
         Σ_g n_g ≤ Σ_p v_p, v_p ≤ stock_p           per instance type
         Σ_k ⌈q_k / d⌉ n_k ≥ Σ_i ⌈c_i / d⌉          models with nodes of their own, for divisors d

n, v and y are whole numbers in every plan, so that this is a relaxation of the problem, and its own bound a bound.
The last rows say that n nodes of q_k copies each serve c_i copies, divided by d and rounded up (Chvátal and Gomory).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.context import SearchContext, Share
from packing.solve.patterns.classes import ModelClass
from packing.solve.patterns.layout import Group, Layout
from packing.solve.patterns.pricing import SCALE, Cut
from packing.solve.programs import node_limit, solved

PRECISION = 22
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
    bound: int | None
    raw: list[int]
    """Values of all variables: a start for the next time."""


@dataclass(slots=True)
class _Program:
    """min Σ cost · variable, Σ factor · variable ≥ least, 0 ≤ variable ≤ most; everything whole."""

    most: list[int]
    cost: list[int]
    rows: list[tuple[list[tuple[int, int]], int]]

    def variable(self, most: int, cost: int) -> int:
        self.most.append(most)
        self.cost.append(cost)
        return len(self.most) - 1


def node_counts(
    compiled: Compiled,
    parts: Sequence[Layout],
    cuts: Sequence[Sequence[Cut]],
    share: Share,
    context: SearchContext,
    *,
    exact: bool,
    start: Counts | None = None,
) -> Counts | None:
    """Cheapest counts that no cut rules out; None if none were found in time.

    Only with `exact` is there a bound: CP-SAT counts in integers. Otherwise SCIP suggests, faster, where to look.
    """
    program = _Program([], [], [])
    n = [[program.variable(_useful(part, group), 0) for group in part.groups] for part in parts]
    top = sum(sum(each.most for each in part.classes) for part in parts)
    v = [program.variable(min(pool.stock, top), pool.coefficient) for pool in compiled.pools]
    by_kind: dict[int, list[int]] = {}
    for part, mine in zip(parts, n, strict=True):
        for group in part.groups:
            by_kind.setdefault(group.kind, []).append(mine[group.index])
    for kind, those in by_kind.items():
        program.rows.append(([(v[pool], 1) for pool in compiled.kinds[kind].pools] + [(each, -1) for each in those], 0))
    y, units = [], []
    for part, mine, found in zip(parts, n, cuts, strict=True):
        each, unit = _cut_rows(program, part, mine, found)
        y.append(each)
        units.append(unit)
    if sum(cost * most for cost, most in zip(program.cost, program.most, strict=True)) > LARGEST:
        return None
    answer = _exactly(program, share, context, start.raw if start else []) if exact else _quickly(program, share)
    if answer is None:
        return None
    value, bound = answer
    groups = [[value[count] for count in mine] for mine in n]
    paid = [value[each] << unit for each, unit in zip(y, units, strict=True)]
    return Counts(groups, [value[count] for count in v], paid, sum(c * x for c, x in zip(program.cost, value, strict=True)), bound, value)


def _cut_rows(program: _Program, part: Layout, counts: Sequence[int], cuts: Sequence[Cut]) -> tuple[int, int]:
    """The rows of one part; returns its y and the bits of y's unit."""
    # Copies that cost nothing leave nothing to be paid; else y counts in units of 2^unit, rounded down.
    free = not any(item.candidate.coefficient for item in part.items)
    highest = max((cut.least for cut in cuts), default=0)
    shift = max(0, highest.bit_length() - PRECISION)
    unit = max(0, shift - SCALE.bit_length() + 1)
    paid = program.variable(0 if free else (max(0, highest) // SCALE >> unit) + 1, 1 << unit)
    each = -(-(SCALE << unit) >> shift)
    for cut in cuts:
        # Rounded so that the row stays valid: what nodes collect up, what classes pay down.
        terms = [(count, -(-min(price, max(0, cut.least)) >> shift)) for price, count in zip(cut.node, counts, strict=True)]
        least = cut.least >> shift
        if not free:
            terms.append((paid, each))
            least -= each if unit else 0
        program.rows.append((terms, least))
    for owner in part.classes:
        _alone(program, part, owner, counts)
    return paid, unit


def _exactly(program: _Program, share: Share, context: SearchContext, start: Sequence[int]) -> tuple[list[int], int] | None:
    from ortools.sat.python import cp_model

    from packing.solve.cp_sat.solver import run

    model = cp_model.CpModel()
    variables = [model.new_int_var(0, most, "") for most in program.most]
    for terms, least in program.rows:
        model.add(sum(factor * variables[index] for index, factor in terms) >= least)
    model.minimize(sum(cost * variable for cost, variable in zip(program.cost, variables, strict=True)))
    for variable, value in zip(variables, start, strict=False):
        model.add_hint(variable, value)
    with context.budget.until(share.end):
        outcome = run(model, context)
    if not outcome.found or outcome.bound is None:
        return None
    return [outcome.value(variable) for variable in variables], outcome.bound if outcome.optimal else outcome.bound - 1


def _quickly(program: _Program, share: Share) -> tuple[list[int], None] | None:
    from ortools.math_opt.python import mathopt

    model = mathopt.Model()
    variables = [model.add_integer_variable(lb=0, ub=most) for most in program.most]
    for terms, least in program.rows:
        size = float(max((abs(factor) for _, factor in terms), default=1) or 1)
        model.add_linear_constraint(mathopt.fast_sum(factor / size * variables[index] for index, factor in terms) >= least / size)
    unit = float(max(1, *program.cost))
    model.minimize(mathopt.fast_sum(cost / unit * variable for cost, variable in zip(program.cost, variables, strict=True)))
    entries = sum(len(terms) for terms, _ in program.rows)
    nodes = node_limit(share(), entries)
    gap = 1e-6
    answer = solved(
        share, entries, lambda params: mathopt.solve(model, mathopt.SolverType.GSCIP, params=params), relative_gap_tolerance=gap, node_limit=nodes
    )
    if answer.termination.reason not in (mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.FEASIBLE):
        return None
    return [round(value) for value in answer.variable_values(variables)], None


def _useful(part: Layout, group: Group) -> int:
    """No plan needs more nodes of the group than there are copies for it."""
    return sum(part.classes[owner].most for owner in {part.items[index].owner for index in group.items})


def _alone(program: _Program, part: Layout, owner: ModelClass, counts: Sequence[int]) -> None:
    """Rounding rows for a class that is hosted on single-model nodes only."""
    mine = [part.items[index] for index in part.by_class[owner.index]]
    if owner.forced or not mine or any(item.candidate.hosting is not Hosting.SINGLE_MODEL for item in mine):
        return
    fits = {item.group: part.most_in(item.group) for item in mine}
    each, members = owner.least // len(owner.members), len(owner.members)
    for divisor in {1, *fits.values()}:
        program.rows.append(([(counts[group], -(-most // divisor)) for group, most in fits.items()], -(-each // divisor) * members))
    spread = min(owner.first.min_zones, each)
    if spread > 1:
        program.rows.append(([(counts[group], 1) for group in fits], spread * members))
