"""Local search around what runs now: empty a few nodes, let most copies go home, and keep what gains more than its moves cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random

from packing.compile.home import Copy
from packing.domain.units import MICRO
from packing.domain.words import Hosting
from packing.solve.context import SearchContext
from packing.solve.greedy.construct import Settings
from packing.solve.rebalance.eject import DEPTH, LOOK_AT, MOST_EJECTED, dissolve, eject_for, preempt_for
from packing.solve.rebalance.fleet import Fleet, pinned_on
from packing.solve.rebalance.limits import Limits
from packing.solve.rebalance.swap import Exchange
from packing.solve.ruin.working import round_work

MOST_NODES = 4
BIAS = 6
"""How much the wasteful nodes are preferred: the power of a random number that picks the rank."""
RANK_EVERY = 25
STALE, STALE_PER_NODE = 200, 6
"""Rounds without a better plan after which it ends."""
EFFORTS = ((1, 1, 15), (2, 1, 30), (MOST_EJECTED, 1, LOOK_AT), (MOST_EJECTED, DEPTH, LOOK_AT))
"""(copies that leave a node, links of a chain, nodes that are looked at) for a copy that is missing."""
NEARLY_EMPTY = 0.6
"""Part of a node's scarcest capacity below which it is tried to close it."""
ATTEMPT = 5e-4
"""Units of work of an attempt to place a copy or to close a node."""
HARDER = 2
"""Times the work of a round of ruin and recreate that one takes which also counts moves."""
HOMECOMING = (0.0, 0.5, 0.8, 0.95)
"""How likely a copy that was taken out goes back at once to where it was."""


def fill(fleet: Fleet, context: SearchContext, limits: Limits) -> None:
    """Place what is missing by moving others, the most important first, until nothing helps or time is up."""
    tally, models = fleet.construction.tally, fleet.compiled.models
    short = [index for index, model in enumerate(models) if model.candidates and tally.missing(index)]
    lowest = len(fleet.compiled.levels) - 1
    # Of equal importance the largest first (what is small finds a place later, too): the most of accelerators, and of these, where
    # moves are limited, those that are easiest to place. Moves that bring more come before: those with one copy in the way,
    # exchanges, then with more, then with chains.
    easy = 1 if limits.any else -1
    short.sort(key=lambda each: (models[each].level, *_size(fleet, each, easy), each))
    exchange = Exchange(fleet, limits)
    for most, depth, look in EFFORTS:
        # Where moves are limited, one that is well chosen is worth a longer look.
        effort = most, depth, LOOK_AT if limits.any else look
        before = None
        while before != fleet.missing:
            before = list(fleet.missing)
            _each(fleet, context, short, lambda index, effort=effort: eject_for(fleet, index, limits, effort))  # type: ignore[misc]
            exchange.refresh()
            _each(fleet, context, short, exchange.for_model)
    for index in short:
        if models[index].level == lowest:
            break
        while tally.missing(index) and tally.placed[index] < models[index].most:
            context.spend(ATTEMPT)
            if context.limit() is not None or not preempt_for(fleet, index, limits):
                break
    context.offer(fleet.plan(), "rebalance")


def _size(fleet: Fleet, model: int, easy: int) -> tuple[float, float]:
    """Order of models of equal importance: by what a copy takes of accelerators, then by its share of a node."""
    compiled, share = fleet.compiled, fleet.construction.economy.share
    mine = [compiled.candidates[index] for index in compiled.models[model].candidates]
    accelerators = min(
        each.width * max(each.demand[0] / max(1, compiled.kinds[each.kind].memory), each.demand[1] / MICRO, each.demand[2]) for each in mine
    )
    return -accelerators, easy * min(share[each.index] for each in mine)


def _each(fleet: Fleet, context: SearchContext, models: Sequence[int], place: Callable[[int], bool]) -> None:
    """Place one missing copy after another, model by model, as long as `place` does."""
    tally, data = fleet.construction.tally, fleet.compiled.models
    for index in models:
        while tally.missing(index) and tally.placed[index] < data[index].most:
            context.spend(ATTEMPT)
            if context.limit() is not None or not place(index):
                break
    context.offer(fleet.plan(), "rebalance")


def tidy_up(fleet: Fleet, context: SearchContext, limits: Limits) -> None:
    """Close nodes that were opened for a few copies, or that are left nearly empty: the emptiest first."""
    economy, compiled = fleet.construction.economy, fleet.compiled
    loads = {node: sum(economy.share[index] for index, _ in fleet.state(node).copies) for node in fleet.open_nodes()}
    for node in sorted(loads, key=lambda each: (loads[each], each)):
        if loads[node] > NEARLY_EMPTY or context.limit() is not None:
            break
        if compiled.pools[fleet.state(node).pool].coefficient > 0:
            context.spend(ATTEMPT)
            dissolve(fleet, node, limits)
    context.offer(fleet.plan(), "rebalance")


def improve(fleet: Fleet, context: SearchContext, limits: Limits, worth: Sequence[float] | None) -> None:
    """Rounds of change until time is up or nothing has helped for long. `worth`: see `packing.solve.ruin.strategy.ruin`."""
    rounds = _Rounds(fleet, context.random, limits, worth)
    last = number = 0
    each = HARDER * round_work(fleet.compiled, fleet.construction.tally.placed.total(), len(fleet.open_nodes()))
    while context.limit() is None and number - last <= STALE + STALE_PER_NODE * len(fleet.open_nodes()):
        number += 1
        context.spend(each)
        if rounds.round():
            last = number
            if context.incumbent is None or fleet.value < context.incumbent.value:
                rounds.unreported = True
        if rounds.unreported and number % RANK_EVERY == 0:
            rounds.report(context)
    rounds.report(context)


