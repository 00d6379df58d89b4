"""Equal models become one class with a multiplicity; hosting options that others can replace are left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from packing.compile.data import UNLIMITED, Candidate, Compiled, ModelData
from packing.domain.words import Hosting, Sharing
from packing.solve.bounds.forced import forced_missing
from packing.solve.node_state import CONTAINER


@dataclass(frozen=True, slots=True)
class ModelClass:
    """Models that are equal in everything but name and what only composition looks at (conflicts, zones)."""

    index: int
    members: tuple[int, ...]
    first: ModelData
    """One of them; the rest differ from it in how much they ask for."""
    ways: tuple[int, ...]
    """Positions in a member's `candidates` that are in use; the same for every member."""
    tenant: int
    """The tenant if any of its models asks for isolation (or has conflicts that count), else -1: it does not matter."""
    forced: int
    """Copies that are missing in every plan, all members together."""
    copies: int
    """Copies to be placed or missing, all members together."""
    least: int
    """Copies to be placed if no more than the forced ones are missing."""
    peak: int
    """Requests/s in millionths, all members together; 0 where throughput is not in force."""
    most: int
    """Largest useful number of copies, all members together."""

    @property
    def per_node(self) -> int:
        """No more copies than this are on one node."""
        return len(self.members) * min(self.first.max_per_node, UNLIMITED // len(self.members))


RIVALS = 400
"""Copies up to which tenants in conflict are told apart from the start."""


def classes_of(compiled: Compiled, *, by_rival: bool) -> list[ModelClass]:
    """All models, grouped; models without candidates are left out (their copies are forced to be missing).

    `by_rival`: tenants with conflicts are told apart, so that nodes can be.
    """
    useful = _useful(compiled)
    strict = {model.tenant for model in compiled.models if model.isolation >= CONTAINER}
    if by_rival:
        strict |= {tenant for pair in compiled.conflicts for tenant in pair}
    found: dict[tuple[tuple[object, ...], int, tuple[int, ...], tuple[object, ...]], list[int]] = defaultdict(list)
    for index, model in enumerate(compiled.models):
        if not model.candidates:
            continue
        ways = tuple(position for position, each in enumerate(model.candidates) if useful(compiled.candidates[each]))
        candidates = [compiled.candidates[model.candidates[position]] for position in ways]
        hostings = {each.hosting for each in candidates}
        # Nodes of their own: only models that ask for the same amount have them in equal numbers.
        amount = (model.base, model.peak, model.most) if Hosting.SINGLE_MODEL in hostings else ()
        framework = model.framework if Hosting.MULTI_MODEL in hostings else -1
        facts = (model.isolation, framework, model.fastest, model.max_per_node, amount)
        found[facts, model.tenant if model.tenant in strict else -1, ways, tuple(map(_looks, candidates))].append(index)
    return [_class(compiled, number, members, tenant, ways) for number, ((_, tenant, ways, _), members) in enumerate(found.items())]


def _class(compiled: Compiled, number: int, members: list[int], tenant: int, ways: tuple[int, ...]) -> ModelClass:
    models = [compiled.models[index] for index in members]
    forced = [forced_missing(compiled, model) for model in models]
    needed = [min(compiled.candidates[index].needed for index in model.candidates) for model in models]
    return ModelClass(
        index=number,
        members=tuple(members),
        first=models[0],
        ways=ways,
        tenant=tenant,
        forced=sum(forced),
        copies=sum(model.fewest for model in models),
        least=sum(max(need, model.fewest) if not short else model.fewest - short for model, short, need in zip(models, forced, needed, strict=True)),
        peak=sum(model.peak for model in models) if models[0].fastest else 0,
        most=sum(model.most for model in models),
    )


def _looks(c: Candidate) -> tuple[object, ...]:
    return (c.hosting, c.kind, c.width, c.demand, c.node_demand, c.mask, c.size, c.coefficient, c.rate, c.container)


def _useful(compiled: Compiled) -> Callable[[Candidate], bool]:
    """Which candidates are needed: without the others no plan is better, since they can be re-hosted as components.

    A single-model node can be turned into one behind an endpoint with inference components if each of its
    candidates has such a twin. So can a multi-model node, if every multi-model candidate on the instance type has
    one and takes part in all slots: then nobody on it gains by unloading.
    """
    components: dict[tuple[int, int], list[Candidate]] = defaultdict(list)
    for candidate in compiled.candidates:
        if candidate.hosting is Hosting.INFERENCE_COMPONENT:
            components[candidate.model, candidate.kind].append(candidate)

    def replaceable(candidate: Candidate) -> bool:
        return any(_replaces(other, candidate) for other in components[candidate.model, candidate.kind])

    needed_single = {c.model for c in compiled.candidates if c.hosting is Hosting.SINGLE_MODEL and not replaceable(c)}
    needed_multi = {
        c.kind
        for c in compiled.candidates
        if c.hosting is Hosting.MULTI_MODEL
        and (c.mask != compiled.full_mask or (c.width and compiled.kinds[c.kind].sharing is Sharing.EXCLUSIVE) or not replaceable(c))
    }

    def useful(candidate: Candidate) -> bool:
        if candidate.hosting is Hosting.SINGLE_MODEL:
            return candidate.model in needed_single
        return candidate.hosting is Hosting.INFERENCE_COMPONENT or candidate.kind in needed_multi

    return useful


def _replaces(other: Candidate, candidate: Candidate) -> bool:
    """Whether the component takes no more of a node, costs no more and serves no less."""
    needs = zip((*other.demand, *other.node_demand), (*candidate.demand, *candidate.node_demand), strict=True)
    # An exclusive accelerator's token is what separates hosting options, and is looked at by the caller.
    less = all(mine <= theirs for position, (mine, theirs) in enumerate(needs) if position != 2)
    return less and other.width == candidate.width and other.coefficient <= candidate.coefficient and other.rate >= candidate.rate
