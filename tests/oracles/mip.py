"""A second opinion on problems too large for looking at everything: the rules as a plain mixed-integer program, by SCIP or HiGHS.

    at[c, m, h, n, g] in {0, 1}   copy c runs in mode m under hosting option h on node n and uses its accelerator g
    on[c, m, h, n] = the same for the node;     Σ_g at = accelerators of m · on;     Σ on <= 1 for each copy;     on <= option[n, h]
    Σ_h option[n, h] <= 1;     option[n, h] >= presence of a model on it;     capacities of g and n, slot by slot
    for two uses that docs/rules.md does not let meet: not both on one node, or not both on one accelerator

Which uses may meet is asked of the exhaustive search's node rules, two at a time; nothing comes from compiler, solver or checker.
Solvers work in floating point: what they call a solution is read back, checked in integers, and priced in integers. Only that counts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Sharing
from packing.domain.workload import Mode, Model
from packing.testing.exhaustive import most_copies
from packing.testing.exhaustive_node import Item, NodeRules, _profile
from packing.testing.exhaustive_objective import Coefficients
from packing.testing.needs import needs_of

SOLVERS = ("GSCIP", "HIGHS")
MOST_BOOLEANS = 20_000
GIB, MIB = 2**30, 2**20


class NoOpinionError(ValueError):
    """The problem is too large, or has something that the program does not model."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a solver says of complete placements.

    Parameters
    ----------
    units : objective (1e-9) of the best placement found, read back and checked; None: none found.
    proven : whether the solver calls it optimal (within its tolerances).
    impossible : whether the solver says that there is no complete placement.
    """

    units: int | None
    proven: bool
    impossible: bool


@dataclass(frozen=True, slots=True)
class _Use:
    """One copy that may run in one mode under one hosting option on one node."""

    model: int
    copy: int
    mode: int
    hosting: Hosting
    on: Any
    at: list[Any]


def second_opinion(problem: Problem, solver: str, seconds: float) -> Opinion:
    """Solve an expanded problem by `solver` (one of `SOLVERS`).

    Raises
    ------
    NoOpinionError : more than `MOST_BOOLEANS` Booleans, copies that depend on zones only in part, or models that may be over-committed.
    """
    return _Program(problem).solve(solver, seconds)


class _Program:
    def __init__(self, problem: Problem) -> None:
        from ortools.math_opt.python import mathopt

        if any(model.cold_start_quantile is not None for model in problem.models):
            raise NoOpinionError("over-commitment is not modelled")
        self.mathopt, self.problem, self.program = mathopt, problem, mathopt.Model()
        self.rules, self.cost = NodeRules(problem), Coefficients(problem)
        self.kinds = {kind.name: kind for kind in problem.instance_types}
        self.needs = [needs_of(model) for model in problem.models]
        self.copies = [(model, copy) for model, most in enumerate(most_copies(problem)) for copy in range(most)]
        self.uses: list[tuple[Pool, list[_Use]]] = []
        self.terms: list[Any] = []
        self.booleans = 0
        figures = [figure for kind in problem.instance_types for figure in (kind.memory_per_accelerator, kind.host_memory or 0)]
        figures += [figure for model in problem.models for mode in model.modes for figure in (mode.memory_per_accelerator, mode.host_memory)]
        self.on_grid = all(-figure % GIB <= 1 for figure in figures)
        for pool in problem.fleet:
            previous = None
            for _ in range(len(self.copies) if pool.count is None else min(pool.count, len(self.copies))):
                previous = self.node(pool, previous)
        for index, model in enumerate(problem.models):
            self.demand(index, model)
        self.program.minimize(mathopt.fast_sum(self.terms))

    def boolean(self) -> Any:
        self.booleans += 1
        if self.booleans > MOST_BOOLEANS:
            raise NoOpinionError(f"more than {MOST_BOOLEANS:,} Booleans")
        return self.program.add_binary_variable()

    def memory(self, size: int) -> float:
        """Bytes in a unit whose sums floats carry.

        Random problems have whole GiB, less a byte at times. With a thousand for a GiB and one for a byte the same sums are too large,
        and by more than a solver's tolerance.
        """
        return -(-size // GIB) * 1000 - (-size % GIB) if self.on_grid else size / MIB

    def at_most(self, terms: Iterable[Any], limit: Any) -> None:
        listed = list(terms)
        if listed:
            self.program.add_linear_constraint(self.mathopt.fast_sum(listed) <= limit)

    def node(self, pool: Pool, previous: Any) -> Any:
        """One node that may be opened, after the one before it; returns whether it is open."""
        kind = self.kinds[pool.instance_type]
        options = {hosting: self.boolean() for hosting in Hosting}
        opened = self.mathopt.fast_sum(options.values())
        self.program.add_linear_constraint(opened <= (1 if previous is None else previous))
        self.terms.append(self.cost.node(pool) * opened)
        uses = [use for model, copy in self.copies for use in self.here(kind, model, copy)]
        for use in uses:
            self.at_most([use.on], options[use.hosting])
            if use.at:
                self.program.add_linear_constraint(self.mathopt.fast_sum(use.at) == self.mode(use).accelerators * use.on)
            self.terms.append(self.cost.copy(use.model, use.mode, use.hosting) * use.on)
        self.capacities(kind, uses)
        self.company(kind, uses)
        self.uses.append((pool, uses))
        return opened

    def here(self, kind: InstanceType, model: int, copy: int) -> Iterable[_Use]:
        for hosting in Hosting:
            for number, mode in enumerate(self.problem.models[model].modes):
                alone: Item = (model, number, tuple(range(mode.accelerators)))
                if mode.accelerators <= kind.accelerators and self.rules.allows(kind, hosting, (alone,)):
                    accelerators = kind.accelerators if mode.accelerators else 0
                    yield _Use(model, copy, number, hosting, self.boolean(), [self.boolean() for _ in range(accelerators)])

    def mode(self, use: _Use) -> Mode:
        return self.problem.models[use.model].modes[use.mode]

    def capacities(self, kind: InstanceType, uses: list[_Use]) -> None:
        """Slot by slot, over the copies that are resident in it."""
        for slot in range(self.problem.slots):
            resident = [
                use for use in uses if use.hosting is not Hosting.MULTI_MODEL or self.problem.models[use.model].active(self.problem.slots)[slot]
            ]
            modes = [(self.mode(use), use) for use in resident]
            for g in range(kind.accelerators):
                on = [(mode, use.at[g]) for mode, use in modes if use.at]
                self.at_most((self.memory(mode.memory_per_accelerator) * at for mode, at in on), self.memory(kind.memory_per_accelerator))
                self.at_most((mode.compute_micro / 1000 * at for mode, at in on), MICRO / 1000)
            if kind.vcpu_milli is not None:
                self.at_most((mode.vcpu_milli * use.on for mode, use in modes), kind.vcpu_milli)
            if kind.host_memory is not None:
                self.at_most((self.memory(mode.host_memory) * use.on for mode, use in modes), self.memory(kind.host_memory))
            for name in {name for mode, _ in modes for name in mode.resources}:
                self.at_most((mode.resource_milli.get(name, 0) * use.on for mode, use in modes), kind.resource_milli.get(name, 0))
        if kind.mig is not None and kind.effective_sharing is Sharing.MIG:
            for g in range(kind.accelerators):
                taken = [(_profile(kind, self.mode(use)), use.at[g]) for use in uses if use.at]
                profiles = [(profile, at) for profile, at in taken if profile is not None]
                self.at_most((profile.compute_slices * at for profile, at in profiles), kind.mig.compute_slices)
                self.at_most((profile.memory_slices * at for profile, at in profiles), kind.mig.memory_slices)

    def company(self, kind: InstanceType, uses: list[_Use]) -> None:
        """Uses that may not meet on the node, or on an accelerator of it; copies of a model, and models, on one node."""
        by_model: defaultdict[int, list[_Use]] = defaultdict(list)
        for use in uses:
            by_model[use.model].append(use)
        for index, mine in by_model.items():
            most = self.needs[index].node
            if most is not None:
                self.at_most((use.on for use in mine), most)
        limits = [limit for limit in (self.problem.max_models_per_node, kind.max_models_per_node) if limit is not None]
        if limits and len(by_model) > min(limits):
            present = {index: self.boolean() for index in by_model}
            for use in uses:
                self.at_most([use.on], present[use.model])
            self.at_most(present.values(), min(limits))
        for position, one in enumerate(uses):
            for other in uses[:position]:
                if one.hosting is not other.hosting or (one.model, one.copy) == (other.model, other.copy):
                    continue  # the node has one hosting option, the copy one place
                apart, together = self.may_meet(kind, one, other)
                if not apart and not together:
                    self.at_most([one.on, other.on], 1)
                elif not together:
                    for mine_at, other_at in zip(one.at, other.at, strict=False):
                        self.at_most([mine_at, other_at], 1)

    def may_meet(self, kind: InstanceType, one: _Use, other: _Use) -> tuple[bool, bool]:
        """(on different accelerators of a node, on common ones): by the node rules, for these two alone."""
        first, second = self.mode(one).accelerators, self.mode(other).accelerators
        apart = first + second <= kind.accelerators and self._allows(kind, one, other, range(first), range(first, first + second))
        if not first or not second:
            return apart, apart
        return apart, self._allows(kind, one, other, range(first), range(second))

    def _allows(self, kind: InstanceType, one: _Use, other: _Use, first: range, second: range) -> bool:
        return self.rules.allows(kind, one.hosting, ((one.model, one.mode, tuple(first)), (other.model, other.mode, tuple(second))))

    def demand(self, index: int, model: Model) -> None:
        """Every copy at most once, as many as asked for, fast enough, in enough zones."""
        mine = [(pool, use) for pool, uses in self.uses for use in uses if use.model == index]
        for copy in {use.copy for _, use in mine}:
            self.at_most((use.on for _, use in mine if use.copy == copy), 1)
        everywhere = self.mathopt.fast_sum([use.on for _, use in mine])
        needs = self.needs[index]
        self.program.add_linear_constraint(everywhere >= needs.base)
        if needs.served:
            rates = [needs.counts(self.mode(use)) / needs.demand * use.on for _, use in mine]
            self.program.add_linear_constraint(self.mathopt.fast_sum(rates) >= 1)
        limit = needs.zone
        if limit is not None:
            for zone in {pool.zone for pool, _ in mine}:
                self.at_most((use.on for pool, use in mine if pool.zone == zone), limit)
        if model.min_zones > 1:
            if not model.copies.min:
                raise NoOpinionError("min_zones without copies.min")
            zones = {pool.zone: self.boolean() for pool, _ in mine}
            for zone, used in zones.items():
                self.at_most([used], self.mathopt.fast_sum([use.on for pool, use in mine if pool.zone == zone]))
            self.program.add_linear_constraint(self.mathopt.fast_sum(zones.values()) >= model.min_zones)

    def solve(self, solver: str, seconds: float) -> Opinion:
        threads = 1 if solver == "GSCIP" else None  # HiGHS takes no number of threads here
        limits = self.mathopt.SolveParameters(time_limit=dt.timedelta(seconds=seconds), threads=threads, relative_gap_tolerance=0.0)
        answer = self.mathopt.solve(self.program, self.mathopt.SolverType[solver], params=limits)
        reasons = self.mathopt.TerminationReason
        reason = answer.termination.reason
        units = self.read(answer.variable_values()) if answer.has_primal_feasible_solution() else None
        return Opinion(units, units is not None and reason == reasons.OPTIMAL, reason == reasons.INFEASIBLE)

    def read(self, values: dict[Any, float]) -> int | None:
        """Objective of the solution in integers; None if it breaks a rule when read as integers (solvers have tolerances)."""
        total, placed, rates, zones = (
            self.cost.constant(),
            [0] * len(self.problem.models),
            [0] * len(self.problem.models),
            defaultdict[int, Counter[str]](Counter),
        )
        for pool, uses in self.uses:
            chosen = [use for use in uses if values[use.on] > 0.5]
            content = tuple((use.model, use.mode, tuple(g for g, at in enumerate(use.at) if values[at] > 0.5)) for use in chosen)
            if not content:
                continue
            if not self.rules.allows(self.kinds[pool.instance_type], chosen[0].hosting, content) or len({use.hosting for use in chosen}) > 1:
                return None
            total += self.cost.node(pool) + sum(self.cost.copy(use.model, use.mode, use.hosting) for use in chosen)
            for use in chosen:
                placed[use.model] += 1
                rates[use.model] += self.needs[use.model].counts(self.mode(use))
                zones[use.model][pool.zone] += 1
        for index, model in enumerate(self.problem.models):
            crowded = max(zones[index].values(), default=0) > (self.needs[index].zone or len(self.uses))
            if crowded or self.needs[index].missing(placed[index], rates[index]) or len(zones[index]) < min(model.min_zones, placed[index]):
                return None
        return total
