"""First-fit and best-fit decreasing, plain: one way to run each model, largest copies first, into the first or tightest open node.

A model's way is the instance type and mode at which its share of a node costs least. The other types are used only when there is no
stock of that one. Copies of a model are alike, so that whole runs of them are placed at once: first fit never returns to a node
that refused one, and best fit goes on with the node that it has just made tighter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from benchmarks.peers.plain import Clock, Tally, largest_first, ways
from packing.bench.baselines import Baseline, finished
from packing.compile.compiler import compile_problem
from packing.compile.data import Candidate, Compiled
from packing.describe import Expanded
from packing.domain.words import Hosting
from packing.solve.node_state import NodeState
from packing.solve.plan import make_plan

Order = Callable[[list[NodeState]], Iterable[NodeState]]


def first_fit_decreasing(expanded: Expanded, limit: float, workers: int = 1) -> Baseline:  # noqa: ARG001 - all peers are called alike
    """Into the first open node, in the order in which they were opened."""
    return _decreasing("first-fit decreasing", expanded, limit, iter)


def best_fit_decreasing(expanded: Expanded, limit: float, workers: int = 1) -> Baseline:  # noqa: ARG001 - all peers are called alike
    """Into the open node with the least room (accelerators, their memory, vCPUs, host memory: in this order)."""
    return _decreasing("best-fit decreasing", expanded, limit, lambda nodes: sorted(nodes, key=NodeState.room))


def _decreasing(name: str, expanded: Expanded, limit: float, order: Order) -> Baseline:
    compiled, clock = compile_problem(expanded.problem), Clock(limit)
    choices = [ways(compiled, index) for index in range(len(compiled.models))]
    tally, nodes = Tally(compiled), defaultdict[tuple[int, Hosting], list[NodeState]](list)
    for model in largest_first(compiled, choices):
        for candidate in choices[model]:
            clock.check()
            here = nodes[candidate.kind, candidate.hosting]
            for state in order(here):
                while tally.missing(model) and tally.put(state, candidate):
                    pass
                if not tally.missing(model):
                    break
            _open_more(compiled, tally, candidate, here)
    return finished(name, expanded, compiled, make_plan(compiled, (state.plan() for opened in nodes.values() for state in opened)))


def _open_more(compiled: Compiled, tally: Tally, candidate: Candidate, here: list[NodeState]) -> None:
    """New nodes of the cheapest pool with stock, until nothing is missing or nothing more is to be had."""
    for pool in sorted(compiled.kinds[candidate.kind].pools, key=lambda each: (compiled.pools[each].price, each)):
        while tally.missing(candidate.model) and tally.used[pool] < compiled.pools[pool].stock:
            state = NodeState(compiled, pool, candidate.hosting)
            if not tally.put(state, candidate):
                break
            tally.used[pool] += 1
            here.append(state)
            while tally.missing(candidate.model) and tally.put(state, candidate):
                pass
