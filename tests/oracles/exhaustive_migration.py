"""Whether one placement can become another with every state in between valid: all states, one after the other.

Simple and slow, and apart from planner and replay: rules are read by `packing.testing.exhaustive_node`. One step starts or
stops a node, loads a copy anywhere in any of its modes, or unloads one. Nodes beyond those of the two placements have
endpoints of their own; no rule gets easier behind a common one.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from packing.domain.floor import Floor, Serving, floor_of, serving
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.same import needs_key
from packing.domain.words import Hosting, Isolation
from packing.testing.exhaustive_node import Item, NodeRules

MOST_STATES = 30_000
"""States to look at before giving up: a minute or so."""

Content = tuple[Item, ...]
Named = tuple[tuple[bool, Content], ...]
"""Of every node of the two placements: whether it is started, and what is on it."""
Extra = tuple[tuple[str, Hosting, Content], ...]
State = tuple[Named, Extra]


@dataclass(frozen=True, slots=True)
class Place:
    """A node of either placement; one that changes its endpoint is two."""

    id: str
    pool: str
    endpoint: str
    hosting: Hosting


class Moves:
    """The states between two placements in which equal names mean equal things.

    Parameters
    ----------
    problem : expanded, with every model of both placements (`packing.domain.joined`).
    unavailable : `max_unavailable` of models, instead of their own.

    Raises
    ------
    ValueError : the old placement breaks a rule of nodes or endpoints, or a mode is none of its model's.
    """

    def __init__(self, problem: Problem, old: Placement, new: Placement, unavailable: dict[str, int] | None = None) -> None:
        self.problem, self.rules = problem, NodeRules(problem)
        self.models = {model.name: number for number, model in enumerate(problem.models)}
        self.kinds = {kind.name: kind for kind in problem.instance_types}
        self.pools = {pool.label: pool for pool in problem.fleet}
        before, after = _nodes(old), _nodes(new)
        self.places = tuple(dict.fromkeys([*before.values(), *after.values()]))
        self.start = self._state(old, before)
        self.goal = self._state(new, after)
        self._allowed: dict[tuple[str, Hosting, Content], bool] = {}
        self._floors, self._most = self._limits(unavailable or {})
        if not self.valid(self.start, stock=False):
            raise ValueError("the old placement is not valid itself")

    def possible(self) -> bool:
        """Whether the new placement can be reached.

        Raises
        ------
        ValueError : there are more than `MOST_STATES` states.
        """
        wanted = [content for _, content in self.goal[0]]
        seen, waiting = {self.start}, deque([self.start])
        while waiting:
            state = waiting.popleft()
            if [content for _, content in state[0]] == wanted and not any(content for *_, content in state[1]):
                return True
            for following in self.following(state):
                if following not in seen:
                    if len(seen) >= MOST_STATES:
                        raise ValueError(f"too large for an exhaustive search: more than {MOST_STATES:,} states")
                    seen.add(following)
                    waiting.append(following)
        return False

    def following(self, state: State) -> Iterator[State]:
        """Valid states one step away."""
        yield from (*self._starts(state), *self._stops(state), *self._unloads(state), *self._loads(state))

    def valid(self, state: State, *, stock: bool = True) -> bool:
        """Whether all rules hold that do not count what serves."""
        on = [(place.pool, place.hosting, content) for place, (_, content) in zip(self.places, state[0], strict=True)]
        return (
            all(self._node_allows(*node) for node in (*on, *state[1]) if node[2])
            and all(self._endpoint_allows(name, state) for name in {place.endpoint for place in self.places})
            and not (stock and self._over_stock(state))
        )

    def _starts(self, state: State) -> Iterator[State]:
        named, extra = state
        for number, (started, _) in enumerate(named):
            if not started:
                yield from self._checked((_with(named, number, (True, ())), extra))
        if all(content for *_, content in extra):
            for label in self.pools:
                for hosting in Hosting:
                    yield from self._checked((named, _ordered([*extra, (label, hosting, ())])))

    def _stops(self, state: State) -> Iterator[State]:
        named, extra = state
        for number, (started, content) in enumerate(named):
            if started and not content:
                yield _with(named, number, (False, ())), extra
        for number, (*_, content) in enumerate(extra):
            if not content:
                yield named, extra[:number] + extra[number + 1 :]

    def _unloads(self, state: State) -> Iterator[State]:
        named, extra = state
        for number, (started, content) in enumerate(named):
            for position in range(len(content)):
                yield from self._serving((_with(named, number, (started, content[:position] + content[position + 1 :])), extra))
        for number, (label, hosting, content) in enumerate(extra):
            for position in range(len(content)):
                rest = (label, hosting, content[:position] + content[position + 1 :])
                yield from self._serving((named, _ordered([*extra[:number], rest, *extra[number + 1 :]])))

    def _loads(self, state: State) -> Iterator[State]:
        named, extra = state
        counts = Counter(item[0] for item in _items(state))
        for number, (started, content) in enumerate(named):
            if started:
                for item in self._new(self.places[number].pool, counts):
                    yield from self._checked((_with(named, number, (True, _add(content, item))), extra))
        for number, (label, hosting, content) in enumerate(extra):
            for item in self._new(label, counts):
                yield from self._checked((named, _ordered([*extra[:number], (label, hosting, _add(content, item)), *extra[number + 1 :]])))

    def _new(self, pool: str, counts: Counter[int]) -> Iterator[Item]:
        kind = self.kinds.get(self.pools[pool].instance_type)
        for model, record in enumerate(self.problem.models):
            if kind is None or counts[model] >= self._most[model]:
                continue
            for mode, form in enumerate(record.modes):
                for chosen in combinations(range(kind.accelerators), form.accelerators):
                    yield model, mode, chosen

    def _checked(self, state: State) -> Iterator[State]:
        if self.valid(state):
            yield state

    def _serving(self, state: State) -> Iterator[State]:
        here: dict[int, list[tuple[int | None, str]]] = {}
        for place, (_, content) in zip(self.places, state[0], strict=True):
            for model, mode, _ in content:
                here.setdefault(model, []).append((self._rate(model, mode), self.pools[place.pool].zone))
        for label, _, content in state[1]:
            for model, mode, _ in content:
                here.setdefault(model, []).append((self._rate(model, mode), self.pools[label].zone))
        for model, floor in enumerate(self._floors):
            now = serving(here.get(model, ()))
            if now.copies < floor.copies or now.rate < floor.rate or now.zones < floor.zones:
                return
        yield state

    def _rate(self, model: int, mode: int) -> int | None:
        return self.problem.models[model].modes[mode].rps_micro

    def _node_allows(self, pool: str, hosting: Hosting, content: Content) -> bool:
        key = pool, hosting, content
        if key not in self._allowed:
            kind = self.kinds.get(self.pools[pool].instance_type)
            self._allowed[key] = kind is not None and self.rules.allows(kind, hosting, content)
        return self._allowed[key]

    def _endpoint_allows(self, name: str, state: State) -> bool:
        """Rules that look at all nodes of one endpoint."""
        members = [(place, content) for place, (_, content) in zip(self.places, state[0], strict=True) if place.endpoint == name]
        items = [item for _, content in members for item in content]
        models = [self.problem.models[model] for model, _, _ in items]
        hosting = members[0][0].hosting
        if hosting is Hosting.SINGLE_MODEL:
            return len({model.name for model in models}) <= 1
        if hosting is Hosting.INFERENCE_COMPONENT or not items:
            return True
        sizes = [self.problem.models[model].modes[mode].size for model, mode, _ in items]
        tenants = {tenant.name: tenant for tenant in self.problem.tenants}
        owners = {model.tenant or "" for model in models}
        for model in models:
            tenant = tenants.get(model.tenant or "")
            levels = {model.isolation, tenant.isolation if tenant else Isolation.SHARED}
            if len(owners) > 1 and levels != {Isolation.SHARED}:
                return False
            if tenant and owners & set(tenant.conflicts_with):
                return False
        return len({model.framework for model in models}) == 1 and max(sizes) <= Fraction(str(self.problem.multi_model_size_ratio)) * min(sizes)

    def _over_stock(self, state: State) -> bool:
        """Whether a pool has more nodes than its stock and than it began with."""
        used = Counter(place.pool for place, (started, _) in zip(self.places, state[0], strict=True) if started)
        used.update(label for label, *_ in state[1])
        begun = Counter(place.pool for place, (started, _) in zip(self.places, self.start[0], strict=True) if started)
        return any(self.pools[label].count is not None and count > max(self.pools[label].count or 0, begun[label]) for label, count in used.items())

    def _state(self, placement: Placement, nodes: dict[str, Place]) -> State:
        on: dict[Place, list[Item]] = {place: [] for place in nodes.values()}
        for copy in placement.copies:
            number = self.models[copy.model]
            mode = next((at for at, form in enumerate(self.problem.models[number].modes) if needs_key(form) == needs_key(copy.mode)), None)
            if mode is None:
                raise ValueError(f"{copy.model} has no such mode")
            on[nodes[copy.node]].append((number, mode, tuple(sorted(copy.accelerators))))
        return tuple((place in on, tuple(sorted(on.get(place, ())))) for place in self.places), ()

    def _limits(self, unavailable: dict[str, int]) -> tuple[list[Floor], list[int]]:
        floors, most = [], []
        for number, model in enumerate(self.problem.models):
            ends = [self._ends(state, number) for state in (self.start, self.goal)]
            floor = floor_of(model, ends[0], ends[1], unavailable.get(model.name))
            rates = [mode.rps_micro for mode in model.modes if mode.rps_micro]
            by_rate = -(-floor.rate // min(rates)) if rates else 0
            floors.append(floor)
            most.append(max(ends[0].copies, ends[1].copies, max(floor.copies, by_rate) + floor.zones + 1))
        return floors, most

    def _ends(self, state: State, model: int) -> Serving:
        copies = [
            (self._rate(model, mode), self.pools[place.pool].zone)
            for place, (_, content) in zip(self.places, state[0], strict=True)
            for each, mode, _ in content
            if each == model
        ]
        return serving(copies)


def migration_possible(problem: Problem, old: Placement, new: Placement, unavailable: dict[str, int] | None = None) -> bool:
    """Whether there is any way from `old` to `new`, both with equal names for equal things; see `Moves`.

    Raises
    ------
    ValueError : too many states, or the old placement is not valid itself.
    """
    return Moves(problem, old, new, unavailable).possible()


def _nodes(placement: Placement) -> dict[str, Place]:
    hosting = {endpoint.name: endpoint.hosting for endpoint in placement.endpoints}
    return {node.id: Place(node.id, node.pool, node.endpoint, hosting[node.endpoint]) for node in placement.nodes}


def _items(state: State) -> Iterator[Item]:
    for _, content in state[0]:
        yield from content
    for *_, content in state[1]:
        yield from content


def _with(named: Named, number: int, node: tuple[bool, Content]) -> Named:
    return (*named[:number], node, *named[number + 1 :])


def _add(content: Content, item: Item) -> Content:
    return tuple(sorted((*content, item)))


def _ordered(extra: list[tuple[str, Hosting, Content]]) -> Extra:
    return tuple(sorted(extra))
