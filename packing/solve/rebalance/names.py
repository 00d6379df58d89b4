"""Names of nodes, endpoints and copies: what stays keeps its own, what is new gets one that nobody has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.endpoints import Container, owner_key
from packing.solve.plan import NodePlan


def node_names(compiled: Compiled, nodes: Sequence[NodePlan]) -> list[str]:
    """The id of each node."""
    home = compiled.home
    if home is None:
        return [f"n-{index}" for index in range(len(nodes))]
    fresh = _fresh("n", home.names)
    return [home.nodes[node.home].name if node.home >= 0 else next(fresh) for node in nodes]


def _fresh(prefix: str, taken: frozenset[str]) -> Iterator[str]:
    number = 0
    while True:
        name = f"{prefix}-{number}"
        if name not in taken:
            yield name
        number += 1


def name_groups(compiled: Compiled, nodes: Sequence[NodePlan], groups: list[list[int]]) -> list[str]:
    """The name of each endpoint: the one that its nodes have now; an endpoint of another level of over-commitment is another endpoint."""
    home = compiled.home
    if home is None:
        return [f"ep-{number}" for number in range(len(groups))]
    fresh = _fresh("ep", home.names)
    taken: set[str] = set()
    names = []
    for members in groups:
        keep = compiled.candidates[nodes[members[0]].copies[0][0]].keep
        running = [home.nodes[nodes[member].home] for member in members if nodes[member].home >= 0]
        now = [node.endpoint for node in running if node.keep == keep]
        name = next((each for each in now if each not in taken), None) or next(fresh)
        taken.add(name)
        names.append(name)
    return names


def in_order(positions: Iterable[int], nodes: Sequence[NodePlan]) -> list[int]:
    """Positions of nodes in the order in which an answer lists them: those that run as they are listed now, then the others."""
    return sorted(positions, key=lambda position: (nodes[position].home < 0, nodes[position].home, node_key(nodes[position])))


def node_key(node: NodePlan) -> tuple[int, int, tuple[tuple[int, tuple[int, ...]], ...]]:
    """What nodes that do not run yet are listed by."""
    return list(Hosting).index(node.hosting), node.pool, node.copies


def endpoint_names(compiled: Compiled, nodes: Sequence[NodePlan]) -> list[str]:
    """The name of the endpoint of each node."""
    groups = keep_groups(compiled, nodes)
    name_of = {member: name for name, members in zip(name_groups(compiled, nodes, groups), groups, strict=True) for member in members}
    return [name_of[position] for position in range(len(nodes))]


def copy_numbers(compiled: Compiled, nodes: Sequence[NodePlan], copies: Sequence[tuple[int, int, tuple[int, ...]]]) -> list[int]:
    """Numbers of one model's copies, given as (position of the node, candidate, accelerators)."""
    home = compiled.home
    if home is None:
        return list(range(len(copies)))
    left: dict[tuple[int, int, tuple[int, ...]], list[int]] = defaultdict(list)
    for node in {nodes[position].home for position, _, _ in copies} - {-1}:
        for copy in sorted(home.nodes[node].copies, key=lambda each: (each.pinned, -each.number)):
            left[node, copy.candidate, copy.accelerators].append(copy.number)
    kept = [
        stack.pop() if (stack := left.get((nodes[position].home, candidate, accelerators))) else None for position, candidate, accelerators in copies
    ]
    fresh = iter(sorted(set(range(len(copies))) - {number for number in kept if number is not None}))
    return [next(fresh) if number is None else number for number in kept]


def keep_groups(compiled: Compiled, nodes: Sequence[NodePlan]) -> list[list[int]]:
    """Positions of the nodes of each endpoint: nodes that share an endpoint now go on to share it, as far as its rules allow.

    New nodes join an endpoint that takes them: of the same model, of the same owner, or of a container that they fit into.
    """
    home = compiled.home
    assert home is not None
    order = sorted(range(len(nodes)), key=lambda position: (nodes[position].home < 0, position))
    groups: list[list[int]] = []
    found: dict[tuple[object, ...], int] = {}
    containers: defaultdict[tuple[object, ...], list[tuple[Container, int]]] = defaultdict(list)
    for position in order:
        node = nodes[position]
        kind = compiled.pools[node.pool].kind
        name = home.nodes[node.home].endpoint if node.home >= 0 else None
        if node.hosting is Hosting.MULTI_MODEL:
            mine = Container(compiled, node)
            alike = containers[kind, mine.container]
            number = next(
                (group for container, group in alike if _same(home_name(compiled, nodes, groups[group]), name) and container.takes(mine)), None
            )
            if number is None:
                number = len(groups)
                groups.append([])
                alike.append((mine, number))
            else:
                next(container for container, group in alike if group == number).absorb(mine)
        else:
            whose = owner_key(compiled, node)
            # Nodes of inference components may share an endpoint whoever they belong to: they go on to do so.
            key = (kind, whose, name) if node.hosting is Hosting.SINGLE_MODEL else (kind, node.hosting, name)
            number = found.get(key if name is not None else (kind, whose))
            if number is None:
                number = len(groups)
                groups.append([])
            found.setdefault(key, number)
            found.setdefault((kind, whose), number)
        groups[number].append(position)
    return sorted(sorted(group) for group in groups)


def home_name(compiled: Compiled, nodes: Sequence[NodePlan], members: list[int]) -> str | None:
    """The endpoint that the first of these nodes has now."""
    assert compiled.home is not None
    first = nodes[members[0]] if members else None
    return compiled.home.nodes[first.home].endpoint if first is not None and first.home >= 0 else None


def _same(one: str | None, other: str | None) -> bool:
    """Whether nodes of these endpoints may be one: they are the same, or one of them is new."""
    return one is None or other is None or one == other
