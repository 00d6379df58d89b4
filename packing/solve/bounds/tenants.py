"""What a tenant pays together, in whole nodes: tightens the price bound where tenants share no node.

At given prices (`prices.py`) the models of different tenants can be looked at one by one. A tenant whose models
share no node (or no container) with others opens whole nodes for them, however little they fill: for each such tenant
an integer program chooses, for every model, between copies at shared prices and copies on nodes of its own.
Capacities are added up over the tenant's nodes of a type, so that it is a relaxation; CP-SAT's bound on it,
in exact integers, is then what the tenant pays at least.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from packing.compile.data import UNLIMITED, Candidate, Compiled, ModelData
from packing.domain.words import Hosting
from packing.solve.bounds.forced import forced_missing
from packing.solve.bounds.linear import single_capacity
from packing.solve.bounds.prices import SCALE, PricedModels, Prices, needs_of, rows_of
from packing.solve.context import SearchContext
from packing.solve.cp_sat.rows import InexactError, insist_exact
from packing.solve.cp_sat.solver import run
from packing.solve.node_state import CONTAINER, INSTANCE

COARSE = 2**20
"""Large amounts are counted in these units: needs rounded down and capacities up, which only relaxes the rows."""
MOST_WORK = 2.0
"""Units of work for one tenant, at most."""
STRICT = {Hosting.INFERENCE_COMPONENT: INSTANCE, Hosting.MULTI_MODEL: CONTAINER}
"""From which isolation on a node under this hosting option is the tenant's own."""


def tenant_payments(compiled: Compiled, context: SearchContext, prices: Prices, work: float) -> dict[int, int]:
    """For tenants with whole nodes of their own: what they pay at least, in 1/SCALE units.

    `work` : units, shared out among the tenants.
    """
    priced = PricedModels(compiled, prices)
    by_tenant: defaultdict[int, list[ModelData]] = defaultdict(list)
    for model in compiled.models:
        by_tenant[model.tenant].append(model)
    concerned = {tenant: models for tenant, models in by_tenant.items() if any(_needs_own_nodes(model) for model in models)}
    found: dict[int, int] = {}
    each = min(MOST_WORK, work / max(1, len(concerned)))
    for tenant in sorted(concerned, key=lambda each: (len(concerned[each]), each)):
        if context.limit() is not None:
            break
        try:
            program = _TenantProgram(compiled, priced, concerned[tenant])
        except InexactError:
            continue
        outcome = run(program.model, context, each, workers=1)
        if outcome.found and outcome.bound is not None:
            found[tenant] = outcome.bound * SCALE
    return found


def whole_node_payment(compiled: Compiled, context: SearchContext, models: list[ModelData], work: float) -> int | None:
    """What models that share nodes with nobody else pay at least for whole nodes and their copies, in objective units.

    Forced missing copies are not in it. None if nothing was found with so many units of work.
    """
    try:
        program = _TenantProgram(compiled, PricedModels(compiled, Prices()), models)
    except InexactError:
        return None
    outcome = run(program.model, context, work, workers=1)
    return None if outcome.bound is None else outcome.bound - program.fixed


def _needs_own_nodes(model: ModelData) -> bool:
    return model.isolation >= CONTAINER


class _TenantProgram:
    """Copies of one tenant's models: at prices on shared nodes, or on whole nodes of its own. Objective units, rounded down."""

    def __init__(self, compiled: Compiled, priced: PricedModels, models: list[ModelData]) -> None:
        from ortools.sat.python import cp_model

        self.compiled, self.priced = compiled, priced
        self.model = cp_model.CpModel()
        self._uses: dict[tuple[int, Hosting, int], dict[tuple[int, int], list[tuple[int, Any, int]]]] = {}
        self._cost: list[tuple[int, Any, int]] = []
        self.fixed = 0
        """Paid for copies that are missing in any case."""
        self._most = sum(model.most for model in models)
        for model in models:
            self._add(model)
        for group, rows in self._uses.items():
            self._own_nodes(group, rows)
        insist_exact(sum(weight * most for weight, _, most in self._cost))
        self.model.minimize(sum(weight * variable for weight, variable, _ in self._cost) + self.fixed)

    def _add(self, model: ModelData) -> None:
        forced = forced_missing(self.compiled, model)
        self.fixed += forced * model.missing_coefficient
        candidates = [self.compiled.candidates[index] for index in model.candidates]
        copies = model.fewest - forced
        if not candidates or copies <= 0:
            return
        placed: list[Any] = []
        served: list[Any] = []
        singles: dict[int, list[Any]] = defaultdict(list)
        for candidate in candidates:
            for x in self._ways(model, candidate, singles):
                placed.append(x)
                if candidate.rate:
                    served.append(candidate.rate * x)
        self.model.add(sum(placed) >= copies)
        peak = model.peak - forced * model.fastest
        if model.fastest and peak > 0:
            self.model.add(sum(served) >= peak)
        per_node = single_capacity(self.compiled, model, candidates)
        for kind, mine in singles.items():
            nodes = self._nodes(kind)
            self.model.add(sum(mine) <= per_node[kind] * nodes)

    def _ways(self, model: ModelData, candidate: Candidate, singles: dict[int, list[Any]]) -> list[Any]:
        """Variables: copies of one candidate, on shared nodes and on the tenant's own, as far as isolation allows."""
        if candidate.hosting is Hosting.SINGLE_MODEL:
            x = self._copies(model, candidate.coefficient)
            singles[candidate.kind].append(x)
            return [x]
        ways = []
        if model.isolation < STRICT[candidate.hosting]:
            ways.append(self._copies(model, self.priced.copy(candidate) // SCALE))
        x = self._copies(model, candidate.coefficient)
        rows = self._uses.setdefault((candidate.kind, candidate.hosting, candidate.container), defaultdict(list))
        for dimension, slot, amount in needs_of(candidate, self.compiled):
            rows[dimension, slot].append((amount, x, model.most))
        return [*ways, x]

    def _copies(self, model: ModelData, cost: int) -> Any:
        x = self.model.new_int_var(0, model.most, "")
        self._cost.append((cost, x, model.most))
        return x

    def _nodes(self, kind: int) -> Any:
        stock = sum(min(self._most, self.compiled.pools[pool].stock) for pool in self.compiled.kinds[kind].pools)
        nodes = self.model.new_int_var(0, min(self._most, stock, UNLIMITED), "")
        self._cost.append((self.priced.node[kind] // SCALE, nodes, self._most))
        return nodes

    def _own_nodes(self, group: tuple[int, Hosting, int], rows: dict[tuple[int, int], list[tuple[int, Any, int]]]) -> None:
        kind, hosting, _ = group
        nodes = self._nodes(kind)
        for dimension, slot, total in rows_of(self.compiled, self.compiled.kinds[kind], hosting):
            terms = rows.get((dimension, slot))
            if terms:
                unit = COARSE if total > COARSE * 100 else 1
                scaled = [(amount // unit, x, most) for amount, x, most in terms]
                insist_exact(sum(amount * most for amount, _, most in scaled))
                self.model.add(sum(amount * x for amount, x, _ in scaled) <= -(-total // unit) * nodes)
