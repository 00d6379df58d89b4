"""The linear relaxation that knows instance types, not nodes. Its duals are the prices of `prices.py`.

    min  sum a_c x_c + sum b_p v_p + sum_i e_i u_i
    s.t. sum_c need x_c <= capacity y_kh     per type, hosting option, dimension, slot      (dual: price of the row)
         sum_h y_kh + sum_c x_c / q_c <= sum_p v_p,  v_p <= stock_p      (q_c: single-model copies on one node)
         sum_c x_c + u_i >= copies_i,  sum_c rate_c x_c + fastest_i u_i >= peak_i

Equal models are one column group with a multiplicity: the size is that of the distinct shapes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from packing.compile.data import UNLIMITED, Candidate, Compiled, ModelData
from packing.domain.words import Hosting
from packing.solve.bounds.prices import POOLED, SCALE, Prices, Row, most_on_node, needs_of, rows_of, whole_price
from packing.solve.context import Share
from packing.solve.programs import solved
from packing.solve.task import Demand, Task

MAKE = 8e-6
"""Units of work to make a coefficient of the program."""
COST_UNIT = 10**6
"""Objective units per unit of the program's costs: with costs in thousands GLOP's tolerances hold, with 10^9 it calls answers imprecise."""


class LinearRelaxation:
    """The program for a task; solved as often as needed with different objectives.

    Parameters
    ----------
    compiled, task : what is to be placed.
    missing_weight : objective units per missing copy on top of its coefficient; None: only the copies that the
        task says may be missing are, and they are constants.
    """

    def __init__(self, compiled: Compiled, task: Task, missing_weight: float | None = None) -> None:
        from ortools.math_opt.python import mathopt

        self._mathopt = mathopt
        self._compiled, self._task, self._missing_weight = compiled, task, missing_weight
        self.program = mathopt.Model()
        self._cost: list[Any] = []
        self._nodes: dict[int, list[Any]] = defaultdict(list)
        self._uses: dict[Row, list[Any]] = defaultdict(list)
        self._rows: dict[Row, Any] = {}
        self.pooled: dict[tuple[int, Hosting], Any] = {}
        self._size, self._made = 0, False
        """Coefficients, and whether the work of making the program has been counted."""
        self.missing: dict[int, Any] = {}
        """Missing copies of each class of equal models, by its first member."""
        for members in demand_classes(compiled, task):
            self._add_demand(members)
        for kind in range(len(compiled.kinds)):
            self._add_kind(kind)
        self.cost = mathopt.fast_sum(self._cost)

    def _add_demand(self, members: list[Demand]) -> None:
        compiled, mathopt, program = self._compiled, self._mathopt, self.program
        demand, count = members[0], len(members)
        model = compiled.models[demand.model]
        candidates = [compiled.candidates[index] for index in model.candidates]
        copies, peak = self._asked(demand, model)
        allowed = self._task.missing.get(demand.model, 0)
        x = [program.add_variable(lb=0.0) for _ in candidates]
        covered: list[Any] = list(x)
        served = [candidate.rate / model.fastest * var for candidate, var in zip(candidates, x, strict=True)] if model.fastest else []
        if self._missing_weight is None:
            copies, peak = copies - allowed, peak - allowed * model.fastest
        else:
            short = self.missing[demand.model] = program.add_variable(lb=0.0)
            covered.append(short)
            served.append(short)
            self._cost.append((model.missing_coefficient + self._missing_weight) / COST_UNIT * short)
        if copies > 0:
            program.add_linear_constraint(mathopt.fast_sum(covered) >= count * copies)
        if model.fastest and peak > 0:
            program.add_linear_constraint(mathopt.fast_sum(served) >= count * peak / model.fastest)
        per_node = single_capacity(compiled, model, candidates)
        for candidate, var in zip(candidates, x, strict=True):
            self._cost.append(candidate.coefficient / COST_UNIT * var)
            self._size += 3
            if candidate.hosting is Hosting.SINGLE_MODEL:
                self._nodes[candidate.kind].append(var / per_node[candidate.kind])
                continue
            for dimension, slot, amount in needs_of(candidate, compiled):
                self._uses[candidate.kind, candidate.hosting, dimension, slot].append((amount, var))
                self._size += 1

    @staticmethod
    def _asked(demand: Demand, model: ModelData) -> tuple[int, int]:
        copies = max(demand.base, -(-demand.peak // model.fastest)) if model.fastest else demand.base
        return copies, demand.peak

    def _add_kind(self, index: int) -> None:
        compiled, mathopt, program = self._compiled, self._mathopt, self.program
        kind = compiled.kinds[index]
        for hosting in POOLED:
            y = self.pooled[index, hosting] = program.add_variable(lb=0.0)
            self._nodes[index].append(y)
            for dimension, slot, total in rows_of(compiled, kind, hosting):
                terms = self._uses.get((index, hosting, dimension, slot))
                if terms:
                    used = mathopt.fast_sum(amount / total * var for amount, var in terms)
                    self._rows[index, hosting, dimension, slot] = program.add_linear_constraint(used <= y)
        opened = []
        for pool in kind.pools:
            stock = self._task.stock[pool]
            opened.append(program.add_variable(lb=0.0, ub=float("inf") if stock >= UNLIMITED else float(stock)))
            self._cost.append(compiled.pools[pool].coefficient / COST_UNIT * opened[-1])
        program.add_linear_constraint(mathopt.fast_sum(self._nodes[index]) <= mathopt.fast_sum(opened))

    def prices(self, share: Share) -> Prices | None:
        """The duals of the resource rows at the optimum, or None if the solver did not finish in time."""
        self.program.minimize(self.cost)
        answer = self._solve(share)
        if answer is None:
            return None
        duals = answer.dual_values(list(self._rows.values()))
        return Prices({row: whole_price(-dual * COST_UNIT * SCALE) for row, dual in zip(self._rows, duals, strict=True)})

    def most_nodes(self, budget: int, share: Share) -> dict[tuple[int, Hosting], int]:
        """Upper bounds on the nodes of each type and hosting option in any plan that costs no more than `budget` units.

        A node more than that would make even the relaxation dearer. Where the solver found no answer, what the
        budget buys at the cheapest pool's price is left as a bound, and none where nodes are free.
        """
        found = self._affordable(budget)
        row = self.program.add_linear_constraint(self.cost <= (budget * (1 + 1e-9) + 10) / COST_UNIT)
        for key, y in self.pooled.items():
            if any(hosting is key[1] for _, hosting, _, _ in self._uses) and share() > 0:
                self.program.maximize(y)
                answer = self._solve(share)
                if answer is not None:
                    most = int(answer.variable_values(y) + 1e-3)
                    found[key] = min(most, found.get(key, most))
        self.program.delete_linear_constraint(row)
        return found

    def _affordable(self, budget: int) -> dict[tuple[int, Hosting], int]:
        """Nodes of each type that cost no more than `budget` by themselves, in integers: prices may be a million times apart."""
        found = {}
        for index, kind in enumerate(self._compiled.kinds):
            prices = [self._compiled.pools[pool].coefficient for pool in kind.pools if self._task.stock[pool] > 0]
            if prices and min(prices) > 0:
                found.update({(index, hosting): budget // min(prices) for hosting in Hosting})
        return found

    def _solve(self, share: Share) -> Any:
        mathopt = self._mathopt
        if not self._made:
            self._made = True
            share.spend(MAKE * self._size)
        # About one program in a thousand is solved and then called imprecise, for what its rows were scaled by: once more without.
        for scaling in (None, mathopt.Emphasis.OFF):
            answer = solved(
                share, self._size, lambda params: mathopt.solve(self.program, mathopt.SolverType.GLOP, params=params), threads=1, scaling=scaling
            )
            if answer.termination.reason != mathopt.TerminationReason.IMPRECISE:
                break
        return answer if answer.termination.reason == mathopt.TerminationReason.OPTIMAL else None


def demand_classes(compiled: Compiled, task: Task) -> list[list[Demand]]:
    """Demands that are equal in everything that the relaxation sees."""
    classes: dict[tuple[object, ...], list[Demand]] = defaultdict(list)
    for demand in task.demands:
        model = compiled.models[demand.model]
        candidates = (compiled.candidates[index] for index in model.candidates)
        looks = tuple((c.hosting, c.kind, c.width, c.demand, c.node_demand, c.mask, c.coefficient, c.rate) for c in candidates)
        short = task.missing.get(demand.model, 0)
        key = (demand.base, demand.peak, model.fastest, model.most, model.max_per_node, model.missing_coefficient, model.level, short, looks)
        classes[key].append(demand)
    return list(classes.values())


def single_capacity(compiled: Compiled, model: ModelData, candidates: Sequence[Candidate]) -> dict[int, int]:
    """Most copies of the model on one single-model node, by instance type."""
    by_kind: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.hosting is Hosting.SINGLE_MODEL:
            by_kind[candidate.kind].append(candidate)
    return {kind: most_on_node(compiled, model, compiled.kinds[kind], mine) for kind, mine in by_kind.items()}


def simple_prices(compiled: Compiled) -> list[Prices]:
    """Prices that need no solver: all of a node's price on one dimension at a time."""
    found = []
    dimensions = 7 + len(compiled.resource_names)
    for wanted in range(dimensions):
        row: dict[Row, int] = {}
        for index, kind in enumerate(compiled.kinds):
            price = min((compiled.pools[pool].coefficient for pool in kind.pools if compiled.pools[pool].stock), default=0) * SCALE
            for hosting in POOLED:
                binding = rows_of(compiled, kind, hosting)
                mine = [(dimension, slot) for dimension, slot, _ in binding if dimension == wanted]
                # Exclusive types have no token row behind multi-model endpoints: price their memory instead.
                mine = mine or [(dimension, slot) for dimension, slot, _ in binding if dimension == 0]
                for dimension, slot in mine:
                    row[index, hosting, dimension, slot] = price // len(mine)
        found.append(Prices(row))
    return found
