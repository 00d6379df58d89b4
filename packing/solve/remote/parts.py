"""Independent parts of a problem as problems of their own, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from packing.compile.data import Compiled
from packing.solve.plan import NodePlan, Plan, make_plan
from packing.solve.task import independent_parts

LARGE = 100
"""Copies from which on a part is worth a piece of work of its own."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the models as a problem of its own.

    `compiled` has just these models, with the same pools; its objective is their share: the whole problem's
    constant is not in it. `candidates` are the indices of its candidates in the whole problem.
    """

    compiled: Compiled
    candidates: tuple[int, ...]

    def nodes_in_whole(self, plan: Plan) -> tuple[NodePlan, ...]:
        """Nodes of a plan for the part, with the indices of the whole problem."""
        return tuple(
            NodePlan(node.pool, node.hosting, tuple((self.candidates[index], accelerators) for index, accelerators in node.copies), node.home)
            for node in plan.nodes
        )

    def plan_in_part(self, plan: Plan) -> Plan:
        """What a plan for the whole does for this part."""
        index_here = {index: here for here, index in enumerate(self.candidates)}
        nodes = [
            NodePlan(node.pool, node.hosting, tuple((index_here[index], accelerators) for index, accelerators in node.copies), node.home)
            for node in plan.nodes
            if node.copies[0][0] in index_here  # models of two parts never share a node
        ]
        return make_plan(self.compiled, nodes)


def part_of(compiled: Compiled, models: Sequence[int]) -> Part:
    """The part with these models (by index). What runs now is known to the part with all of them: its candidates keep their indices."""
    chosen = sorted(models)
    here = {model: position for position, model in enumerate(chosen)}
    kept = [candidate for candidate in compiled.candidates if candidate.model in here]
    number = {candidate.index: position for position, candidate in enumerate(kept)}
    candidates = tuple(replace(candidate, index=position, model=here[candidate.model]) for position, candidate in enumerate(kept))
    data = tuple(
        replace(compiled.models[model], candidates=tuple(number[each] for each in compiled.models[model].candidates if each in number))
        for model in chosen
    )
    home = compiled.home if len(chosen) == len(compiled.models) else None
    part = replace(compiled, models=data, candidates=candidates, constant=0, removed=(), home=home)
    return Part(part, tuple(candidate.index for candidate in kept))


def large_parts(compiled: Compiled) -> list[Part]:
    """The problem in independent parts, the small ones together; one part, the whole, where there are no two large ones, or something runs now."""
    if compiled.home is not None:
        return [part_of(compiled, range(len(compiled.models)))]
    groups = independent_parts(compiled)
    sizes = [sum(compiled.models[model].fewest for model in models) for models in groups]
    large = [models for models, size in zip(groups, sizes, strict=True) if size >= LARGE]
    small = [model for models, size in zip(groups, sizes, strict=True) if size < LARGE for model in models]
    if len(large) < 2:
        return [part_of(compiled, range(len(compiled.models)))]
    # In an order that does not depend on how the ties were found.
    large.sort(key=lambda models: (-sum(compiled.models[model].fewest for model in models), min(models)))
    return [part_of(compiled, models) for models in [*large, *([small] if small else [])]]
