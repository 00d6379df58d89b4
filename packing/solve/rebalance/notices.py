"""Rules that the current placement breaks: what could not stay as it was, in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from packing.compile.current import notice
from packing.compile.data import Compiled
from packing.describe.expand import Expanded
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement, Scores
from packing.domain.rules import Rule
from packing.domain.words import Status
from packing.errors import Fault
from packing.solve.rebalance.mend import staying
from packing.verify import verify

TOLD_ALREADY = {Rule.MODE, Rule.LATENCY, Rule.HOSTING, Rule.STREAMING, Rule.COLD_START, Rule.STOCK, Rule.COPIES, Rule.THROUGHPUT}
"""Rules that the copies themselves were found to break before (`compile_change`), and what the answer says is missing."""
SIDE_BY_SIDE = set(Rule) - TOLD_ALREADY
"""Rules that copies break with one another, or by where they are."""
BLANK = Scores(model_size=0.0, performance=0.0, isolation=0.0, cost=0.0, scalability=0.0)


def broken_rules(compiled: Compiled, expanded: Expanded, current: Placement) -> Iterator[Fault]:
    """The rules that copies of the current placement break together which could stay by themselves: a notice each.

    Only these are looked at. A copy that has to leave anyway (its model is gone, its node is drained) breaks nothing that stays, and of
    what the problem does not know nothing can be said: not when its model has traffic, nor what its mode is measured at now. The checker
    is asked only where something does not fit together: of a large fleet it takes its time.
    """
    if fits_together(compiled):
        return
    assert compiled.home is not None
    conceded = {f"models[{compiled.models[index].name}]" for index in compiled.home.conceded}
    for each in verify(expanded.problem, what_may_stay(compiled, expanded, current)).violations:
        if each.rule in SIDE_BY_SIDE and not (each.rule == Rule.MIN_ZONES and each.where in conceded):
            yield notice(each.where, each.rule, f"Rule {each.rule}: {each.detail}.")


def what_may_stay(compiled: Compiled, expanded: Expanded, current: Placement) -> Placement:
    """The current placement without what cannot stay by itself, in the modes that the problem has now."""
    assert compiled.home is not None
    endpoints = {each.name: each for each in reversed(current.endpoints)}
    nodes, copies = [], []
    behind: defaultdict[str, list[str]] = defaultdict(list)
    models: defaultdict[str, set[str]] = defaultdict(set)
    for node in compiled.home.nodes:
        pool = compiled.pools[node.pool]
        kind = compiled.kinds[pool.kind].name
        nodes.append(Node(id=node.name, instance_type=kind, zone=compiled.zones[pool.zone], endpoint=node.endpoint, pool=pool.label))
        behind[node.endpoint].append(node.name)
        for copy in node.copies:
            candidate = compiled.candidates[copy.candidate]
            record = expanded.problem.models[candidate.model]
            mode = record.modes[candidate.mode]
            named = {"model": record.name, "copy": copy.number, "node": node.name, "accelerators": copy.accelerators, "mode": mode}
            copies.append(PlacedCopy.model_validate(named))
            models[node.endpoint].add(record.name)
    return Placement(
        problem=expanded.digest,
        status=Status.PARTIAL,
        cost_per_hour=0.0,
        endpoints=tuple(_of(endpoints[name], tuple(mine), tuple(sorted(models[name]))) for name, mine in behind.items()),
        nodes=tuple(nodes),
        copies=tuple(copies),
        fitness=BLANK,
    )


def _of(endpoint: Endpoint, nodes: tuple[str, ...], models: tuple[str, ...]) -> Endpoint:
    return endpoint.model_copy(update={"nodes": nodes, "models": models})


def fits_together(compiled: Compiled) -> bool:
    """Whether all copies that may stay by themselves break no rule together."""
    assert compiled.home is not None
    together = staying(compiled)
    if sum(len(node.copies) for node in together) < sum(len(node.copies) for node in compiled.home.nodes):
        return False
    zones: dict[int, Counter[int]] = {}
    for node in together:
        for index, _ in node.copies:
            zones.setdefault(compiled.candidates[index].model, Counter())[compiled.pools[node.pool].zone] += 1
    models = compiled.models
    return all(
        len(found) >= min(models[index].min_zones, found.total()) and max(found.values()) <= models[index].max_per_zone
        for index, found in zones.items()
    )
