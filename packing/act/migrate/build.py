"""From two placements to the world that a plan is searched in."""

from __future__ import annotations

from collections import defaultdict

from packing.act.migrate.seats import Group, Seat, Site
from packing.act.migrate.world import Supply, World
from packing.domain.floor import Floor, Serving, floor_of, serving
from packing.domain.migration import StepKind
from packing.domain.placement import PlacedCopy, Placement
from packing.domain.problem import Problem, conflicting_pairs, isolation_of
from packing.domain.units import exact
from packing.verify.facts import KindFacts, ModelFacts


class Ends:
    """What a model serves in the old and in the new placement: floors follow from it, whatever dip is allowed."""

    def __init__(self, world: World) -> None:
        before: dict[str, list[tuple[int | None, str]]] = {name: [] for name in world.models}
        after: dict[str, list[tuple[int | None, str]]] = {name: [] for name in world.models}
        for site in world.sites.values():
            for seat in site.seats:
                before[seat.name].append((seat.mode.rate, site.zone))
                if seat.goal:
                    after[seat.name].append((seat.mode.rate, site.zone))
        for seat in world.missing:
            after[seat.name].append((seat.mode.rate, seat.site.zone))
        self._models = world.models
        self._ends: dict[str, tuple[Serving, Serving]] = {name: (serving(before[name]), serving(after[name])) for name in world.models}

    def floor(self, name: str, unavailable: int | None) -> Floor:
        """The model's floor; `unavailable` None: with its own `max_unavailable`."""
        return floor_of(self._models[name].model, *self._ends[name], unavailable)

    def counts(self, name: str) -> tuple[int, int]:
        """Copies before and after."""
        old, new = self._ends[name]
        return old.copies, new.copies


def build(problem: Problem, old: Placement, new: Placement, stay: frozenset[str]) -> World:
    """The old placement as a world that knows what the new one wants.

    Parameters
    ----------
    problem : the joined one (`packing.domain.joined`).
    new : under the names of the way; `stay`: its nodes that are old ones.
    """
    tenants = {tenant.name: tenant for tenant in problem.tenants}
    world = World(
        problem=problem,
        slots=problem.slots,
        ratio=exact(problem.multi_model_size_ratio),
        conflicts=conflicting_pairs(tenants),
        models={model.name: ModelFacts(model, isolation_of(model, tenants), problem.slots) for model in problem.models},
        kinds={kind.name: KindFacts(kind) for kind in problem.instance_types},
        stock={pool.label: pool.count for pool in problem.fleet},
        zones={pool.label: (pool.instance_type, pool.zone) for pool in problem.fleet},
    )
    world.supply = {name: Supply(Floor()) for name in world.models}
    _sites(world, old, new, stay)
    _seats(world, old, new)
    for site in world.sites.values():
        if site.old:
            world.change(StepKind.START_NODE, site)
    return world


def _sites(world: World, old: Placement, new: Placement, stay: frozenset[str]) -> None:
    groups: dict[str, Group] = {each.name: Group(each.name, each.hosting, each.instance_type, each.keep) for each in old.endpoints}
    for each in new.endpoints:
        groups.setdefault(each.name, Group(each.name, each.hosting, each.instance_type, each.keep))
    for node in old.nodes:
        kind = world.kinds.get(node.instance_type)
        world.sites[node.id] = Site(node.id, node.pool, node.zone, kind, groups[node.endpoint], old=True, goal=node.id in stay)
    for node in new.nodes:
        if node.id not in stay:
            kind = world.kinds.get(node.instance_type)
            world.sites[node.id] = Site(node.id, node.pool, node.zone, kind, groups[node.endpoint], goal=True)


def _seats(world: World, old: Placement, new: Placement) -> None:
    """Copies of the old placement, each marked if the new one has it too; then what is missing."""
    wanted: dict[Place, list[PlacedCopy]] = defaultdict(list)
    for copy in new.copies:
        wanted[_place(world, copy)].append(copy)
    numbers: dict[str, set[int]] = defaultdict(set)
    for copy in old.copies:
        alike = wanted[_place(world, copy)]
        seat = _seat(world, copy, copy.copy_index, goal=bool(alike))
        numbers[copy.model].add(seat.number)
        if alike:
            alike.pop()
            world.want(seat)
        world.legal(seat)  # what it takes of an over-committed node counts from the beginning
        world.change(StepKind.LOAD_COPY, seat)
    for copy in new.copies:
        alike = wanted[_place(world, copy)]
        if alike and alike[0] is copy:
            alike.pop(0)
            number = free_number(numbers[copy.model], copy.copy_index)
            world.want(_seat(world, copy, number, goal=True))


Place = tuple[str, int, str, tuple[int, ...]]


def _place(world: World, copy: PlacedCopy) -> Place:
    return copy.model, world.form(copy.mode).number, copy.node, tuple(sorted(copy.accelerators))


def _seat(world: World, copy: PlacedCopy, number: int, *, goal: bool) -> Seat:
    return Seat(world.models[copy.model], world.form(copy.mode), world.sites[copy.node], tuple(sorted(copy.accelerators)), goal=goal, number=number)


def free_number(taken: set[int], wish: int = -1) -> int:
    """The number wished for if no copy has it, else one above all; taken from now on."""
    number = wish if wish >= 0 and wish not in taken else max(taken, default=-1) + 1
    taken.add(number)
    return number
