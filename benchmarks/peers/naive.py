"""The formulation that comes to mind first: one Boolean for each copy on each accelerator of each node, solved by CP-SAT.

    on[c, n]  in {0, 1}   copy c is on node n;     at[c, n, g]  in {0, 1}   copy c uses accelerator g of node n
    Σ_g at[c, n, g] = width(c, type of n) · on[c, n];   Σ_n on[c, n] + missing[c] = 1;   on[c, n] <= open[n]
    Σ_c memory, compute share, sole use <= what g has;  Σ_c vCPUs, host memory <= what n has
    for each model, tenant: present[m, n] >= on[c, n];  no two that may not meet;  zones, copies per node
    min  Σ node and copy coefficients of the project's objective + a penalty for each missing copy that exceeds all of them

No symmetry is broken, nothing is grouped, no start is given: that is what naive means. Nodes of a pool: its stock, at most as many
as there are copies that could use it. Building the formulation is part of the time limit. Behind multi-model endpoints it
counts nobody's hours (the peers host like that only where nothing else is allowed, which generated fleets do not have).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from benchmarks.peers.plain import Clock, NoAnswerError, ways
from packing.bench.baselines import Baseline, finished
from packing.compile.compiler import compile_problem
from packing.compile.data import UNLIMITED, Candidate, Compiled
from packing.describe import Expanded
from packing.domain.units import MICRO
from packing.domain.words import Hosting
from packing.solve.plan import NodePlan, make_plan

MOST_BOOLEANS = 1_000_000
"""Beyond this the formulation alone takes gigabytes, and CP-SAT has found nothing in a minute on far fewer."""


def naive(expanded: Expanded, limit: float, workers: int = 1) -> Baseline:
    """Build and solve within the limit.

    Raises
    ------
    NoAnswerError : too many Booleans, or the solver found nothing in time.
    """
    import ortools.sat.python.cp_model  # noqa: F401 - loading the library is no part of the time limit

    compiled, clock = compile_problem(expanded.problem), Clock(limit)
    return finished("naive CP-SAT", expanded, compiled, make_plan(compiled, _Naive(compiled, clock).solved(workers)))


class _Naive:
    """Variables and constraints, in the order of the module's text."""

    def __init__(self, compiled: Compiled, clock: Clock) -> None:
        from ortools.sat.python import cp_model

        self.cp, self.model = cp_model, cp_model.CpModel()
        self.compiled, self.clock = compiled, clock
        self.ways = [{candidate.kind: candidate for candidate in ways(compiled, index)} for index in range(len(compiled.models))]
        self.copies = [(model, each) for model, data in enumerate(compiled.models) if self.ways[model] for each in range(data.fewest)]
        self.nodes = [(pool, each) for pool in range(len(compiled.pools)) for each in range(self._most_nodes(pool))]
        self._affordable()
        self.open = {node: self.model.new_bool_var("") for node in self.nodes}
        self.missing = {copy: self.model.new_bool_var("") for copy in self.copies}
        self.on: dict[Any, Any] = {}
        self.at: dict[Any, list[Any]] = {}
        self.here: defaultdict[tuple[int, int], list[tuple[tuple[int, int], Candidate]]] = defaultdict(list)
        for copy in self.copies:
            self._copy(copy)
        for node in self.nodes:
            clock.check()
            self._capacities(node)
            self._company(node)
        self._zones()
        self._objective()

    def _most_nodes(self, pool: int) -> int:
        data = self.compiled.pools[pool]
        return min(data.stock, sum(data.kind in self.ways[model] for model, _ in self.copies))

    def _affordable(self) -> None:
        compiled, nodes = self.compiled, defaultdict[int, int](int)
        for pool, _ in self.nodes:
            nodes[compiled.pools[pool].kind] += 1
        booleans = sum(nodes[kind] * (1 + compiled.kinds[kind].accelerators) for model, _ in self.copies for kind in self.ways[model])
        if booleans > MOST_BOOLEANS:
            raise NoAnswerError(f"{booleans:,} Booleans")

    def _copy(self, copy: tuple[int, int]) -> None:
        """The copy is on one node, on as many accelerators as it needs, or missing."""
        self.clock.check()
        for node in self.nodes:
            kind = self.compiled.pools[node[0]].kind
            candidate = self.ways[copy[0]].get(kind)
            if candidate is None:
                continue
            on = self.on[copy, node] = self.model.new_bool_var("")
            at = self.at[copy, node] = [self.model.new_bool_var("") for _ in range(self.compiled.kinds[kind].accelerators if candidate.width else 0)]
            self.model.add(sum(at) == candidate.width * on)
            self.model.add_implication(on, self.open[node])
            self.here[node].append((copy, candidate))
        self.model.add_exactly_one(self.missing[copy], *(self.on[copy, node] for node in self.nodes if (copy, node) in self.on))

    def _capacities(self, node: tuple[int, int]) -> None:
        kind = self.compiled.kinds[self.compiled.pools[node[0]].kind]
        for accelerator in range(kind.accelerators):
            for dimension, capacity in enumerate((kind.memory, MICRO, 1, kind.mig_compute, kind.mig_memory)):
                needs = [(each.demand[dimension], self.at[copy, node][accelerator]) for copy, each in self.here[node] if each.width]
                self._at_most(needs, capacity)
        for dimension, capacity in enumerate((kind.vcpus, kind.host_memory, *kind.resources)):
            if capacity < UNLIMITED:
                self._at_most([(each.node_demand[dimension], self.on[copy, node]) for copy, each in self.here[node]], capacity)

    def _at_most(self, needs: list[tuple[int, Any]], capacity: int) -> None:
        if any(amount for amount, _ in needs):
            self.model.add(sum(amount * variable for amount, variable in needs if amount) <= capacity)

    def _company(self, node: tuple[int, int]) -> None:
        """Who may meet on a node, and on an accelerator of it; copies of one model on a node."""
        by_model: defaultdict[int, list[tuple[tuple[int, int], Candidate]]] = defaultdict(list)
        for copy, candidate in self.here[node]:
            by_model[copy[0]].append((copy, candidate))
        present = {model: self._any([self.on[copy, node] for copy, _ in mine]) for model, mine in by_model.items()}
        for model, mine in by_model.items():
            most = self.compiled.models[model].max_per_node
            if most < len(mine):
                self.model.add(sum(self.on[copy, node] for copy, _ in mine) <= most)
        limit = self.compiled.kinds[self.compiled.pools[node[0]].kind].max_models
        if limit < len(present):
            self.model.add(sum(present.values()) <= limit)
        models = sorted(by_model)
        apart = [(a, b) for place, a in enumerate(models) for b in models[place + 1 :]]
        for a, b in apart:
            if self._node_forbids(a, b, by_model[a][0][1].hosting, by_model[b][0][1].hosting):
                self.model.add_at_most_one(present[a], present[b])
            elif self._accelerator_forbids(a, b):
                self._never_on_one_accelerator(node, by_model[a], by_model[b])

    def _any(self, variables: list[Any]) -> Any:
        present = self.model.new_bool_var("")
        for variable in variables:
            self.model.add_implication(variable, present)
        return present

    def _node_forbids(self, a: int, b: int, hosting_a: Hosting, hosting_b: Hosting) -> bool:
        first, second = self.compiled.models[a], self.compiled.models[b]
        if hosting_a is not hosting_b or hosting_a is Hosting.SINGLE_MODEL:
            return True
        strangers = first.tenant != second.tenant
        return strangers and (max(first.isolation, second.isolation) >= 2 or (first.tenant, second.tenant) in self.compiled.conflicts)

    def _accelerator_forbids(self, a: int, b: int) -> bool:
        first, second = self.compiled.models[a], self.compiled.models[b]
        return first.tenant != second.tenant and max(first.isolation, second.isolation) == 1

    def _never_on_one_accelerator(self, node: tuple[int, int], mine: list[Any], theirs: list[Any]) -> None:
        for accelerator in range(self.compiled.kinds[self.compiled.pools[node[0]].kind].accelerators):
            ours = self._any([self.at[copy, node][accelerator] for copy, each in mine if each.width])
            for copy, each in theirs:
                if each.width:
                    self.model.add_at_most_one(ours, self.at[copy, node][accelerator])

    def _zones(self) -> None:
        """The placed copies of a model are in as many zones as it asks for, or each in a zone of its own."""
        for index, data in enumerate(self.compiled.models):
            if data.min_zones < 2:
                continue
            by_zone: defaultdict[int, list[Any]] = defaultdict(list)
            for copy in self.copies:
                for node in self.nodes if copy[0] == index else ():
                    if (copy, node) in self.on:
                        by_zone[self.compiled.pools[node[0]].zone].append(self.on[copy, node])
            zones = []
            for variables in by_zone.values():
                zones.append(self.model.new_bool_var(""))
                self.model.add(sum(variables) >= zones[-1])
            few = self.model.new_bool_var("")
            self.model.add(sum(zones) + data.min_zones * few >= data.min_zones)
            self.model.add(sum(sum(variables) for variables in by_zone.values()) <= sum(zones)).only_enforce_if(few)

    def _objective(self) -> None:
        compiled = self.compiled
        nodes = [(compiled.pools[pool].coefficient, self.open[pool, each]) for pool, each in self.nodes]
        copies = [(candidate.coefficient, self.on[copy, node]) for node in self.nodes for copy, candidate in self.here[node]]
        penalty = (
            1 + sum(amount for amount, _ in nodes) + sum(max(each.coefficient for each in self.ways[model].values()) for model, _ in self.copies)
        )
        terms = [*nodes, *copies, *((penalty, variable) for variable in self.missing.values())]
        self.model.minimize(sum(amount * variable for amount, variable in terms))

    def solved(self, workers: int) -> list[NodePlan]:
        """The nodes of the best solution found in the time that is left."""
        self.clock.check()
        solver = self.cp.CpSolver()
        solver.parameters.max_time_in_seconds = self.clock.left()
        solver.parameters.num_workers = workers
        status = solver.solve(self.model)
        if status not in {self.cp.OPTIMAL, self.cp.FEASIBLE}:
            raise NoAnswerError(f"{solver.status_name(status).lower()} after the time limit")
        plans = []
        for node in self.nodes:
            copies = [
                (candidate.index, tuple(place for place, variable in enumerate(self.at[copy, node]) if solver.boolean_value(variable)))
                for copy, candidate in self.here[node]
                if solver.boolean_value(self.on[copy, node])
            ]
            if copies:
                hosting = self.compiled.candidates[copies[0][0]].hosting
                plans.append(NodePlan(node[0], hosting, tuple(sorted(copies))))
        return plans
