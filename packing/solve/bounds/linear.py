"""Prices for `prices.py`: the duals of the linear relaxation that knows instance types, not nodes.

    min  sum a_c x_c + sum b_p v_p + sum_c (b_k/q_c) x_c [single-model]
    s.t. sum_c need x_c <= capacity y_kh     per type, hosting option, dimension, slot      (dual: price of the row)
         sum_h y_kh + sum_c x_c / q_c <= sum_p v_p,  v_p <= stock_p
         sum_c x_c >= copies_i,  sum_c rate_c x_c >= peak_i

Equal models are one column group with a multiplicity: the size is that of the distinct shapes.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence

from packing.compile.data import UNLIMITED, Candidate, Compiled, ModelData
from packing.domain.words import Hosting
from packing.solve.bounds.forced import forced_missing
from packing.solve.bounds.prices import SCALE, Prices, Row, most_on_node, needs_of, rows_of


def model_classes(compiled: Compiled) -> list[tuple[int, ModelData]]:
    """(number of equal models, one of them): equal in everything that the relaxation sees."""
    classes: dict[tuple[object, ...], list[ModelData]] = defaultdict(list)
    for model in compiled.models:
        candidates = (compiled.candidates[index] for index in model.candidates)
        looks = tuple((c.hosting, c.kind, c.width, c.demand, c.node_demand, c.mask, c.coefficient, c.rate) for c in candidates)
        classes[model.base, model.peak, model.fastest, model.most, model.max_per_node, model.fewest, looks].append(model)
    return [(len(members), members[0]) for members in classes.values()]


def linear_prices(compiled: Compiled, seconds: float) -> Prices | None:
    """Optimal duals, or None if the solver did not finish in time."""
    from ortools.math_opt.python import mathopt  # noqa: PLC0415 - heavy

    program = mathopt.Model()
    y, rows = {}, {}
    nodes: dict[int, list[mathopt.LinearTerm | mathopt.Variable]] = defaultdict(list)
    uses: dict[Row, list[tuple[float, mathopt.Variable]]] = defaultdict(list)
    objective = []
    for count, model in model_classes(compiled):
        candidates = [compiled.candidates[index] for index in model.candidates]
        if not candidates:
            continue
        x = [program.add_variable(lb=0.0) for _ in candidates]
        forced = forced_missing(compiled, model)
        program.add_linear_constraint(mathopt.fast_sum(x) >= count * (model.fewest - forced))
        if model.fastest:
            served = mathopt.fast_sum(candidate.rate / model.fastest * var for candidate, var in zip(candidates, x, strict=True))
            program.add_linear_constraint(served >= count * (model.peak - forced * model.fastest) / model.fastest)
        per_node = _single_capacity(compiled, model, candidates)
        for candidate, var in zip(candidates, x, strict=True):
            objective.append(candidate.coefficient * var)
            if candidate.hosting is Hosting.SINGLE_MODEL:
                nodes[candidate.kind].append(var / per_node[candidate.kind])
                continue
            for dimension, slot, amount in needs_of(candidate, compiled):
                uses[candidate.kind, candidate.hosting, dimension, slot].append((amount, var))
    for index, kind in enumerate(compiled.kinds):
        for hosting in (Hosting.MULTI_MODEL, Hosting.INFERENCE_COMPONENT):
            y[index, hosting] = program.add_variable(lb=0.0)
            nodes[index].append(y[index, hosting])
            for dimension, slot, total in rows_of(compiled, kind, hosting):
                terms = uses.get((index, hosting, dimension, slot))
                if terms:
                    used = mathopt.fast_sum(amount / total * var for amount, var in terms)
                    rows[index, hosting, dimension, slot] = program.add_linear_constraint(used <= y[index, hosting])
        opened = []
        for pool in kind.pools:
            data = compiled.pools[pool]
            opened.append(program.add_variable(lb=0.0, ub=float("inf") if data.stock >= UNLIMITED else data.stock))
            objective.append(data.coefficient * opened[-1])
        program.add_linear_constraint(mathopt.fast_sum(nodes[index]) <= mathopt.fast_sum(opened))
    program.minimize(mathopt.fast_sum(objective))
    limits = mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=max(0.01, seconds)), threads=1)
    answer = mathopt.solve(program, mathopt.SolverType.GLOP, params=limits)
    if answer.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    duals = answer.dual_values(list(rows.values()))
    return Prices({row: max(0, int(-dual * SCALE)) for row, dual in zip(rows, duals, strict=True)})


def _single_capacity(compiled: Compiled, model: ModelData, candidates: Sequence[Candidate]) -> dict[int, int]:
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
            for hosting in (Hosting.MULTI_MODEL, Hosting.INFERENCE_COMPONENT):
                binding = rows_of(compiled, kind, hosting)
                mine = [(dimension, slot) for dimension, slot, _ in binding if dimension == wanted]
                # Exclusive types have no token row behind multi-model endpoints: price their memory instead.
                mine = mine or [(dimension, slot) for dimension, slot, _ in binding if dimension == 0]
                for dimension, slot in mine:
                    row[index, hosting, dimension, slot] = price // len(mine)
        found.append(Prices(row))
    return found
