"""A part by the exact formulation, on just the nodes that the counts allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.context import SearchContext
from packing.solve.cp_sat.formulation import Formulation
from packing.solve.cp_sat.rows import InexactError
from packing.solve.cp_sat.solver import run
from packing.solve.patterns.parts import Part
from packing.solve.plan import NodePlan
from packing.solve.task import Task, whole_task


def exact_nodes(
    compiled: Compiled, context: SearchContext, part: Part, counts: Sequence[int], start: Sequence[NodePlan], used: Mapping[int, int]
) -> list[NodePlan] | None:
    """The part's copies on these nodes; None if the solver finds no way in time."""
    members = sorted(part.layout.class_of)
    whole = whole_task(compiled, members)
    limits: dict[tuple[int, Hosting], int] = {}
    stock = [0] * len(compiled.pools)
    wanted = [0] * len(compiled.kinds)
    for group, count in zip(part.layout.groups, counts, strict=True):
        limits[group.kind, group.hosting] = limits.get((group.kind, group.hosting), 0) + count
        wanted[group.kind] += count
    for index, kind in enumerate(compiled.kinds):
        for pool in sorted(kind.pools, key=lambda each: (compiled.pools[each].coefficient, each)):
            stock[pool] = min(wanted[index], compiled.pools[pool].stock - used.get(pool, 0))
    for number in range(len(compiled.kinds)):
        for hosting in Hosting:
            limits.setdefault((number, hosting), 0)
    allowed = {model.candidates[way] for each in part.layout.classes for way in each.ways for model in (compiled.models[m] for m in each.members)}
    try:
        formulation = Formulation(compiled, Task(whole.demands, tuple(stock), whole.missing), limits, allowed=allowed)
        formulation.minimize_blend()
    except InexactError:
        return None
    formulation.hint(start)
    outcome = run(formulation.model, context)
    return formulation.read(outcome.value) if outcome.found else None
