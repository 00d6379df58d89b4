"""Placements for diffs: drawn at random, renamed, and judged by trying every way to lay one over the other."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from itertools import permutations

import packing as pk
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement, Scores
from packing.domain.words import Hosting, Status

SCORES = Scores(model_size=0.5, performance=0.5, isolation=0.5, cost=0.5, scalability=0.5)
GIB = 2**30


def placement(endpoints: dict[str, tuple[str, dict[str, list[tuple]]]], **stated) -> Placement:
    """``{endpoint: (hosting, {node: [(model, accelerators, size in GiB), …]})}``; a node ``n@pool`` is of that pool."""
    listed, nodes, copies, numbers = [], [], [], Counter()
    for endpoint, (hosting, behind) in endpoints.items():
        for spelled, running in behind.items():
            name, _, pool = spelled.partition("@")
            nodes.append(Node(id=name, instance_type="box", endpoint=endpoint, pool=pool or "box"))
            for model, accelerators, size, *precision in running:
                mode = pk.Mode(
                    accelerator="X" if accelerators else None, accelerators=len(accelerators),
                    **({"memory_per_accelerator": size * GIB} if accelerators else {"host_memory": size * GIB}), precision=precision[0] if precision else None,
                )  # fmt: skip
                copies.append(PlacedCopy(model=model, copy=numbers[model], node=name, accelerators=tuple(accelerators), mode=mode))
                numbers[model] += 1
        names = tuple(spelled.partition("@")[0] for spelled in behind)
        models = tuple(sorted({copy[0] for running in behind.values() for copy in running}))
        listed.append(Endpoint(name=endpoint, hosting=Hosting(hosting), instance_type="box", nodes=names, models=models))
    figures = {"problem": "sha256:0", "status": Status.FEASIBLE, "cost_per_hour": 1.0, "fitness": SCORES} | stated
    return Placement(endpoints=tuple(listed), nodes=tuple(nodes), copies=tuple(copies), **figures)


def random_placement(rnd: random.Random, *, nodes: int = 3, accelerators: int = 3, models: int = 3, endpoints: int = 2, pools: int = 2) -> Placement:
    """Anything that can be written down: copies share accelerators, take several, or none; it need not be worth anything."""
    drawn: dict[str, tuple[str, dict[str, list[tuple]]]] = {}
    for number in range(endpoints):
        behind = {}
        for index in range(rnd.randint(0, nodes)):
            running = []
            for _ in range(rnd.randint(0, 6)):
                number_of = rnd.randrange(models)
                wide = rnd.choice((0, 1, 1, 1, 2, 2, accelerators))
                running.append((f"m{number_of}", rnd.sample(range(accelerators), wide), (1, 2, 5, 5)[number_of], rnd.choice((*["bf16"] * 7, "int8"))))
            behind[f"n-{number}{index}@p{rnd.randrange(pools)}"] = running
        drawn[f"ep-{number}"] = (rnd.choice(("single_model", "inference_component")), behind)
    return placement(drawn)


def renamed(given: Placement, rnd: random.Random) -> Placement:
    """The same fleet under other names, other numbers and in another order."""
    nodes = _other_names([node.id for node in given.nodes], rnd)
    endpoints = _other_names([endpoint.name for endpoint in given.endpoints], rnd)
    used, numbers = defaultdict(set), defaultdict(list)
    for copy in given.copies:
        used[copy.node].update(copy.accelerators)
        numbers[copy.model].append(copy.copy_index)
    places = {node: dict(zip(sorted(used[node]), rnd.sample(sorted(used[node]), len(used[node])), strict=True)) for node in nodes}
    for found in numbers.values():
        rnd.shuffle(found)
    copies = [
        copy.model_copy(
            update={
                "node": nodes[copy.node], "copy_index": numbers[copy.model].pop(),
                "accelerators": tuple(rnd.sample([places[copy.node][index] for index in copy.accelerators], len(copy.accelerators))),
            }
        )
        for copy in given.copies
    ]  # fmt: skip
    moved = [node.model_copy(update={"id": nodes[node.id], "endpoint": endpoints[node.endpoint]}) for node in given.nodes]
    listed = [
        endpoint.model_copy(update={"name": endpoints[endpoint.name], "nodes": tuple(nodes[node] for node in endpoint.nodes)})
        for endpoint in given.endpoints
    ]
    for things in (copies, moved, listed):
        rnd.shuffle(things)
    return given.model_copy(update={"copies": tuple(copies), "nodes": tuple(moved), "endpoints": tuple(listed)})


def _other_names(names: list[str], rnd: random.Random) -> dict[str, str]:
    """Some keep their name, some swap names, some get new ones."""
    mixed = rnd.sample(names, len(names))
    return {name: other if rnd.random() < 0.7 else f"x-{other}" for name, other in zip(names, mixed, strict=True)}


def most_kept(old: Placement, new: Placement) -> tuple[int, int]:
    """Copies that can stay, and their bytes, by trying every pairing of nodes and every renumbering of accelerators."""
    hosting = [{endpoint.name: endpoint.hosting for endpoint in each.endpoints} for each in (old, new)]
    groups: defaultdict[tuple, tuple[list, list]] = defaultdict(lambda: ([], []))
    for side, each in enumerate((old, new)):
        for node in each.nodes:
            running = [copy for copy in each.copies if copy.node == node.id]
            groups[node.pool, hosting[side][node.endpoint]][side].append(running)
    total = (0, 0)
    for left, right in groups.values():
        fewer, more = sorted((left, right), key=len)
        worth = [[_most_common(a, b) for b in more] for a in fewer]
        options = (
            tuple(map(sum, zip((0, 0), *(worth[row][column] for row, column in enumerate(chosen)), strict=True)))
            for chosen in permutations(range(len(more)), len(fewer))
        )
        best = max(options)
        total = (total[0] + best[0], total[1] + best[1])
    return total


def _most_common(left: list[PlacedCopy], right: list[PlacedCopy]) -> tuple[int, int]:
    used = sorted({index for copy in (*left, *right) for index in copy.accelerators})
    mine = Counter((copy.model, copy.mode.size, copy.mode.precision, tuple(sorted(copy.accelerators))) for copy in left)
    best = (0, 0)
    for order in permutations(used):
        place = dict(zip(used, order, strict=True))
        theirs = Counter(
            (copy.model, copy.mode.size, copy.mode.precision, tuple(sorted(place[index] for index in copy.accelerators))) for copy in right
        )
        common = mine & theirs
        best = max(best, (common.total(), sum(count * size for (_, size, _, _), count in common.items())))
    return best
