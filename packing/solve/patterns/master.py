"""The master linear program over the patterns found so far.

min  Σ b_p v_p + Σ a x + Σ e u
s.t. Σ x + u ≥ copies,  Σ rate x + fastest u ≥ peak          per class (forced ≤ u)
Σ_{i in level} u ≤ cap                                  per level that has one
units x ≤ Σ_P a_P y_P                                   per item that is in a bin
Σ_P y_P ≤ bins · n                                      per group
Σ need x ≤ capacity n                                   per group and node row
Σ x ≤ size · max_per_node · n                           per class and group where it can bind
Σ_g n_g ≤ Σ_p v_p,  v_p ≤ stock_p                       per instance type
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from packing.compile.data import UNLIMITED
from packing.solve.context import Share
from packing.solve.patterns.costs import Costs
from packing.solve.patterns.layout import Layout
from packing.solve.patterns.swaps import swaps_of
from packing.solve.programs import node_limit, solved

Column = tuple[int, tuple[tuple[int, int], ...]]
"""(bin, ((item, copies), ...))."""


FEWEST_KEPT, COLUMNS_PER_ITEM = 3_000, 3
"""With more columns than this, and than so many for each item, the dear ones are forgotten."""
USED = 1e-5
"""Columns that are used more than this are not dear."""


@dataclass(frozen=True, slots=True)
class Duals:
    """Prices as the linear program sees them, in objective units."""

    item: list[float]
    """Of one place in a bin, by item."""
    row: dict[tuple[int, int], float]
    """Of the whole capacity of a node, by (group, dimension)."""
    cap: dict[tuple[int, int], float]
    """Of all copies of a class that one node may carry, by (class, group)."""
    room: list[float]
    """Of one bin, by group."""
    rate: list[float]
    """Of a request/s in millionths, by class."""
    level: list[float]
    """Of a missing copy under a cap, by level."""


@dataclass(slots=True)
class Solution:
    """A solution of the master, linear or in integers."""

    objective: float
    columns: dict[int, float]
    items: dict[int, float]
    groups: list[float]
    pools: list[float]
    missing: list[float]
    duals: Duals | None


class Master:
    """Builds the program once; columns and limits change."""

    def __init__(self, layout: Layout, costs: Costs, *, whole: bool = False) -> None:
        from ortools.math_opt.python import mathopt

        self.mathopt, self.layout, self.costs, self.whole = mathopt, layout, costs, whole
        self.program = mathopt.Model()
        paid = [cost for cost in costs.pools if cost] + [cost for cost in costs.missing if cost]
        self.unit = float(max(1, sorted(paid)[len(paid) // 2] if paid else 1))
        self.columns: list[Column] = []
        self.known: set[Column] = set()
        self._y: list[Any] = []
        self._objective: list[Any] = []
        self._variables()
        self._demand_rows()
        self._node_rows()
        self._swaps = [] if whole else [self._swap(item, other) for item, other in swaps_of(layout)]
        self._stock_rows()
        self._fixed = 4 * len(layout.items) + sum(len(group.rows) * len(group.items) for group in layout.groups)
        self.program.minimize(mathopt.fast_sum(self._objective))

    @property
    def size(self) -> int:
        """Coefficients, nearly."""
        return self._fixed + sum(len(content) + 1 for _, content in self.columns)

    def _var(self, low: float, high: float = float("inf")) -> Any:
        return self.program.add_variable(lb=low, ub=high, is_integer=self.whole)

    def _variables(self) -> None:
        layout, costs, compiled = self.layout, self.costs, self.layout.compiled
        self.n = [self._var(0.0) for _ in layout.groups]
        self.v = [self._var(0.0, float("inf") if pool.stock >= UNLIMITED else pool.stock) for pool in compiled.pools]
        self.x = [self._var(0.0) for _ in layout.items]
        # With all caps at the forced numbers there is nothing to decide about missing copies, but a way out is needed.
        self.u = [self._var(each.forced) for each in layout.classes]
        self._objective += [cost / self.unit * var for cost, var in zip(costs.pools, self.v, strict=True)]
        if costs.scale:
            self._objective += [item.candidate.coefficient / self.unit * var for item, var in zip(layout.items, self.x, strict=True)]
        self._objective += [cost / self.unit * var for cost, var in zip(costs.missing, self.u, strict=True)]

    def _demand_rows(self) -> None:
        fast_sum = self.mathopt.fast_sum
        self._copies: list[Any] = []
        self._rate: dict[int, Any] = {}
        self._level: dict[int, Any] = {}
        for each, mine, u in zip(self.layout.classes, self.layout.by_class, self.u, strict=True):
            model = each.first
            self._copies.append(self.program.add_linear_constraint(fast_sum(self.x[index] for index in mine) + u >= each.copies))
            rates = {self.layout.items[index].candidate.rate for index in mine}
            if model.fastest and rates != {model.fastest}:
                served = fast_sum(self.layout.items[index].candidate.rate / model.fastest * self.x[index] for index in mine) + u
                self._rate[each.index] = self.program.add_linear_constraint(served >= each.peak / model.fastest)
        penalty = self._penalty()
        for level, cap in enumerate(self.costs.caps):
            mine = [u for each, u in zip(self.layout.classes, self.u, strict=True) if self.costs.level_of(each) == level]
            if cap is not None and mine:
                over = self.program.add_variable(lb=0.0)
                self._objective.append(penalty * over)
                self._level[level] = self.program.add_linear_constraint(fast_sum(mine) - over <= cap)

    def _penalty(self) -> float:
        """Dearer than any sensible way to place a copy."""
        dearest = max([*self.costs.pools, *(item.candidate.coefficient for item in self.layout.items), *self.costs.missing, 1])
        return 20.0 * dearest / self.unit

    def _node_rows(self) -> None:
        layout, program, fast_sum = self.layout, self.program, self.mathopt.fast_sum
        self._cover = {
            item.index: program.add_linear_constraint(lb=0.0, expr=-item.units * self.x[item.index]) for item in layout.items if item.bin >= 0
        }
        self._room = []
        self._row: dict[tuple[int, int], Any] = {}
        self._cap: dict[tuple[int, int], Any] = {}
        for group in layout.groups:
            n = self.n[group.index]
            self._room.append(program.add_linear_constraint(lb=0.0, expr=group.bins_per_node * n))
            for dimension, capacity in group.rows:
                terms = (
                    [(layout.items[index].candidate.node_demand[dimension] / capacity, self.x[index]) for index in group.items] if capacity else []
                )
                used = fast_sum(need * x for need, x in terms if need)
                if any(need for need, _ in terms):
                    self._row[group.index, dimension] = program.add_linear_constraint(n - used >= 0)
            if group.bins_per_node > 1:
                self._per_node(group.index, group.items)

    def _swap(self, item: int, other: int) -> Any:
        """Places of one item that another takes."""
        swap = self._var(0.0)
        self._cover[item].set_coefficient(swap, -1.0)
        self._cover[other].set_coefficient(swap, 1.0)
        return swap

    def allow_swaps(self, *, allowed: bool) -> None:
        """With swaps duals are steady; without them solutions consist of contents alone."""
        for swap in self._swaps:
            swap.upper_bound = float("inf") if allowed else 0.0

    def _per_node(self, group: int, items: Sequence[int]) -> None:
        mine: dict[int, list[Any]] = {}
        for index in items:
            owner = self.layout.items[index].owner
            if self.layout.classes[owner].first.max_per_node < UNLIMITED:
                mine.setdefault(owner, []).append(self.x[index])
        for owner, variables in mine.items():
            each = self.layout.classes[owner]
            self._cap[owner, group] = self.program.add_linear_constraint(float(each.per_node) * self.n[group] - self.mathopt.fast_sum(variables) >= 0)

    def _stock_rows(self) -> None:
        fast_sum = self.mathopt.fast_sum
        for index, kind in enumerate(self.layout.compiled.kinds):
            mine = [self.n[group.index] for group in self.layout.groups if group.kind == index]
            if mine:
                self.program.add_linear_constraint(fast_sum(self.v[pool] for pool in kind.pools) - fast_sum(mine) >= 0)

    def add(self, columns: Iterable[Column]) -> int:
        """Take in columns; returns how many were new."""
        added = 0
        for column in columns:
            if column in self.known:
                continue
            self.known.add(column)
            self.columns.append(column)
            y = self._var(0.0)
            self._y.append(y)
            number, content = column
            self._room[self.layout.bins[number].group].set_coefficient(y, -1.0)
            for item, copies in content:
                self._cover[item].set_coefficient(y, float(copies))
            added += 1
        return added

    def purge(self, solution: Solution) -> None:
        """Forget columns that are dear at these duals, once there are many: the program stays quick to solve."""
        most = max(FEWEST_KEPT, COLUMNS_PER_ITEM * len(self.layout.items))
        duals = solution.duals
        if len(self.columns) <= most or duals is None:
            return
        slack = []
        for index, (number, content) in enumerate(self.columns):
            room = duals.room[self.layout.bins[number].group]
            dear = room - sum(duals.item[item] * copies for item, copies in content)
            slack.append((-1.0 if index in solution.columns and solution.columns[index] > USED else dear / (room + self.unit), index))
        kept = sorted(index for _, index in sorted(slack)[: most * 2 // 3])
        stay = set(kept)
        for index, y in enumerate(self._y):
            if index not in stay:
                self.program.delete_variable(y)
        self.columns = [self.columns[index] for index in kept]
        self._y = [self._y[index] for index in kept]
        self.known = set(self.columns)

    def limit_nodes(self, counts: Sequence[float] | None) -> None:
        """At most so many nodes of each group; None: as many as wanted."""
        for index, n in enumerate(self.n):
            n.upper_bound = float("inf") if counts is None else max(0.0, float(counts[index]))

    def whole_nodes(self, share: Share) -> list[int] | None:
        """Nodes by group if only they have to be whole (and the rest of the program not); None if not found in time."""
        mathopt = self.mathopt
        try:
            for var in (*self.n, *self.v):
                var.integer = True
            answer = self._solved(share, mathopt.SolverType.GSCIP, threads=1, relative_gap_tolerance=1e-5, node_limit=node_limit(share(), self.size))
        finally:
            for var in (*self.n, *self.v):
                var.integer = self.whole
        if answer.termination.reason not in (mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.FEASIBLE):
            return None
        return [round(count) for count in answer.variable_values(self.n)]

    def keep(self, counts: Sequence[int]) -> None:
        """At least so many bins of each column."""
        for y, count in zip(self._y, counts, strict=True):
            y.lower_bound = float(count)

    def incremental(self) -> Callable[[Share], Solution | None]:
        """A solver of the linear program that starts from its last vertex: quick after small changes."""
        mathopt = self.mathopt
        solver = mathopt.IncrementalSolver(self.program, mathopt.SolverType.GLOP)

        def solve(share: Share) -> Solution | None:
            answer = solved(share, self.size, lambda params: solver.solve(params=params))
            return self._read(answer) if answer.termination.reason is mathopt.TerminationReason.OPTIMAL else None

        return solve

    def _solved(self, share: Share, solver: Any, **parameters: Any) -> Any:
        return solved(share, self.size, lambda params: self.mathopt.solve(self.program, solver, params=params), **parameters)

    def solve(self, share: Share, gap: float = 0.0, threads: int = 1, *, vertex: bool = False) -> Solution | None:
        """The optimum; in integers the best solution found in time. None if there is none."""
        from ortools.math_opt.solvers import highs_pb2

        mathopt = self.mathopt
        options = highs_pb2.HighsOptionsProto()
        options.int_options["threads"] = threads
        options.bool_options["output_flag"] = options.bool_options["log_to_console"] = False
        options.string_options["parallel"] = "off" if threads == 1 else "choose"
        # Interior duals: of the many equally good ones, the vertex that a simplex ends in says least about the rest.
        options.string_options["run_crossover"] = "on" if vertex else "off"
        nodes = node_limit(share(), self.size) if self.whole else None
        how = {"relative_gap_tolerance": gap, "node_limit": nodes} if self.whole else {"lp_algorithm": mathopt.LPAlgorithm.BARRIER}
        try:
            answer = self._solved(share, mathopt.SolverType.HIGHS, highs=options, **how)
        except (AttributeError, ValueError, RuntimeError):
            # HiGHS answers "unknown" to some degenerate programs, and OR-Tools 9.15 stumbles over its own report of it.
            answer = self._solved(share, mathopt.SolverType.GSCIP if self.whole else mathopt.SolverType.GLOP, node_limit=nodes)
        enough = (mathopt.TerminationReason.OPTIMAL, *((mathopt.TerminationReason.FEASIBLE,) if self.whole else ()))
        return self._read(answer) if answer.termination.reason in enough else None

    def _read(self, answer: Any) -> Solution:
        layout = self.layout
        y = answer.variable_values(self._y)
        x = answer.variable_values(self.x)
        return Solution(
            objective=answer.objective_value() * self.unit + self.costs.constant,
            columns={index: value for index, value in enumerate(y) if value > 1e-9},
            items={index: value for index, value in enumerate(x) if value > 1e-9},
            groups=answer.variable_values(self.n),
            pools=answer.variable_values(self.v),
            missing=answer.variable_values(self.u),
            duals=None if self.whole else self._duals(answer, len(layout.items)),
        )

    def _duals(self, answer: Any, items: int) -> Duals:
        unit = self.unit
        value = answer.dual_values()
        item = [0.0] * items
        for index, row in self._cover.items():
            item[index] = max(0.0, value[row] * unit)
        rate = [0.0] * len(self.layout.classes)
        for index, row in self._rate.items():
            rate[index] = max(0.0, value[row] * unit / self.layout.classes[index].first.fastest)
        level = [0.0] * len(self.costs.caps)
        for index, row in self._level.items():
            level[index] = max(0.0, -value[row] * unit)
        return Duals(
            item=item,
            row={key: max(0.0, value[row] * unit) for key, row in self._row.items()},
            cap={key: max(0.0, value[row] * unit) * self.layout.classes[key[0]].per_node for key, row in self._cap.items()},
            room=[max(0.0, value[row] * unit) for row in self._room],
            rate=rate,
            level=level,
        )