class _Rounds:
    """One change after another."""

    def __init__(self, fleet: Fleet, random: Random, limits: Limits, worth: Sequence[float] | None) -> None:
        self.fleet, self.random, self.limits, self.worth = fleet, random, limits, worth
        self.ranked: list[int] = []
        self.age = 0
        self.unreported = False

    def report(self, context: SearchContext) -> None:
        """Offer the plan as it stands."""
        if self.unreported:
            context.offer(self.fleet.plan(), "rebalance")
            self.unreported = False

    def round(self) -> bool:
        """One change, kept or undone. Returns whether it was better."""
        fleet, random = self.fleet, self.random
        nodes = self._choose()
        if not nodes:
            return False
        before = fleet.value
        fleet.begin()
        taken = [(node, copy) for node in nodes for copy in self._take_out(node)]
        if not taken:
            return False
        if random.random() < 0.5:
            for node in nodes[: 1 if random.random() < 0.7 else len(nodes)]:
                if not fleet.state(node).copies:
                    fleet.close(node)
        self._go_home(taken)
        models = list({fleet.compiled.candidates[copy[0]].model for _, copy in taken})
        order = fleet.construction.order(models)
        if random.random() < 0.5:
            random.shuffle(order)
        fleet.place([*self._missing(models), *order], self._settings())
        missed = [fleet.short[model] for model in models]  # as they were settled before
        fleet.settle()
        # What runs is not dropped so that something else can run: who is missing is decided before (see `fill`).
        kept = all(fleet.short[model] <= short for model, short in zip(models, missed, strict=True))
        if fleet.value < before and kept and fleet.spread_holds(models) and self.limits.hold(fleet):
            return True
        fleet.undo()
        return False

    def _missing(self, models: Sequence[int]) -> list[int]:
        """A few other models that still miss copies: they are asked first."""
        short = [model for model, count in self.fleet.short.items() if count and model not in models]
        return self.random.sample(short, min(3, len(short)))

    def _take_out(self, node: int) -> list[Copy]:
        """All copies of a node that may leave."""
        fleet = self.fleet
        stay = pinned_on(fleet.home, fleet.state(node))
        taken = []
        for copy in list(fleet.state(node).copies):
            if stay[copy] > 0:
                stay[copy] -= 1
            else:
                fleet.take(node, copy)
                taken.append(copy)
        return taken

    def _go_home(self, taken: list[tuple[int, Copy]]) -> None:
        """Some go back where they were, before others come."""
        fleet, random = self.fleet, self.random
        likely = random.choice(HOMECOMING)
        for node, copy in taken:
            wanted = fleet.construction.tally.missing(fleet.compiled.candidates[copy[0]].model)
            if wanted and random.random() < likely and fleet.construction.nodes.states[node] is not None:
                fleet.put(node, copy)

    def _choose(self) -> list[int]:
        """A wasteful node and a few that have something to do with it."""
        fleet, random = self.fleet, self.random
        states = fleet.construction.nodes.states
        if self.age % RANK_EVERY == 0:
            self.ranked = sorted(fleet.open_nodes(), key=self._waste, reverse=True)
        self.age += 1
        if not self.ranked:
            return []
        first = self.ranked[int(random.random() ** BIAS * len(self.ranked))]
        if states[first] is None:
            return []
        count = int(random.random() * MOST_NODES)
        if not count:
            return [first]
        seed, kinship = fleet.state(first), int(random.random() * 3)
        tenants = set(seed.tenants())
        related = []
        for node in random.sample(self.ranked, min(40, len(self.ranked))):
            state = states[node]
            if state is None or node == first:
                continue
            akin = (
                state.kind is seed.kind and state.hosting is seed.hosting if kinship == 0
                else not tenants.isdisjoint(state.tenants()) if kinship == 1
                else True
            )  # fmt: skip
            if akin:
                related.append(node)
        if random.random() < 0.5:
            related.sort(key=self._waste, reverse=True)
        return [first, *related[:count]]

    def _waste(self, node: int) -> float:
        """What a node costs (moves included) less what its copies are worth, or less what room costs where that is not known."""
        fleet = self.fleet
        state = fleet.construction.nodes.states[node]
        if state is None:
            return float("-inf")
        candidates, economy = fleet.compiled.candidates, fleet.construction.economy
        price = fleet.compiled.pools[state.pool].coefficient + sum(fleet.home.load[each] for each, _ in fleet.anew.get(node, ()))
        if self.worth is None:
            return price - sum(economy.room[index] for index, _ in state.copies)
        return price + sum(candidates[index].coefficient - self.worth[candidates[index].model] for index, _ in state.copies)

    def _settings(self) -> Settings:
        random = self.random
        factors: dict[int, float] = defaultdict(lambda: 1.0)
        for kind in range(len(self.fleet.compiled.kinds)):
            factors[kind] = 0.8 + 0.4 * random.random()
        favour = {hosting: 0.8 + 0.4 * random.random() for hosting in Hosting}
        return Settings(favour=favour, kind_factor=factors, room_price=random.choice((0.0, 0.2, 0.6)), lookahead=False)
