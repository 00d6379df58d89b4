"""The master linear program over the columns found so far; its duals are the prices of copies and of bins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from packing.solve.context import Share
from packing.solve.node_patterns.problem import UNLIMITED, Column, Problem
from packing.solve.programs import solved


@dataclass(frozen=True, slots=True)
class Duals:
    """Prices in units of cost."""

    copy: list[float]
    """By demand."""
    rate: list[float]
    """Of a unit of `rate`, by demand."""
    bin: list[float]
    """By kind."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A solution of the linear program."""

    objective: float
    missing: float
    columns: dict[int, float]
    duals: Duals


class Master:
    """Columns are added; what is demanded and what is in stock may change (a dive fixes columns)."""

    def __init__(self, problem: Problem) -> None:
        from ortools.math_opt.python import mathopt

        self.mathopt, self.problem = mathopt, problem
        self.program = program = mathopt.Model()
        self.unit = float(max([pool.cost for pool in problem.pools] + [1]))
        self.columns: list[Column] = []
        self.known: dict[Column, int] = {}
        self._simplex: Any = None
        self._size = 3 * len(problem.demands)
        """Coefficients, nearly."""
        self.price: list[int] = []
        """By column, what its copies cost beyond the least."""
        self._number: dict[Any, int] = {}
        self._sparse = mathopt.ModelSolveParameters(
            variable_values_filter=mathopt.SparseVectorFilter(skip_zero_values=True),
            reduced_costs_filter=mathopt.SparseVectorFilter(filtered_items=[]),
        )
        penalty = 10.0 * (self.unit + max(problem.extra, default=0)) / self.unit
        self._short = [program.add_variable(lb=0.0) for _ in problem.demands]
        self._v = [program.add_variable(lb=0.0, ub=_finite(pool.stock)) for pool in problem.pools]
        self._copies = [
            program.add_linear_constraint(short >= float(demand.copies)) for short, demand in zip(self._short, problem.demands, strict=True)
        ]
        self.fastest = [max((problem.items[index].rate for index in mine), default=0) for mine in problem.ways]
        self._rates = {
            index: program.add_linear_constraint(self._short[index] >= demand.peak / self.fastest[index])
            for index, demand in enumerate(problem.demands)
            if demand.peak and self.fastest[index]
        }
        self._kinds = [program.add_linear_constraint(mathopt.fast_sum(self._v[pool] for pool in mine) >= 0) for mine in problem.kinds]
        program.minimize(
            mathopt.fast_sum(penalty * short for short in self._short)
            + mathopt.fast_sum(pool.cost / self.unit * v for pool, v in zip(problem.pools, self._v, strict=True))
        )

    def add(self, columns: Iterable[Column]) -> int:
        """Take in columns; returns how many were new."""
        before = len(self.columns)
        problem = self.problem
        for column in columns:
            if column in self.known:
                continue
            self.known[column] = len(self.columns)
            self.columns.append(column)
            y = self.program.add_variable(lb=0.0)
            self._number[y] = len(self._number)
            price = sum(problem.extra[item] * copies for item, copies in column[1])
            self.price.append(price)
            if price:
                self.program.objective.set_linear_coefficient(y, price / self.unit)
            self._kinds[problem.bins[column[0]].kind].set_coefficient(y, -1.0)
            copies_of: dict[int, int] = {}
            rate_of: dict[int, int] = {}
            for item, copies in column[1]:
                each = problem.items[item]
                copies_of[each.demand] = copies_of.get(each.demand, 0) + copies
                rate_of[each.demand] = rate_of.get(each.demand, 0) + copies * each.rate
            self._size += 2 + len(copies_of)
            for demand, copies in copies_of.items():
                self._copies[demand].set_coefficient(y, float(copies))
                if demand in self._rates:
                    self._rates[demand].set_coefficient(y, rate_of[demand] / self.fastest[demand])
        return len(self.columns) - before

    def ask(self, copies: Sequence[int], peaks: Sequence[int], stock: Sequence[int]) -> None:
        """What is still demanded, and what is left in the pools."""
        for row, count in zip(self._copies, copies, strict=True):
            row.lower_bound = float(max(0, count))
        for index, row in self._rates.items():
            row.lower_bound = max(0, peaks[index]) / self.fastest[index]
        for v, count in zip(self._v, stock, strict=True):
            v.upper_bound = _finite(count)

    def solve(self, share: Share, *, vertex: bool = False) -> Relaxed | None:
        """The optimum; None if the solver has none in time.

        By HiGHS's interior-point method without crossover, whose duals are in the middle of all optimal ones;
        `vertex`: by the simplex method, for values that are whole where possible.
        """
        mathopt = self.mathopt
        if vertex:
            simplex = self._simplex = self._simplex or mathopt.IncrementalSolver(self.program, mathopt.SolverType.GLOP)
            answer = solved(share, self._size, lambda params: simplex.solve(params=params, model_params=self._sparse), threads=1)
            return self._read(answer) if answer.termination.reason is mathopt.TerminationReason.OPTIMAL else None
        try:
            answer = self._solved(share, mathopt.SolverType.HIGHS, **self._interior())
        except (AttributeError, ValueError, RuntimeError):
            # HiGHS answers "unknown" to some degenerate programs, and OR-Tools 9.15 stumbles over its own report of it.
            answer = self._solved(share, mathopt.SolverType.GLOP, threads=1)
        return self._read(answer) if answer.termination.reason is mathopt.TerminationReason.OPTIMAL else None

    def _wanted(self) -> Any:
        """Duals are read, and what is missing: reading thousands of other values takes longer than the solver."""
        mathopt = self.mathopt
        return mathopt.ModelSolveParameters(
            variable_values_filter=mathopt.SparseVectorFilter(filtered_items=self._short),
            reduced_costs_filter=mathopt.SparseVectorFilter(filtered_items=[]),
        )

    def _solved(self, share: Share, solver: Any, **parameters: Any) -> Any:
        def solve(params: Any) -> Any:
            return self.mathopt.solve(self.program, solver, params=params, model_params=self._wanted())

        return solved(share, self._size, solve, **parameters)

    def _interior(self) -> dict[str, Any]:
        from ortools.math_opt.solvers import highs_pb2

        options = highs_pb2.HighsOptionsProto()
        options.int_options["threads"] = 1
        options.bool_options["output_flag"] = options.bool_options["log_to_console"] = False
        options.string_options["parallel"] = options.string_options["run_crossover"] = "off"
        return {"lp_algorithm": self.mathopt.LPAlgorithm.BARRIER, "highs": options}

    def _read(self, answer: Any) -> Relaxed:
        dual, value = answer.dual_values(), answer.variable_values()
        rates = [0.0] * len(self.problem.demands)
        for index, row in self._rates.items():
            rates[index] = max(0.0, dual[row] * self.unit / self.fastest[index])
        return Relaxed(
            objective=answer.objective_value() * self.unit + self.problem.constant,
            missing=sum(value.get(short, 0.0) for short in self._short),
            columns={self._number[variable]: x for variable, x in value.items() if x > 1e-7 and variable in self._number},
            duals=Duals([max(0.0, dual[row] * self.unit) for row in self._copies], rates, [max(0.0, dual[row] * self.unit) for row in self._kinds]),
        )


def _finite(stock: int) -> float:
    return float("inf") if stock >= UNLIMITED else float(max(0, stock))
