"""What the peers have in common: how a copy may run, copies largest first, and the rule of zones."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence

from packing.compile.data import Candidate, Compiled
from packing.domain.words import Hosting
from packing.solve.greedy.economy import node_share
from packing.solve.node_state import NodeState
from packing.solve.plan import missing_of

HOSTINGS = (Hosting.INFERENCE_COMPONENT, Hosting.SINGLE_MODEL, Hosting.MULTI_MODEL)
"""Peers do not choose how a model is hosted: the first of these that it permits."""


class NoAnswerError(RuntimeError):
    """The peer gave no placement; the message says why."""


class Clock:
    """A time limit that a peer looks at between its steps."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())

    def check(self) -> None:
        """Raises NoAnswerError when the time is up."""
        if not self.left():
            raise NoAnswerError("time limit")


def price_share(compiled: Compiled, candidate: Candidate) -> float:
    """Price of the part of a node that a copy takes, at the kind's cheapest pool."""
    kind = compiled.kinds[candidate.kind]
    return node_share(kind, candidate) * min(compiled.pools[pool].price for pool in kind.pools)


def ways(compiled: Compiled, model: int) -> list[Candidate]:
    """One candidate for each instance type on which a model may run, under its one hosting option; the cheapest first."""
    mine = [compiled.candidates[index] for index in compiled.models[model].candidates]
    hosting = next((each for each in HOSTINGS if any(candidate.hosting is each for candidate in mine)), None)
    cheapest: dict[int, Candidate] = {}
    for candidate in sorted(mine, key=lambda each: (price_share(compiled, each) * each.needed, each.index)):
        if candidate.hosting is hosting:
            cheapest.setdefault(candidate.kind, candidate)
    return list(cheapest.values())


def largest_first(compiled: Compiled, choices: Sequence[list[Candidate]]) -> list[int]:
    """Models that can run at all, by the part of a node that a copy takes on its cheapest instance type."""
    able = [index for index, mine in enumerate(choices) if mine]
    return sorted(able, key=lambda index: (-node_share(compiled.kinds[choices[index][0].kind], choices[index][0]), -choices[index][0].size, index))


class Tally:
    """Copies placed by model, and their zones."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.placed: Counter[int] = Counter()
        self.rate: Counter[int] = Counter()
        self.used: Counter[int] = Counter()
        """Nodes opened by pool."""
        self.zones: defaultdict[int, set[int]] = defaultdict(set)

    def missing(self, model: int) -> int:
        """Copies of a model still to be placed."""
        data = self.compiled.models[model]
        return min(missing_of(data, self.placed[model], self.rate[model]), data.most - self.placed[model])

    def zone_open(self, model: int, zone: int) -> bool:
        """Whether a copy may go to the zone: a new one, until there are as many as the model asks for."""
        return len(self.zones[model]) >= self.compiled.models[model].min_zones or zone not in self.zones[model]

    def put(self, state: NodeState, candidate: Candidate) -> bool:
        """Put one copy on a node if the rules let it in."""
        zone = self.compiled.pools[state.pool].zone
        if not self.zone_open(candidate.model, zone) or (spot := state.fits(candidate)) is None:
            return False
        state.add(candidate, spot)
        self.placed[candidate.model] += 1
        self.rate[candidate.model] += candidate.rate
        self.zones[candidate.model].add(zone)
        return True
