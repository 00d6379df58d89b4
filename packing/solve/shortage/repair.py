"""Make room for copies that are missing: empty a few nodes on which one could be, and place it before what was there.

Ruin and recreate (`packing.solve.ruin`) with a target. What comes back worse is undone; what misses as much and is not much dearer is
kept, so that who is missing wanders until it is somebody for whom there is room.
"""

from __future__ import annotations

from collections import defaultdict
from random import Random

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.context import SearchContext, Share
from packing.solve.greedy.construct import Settings
from packing.solve.greedy.economy import Economy
from packing.solve.plan import Plan, Value
from packing.solve.ruin.working import WorkingPlan, round_work

REBUILD_EVERY = 400
DEARER = 0.002
"""A change that misses as much may cost this much more than the best plan, relative to it."""
PATIENCE, EACH, FEW = 3_000, 20, 200
"""Rounds without a plan that misses less, after which it ends; so many for each copy of a small problem, and no fewer than a few."""
MOST_NODES = 6
MOST_SLACK = 2
"""Missing copies of a level, at most, that the plan may have more than the best one, in two of three phases."""


def repair(compiled: Compiled, context: SearchContext, plan: Plan, least: tuple[int, ...], share: Share) -> None:
    """Place missing copies of the plan until no more are missing than `least`, time is up or nothing helps any more.

    What is better than the incumbent is offered on the way.
    """
    if not plan.nodes:
        return
    search = _Repair(compiled, context, plan)
    last, each = 0, round_work(compiled, sum(len(node.copies) for node in plan.nodes), len(plan.nodes))
    patience = min(PATIENCE, max(FEW, EACH * compiled.copies))
    for number in range(10**9):
        if share() <= 0 or number - last > patience or search.best.missing == least:
            return
        if number % REBUILD_EVERY == 0:
            search.rebuild()
        before = search.best
        share.spend(each)
        if search.round():
            search.found = search.working.construction.plan()
            context.offer(search.found, "shortage")
            if search.best.missing < before.missing:
                last = number


class _Repair:
    """The plan that wanders."""

    def __init__(self, compiled: Compiled, context: SearchContext, plan: Plan) -> None:
        self.compiled, self.random = compiled, context.random
        self.economy = Economy(compiled)
        self.working = WorkingPlan(compiled, self.economy, plan)
        self.best, self.found = plan.value, plan
        self.phase, self.slack = -1, 0

    def rebuild(self) -> None:
        """Drop the traces of closed nodes."""
        self.phase += 1
        self.slack = self.phase % (MOST_SLACK + 1)
        start = self.working.construction.plan() if self.slack else self.found
        self.working = WorkingPlan(self.compiled, self.economy, start)

    def round(self) -> bool:
        """One change, kept or undone. Returns whether the plan is better than any before."""
        working, tally = self.working, self.working.construction.tally
        missing = [index for index, model in enumerate(self.compiled.models) if model.candidates and tally.missing(index)]
        if not missing:
            return False
        # The highest priority first, but not only: room for it may come from making room for another.
        highest = min(self.compiled.models[index].level for index in missing)
        important = [index for index in missing if self.compiled.models[index].level == highest]
        target = self.random.choice(important if self.random.random() < 0.7 else missing)
        nodes = self._choose(target)
        if not nodes:
            return False
        before = working.value
        models = working.ruin(nodes)
        settings = _disturbed(self.compiled, self.random)
        working.construction.settings = settings
        order = [index for index in working.construction.order(models) if index != target]
        if self.random.random() < 0.5:
            self.random.shuffle(order)
        working.recreate([target, *order, *self.random.sample(missing, min(3, len(missing)))], settings)
        after = working.value
        if not working.spread_holds([*models, target]) or not self._acceptable(before, after):
            working.undo()
            return False
        better = after < self.best
        self.best = min(self.best, after)
        return better

    def _acceptable(self, before: Value, after: Value) -> bool:
        if after.missing != before.missing and not self.slack:
            return after.missing < before.missing
        if any(count > best + self.slack for count, best in zip(after.missing, self.best.missing, strict=True)):
            return after.missing <= before.missing
        return after.objective <= max(before.objective, self.best.objective + int(DEARER * abs(self.best.objective)))

    def _choose(self, target: int) -> list[int]:
        """A node on which the target could be, and a few more, like it or not."""
        random, states, compiled = self.random, self.working.construction.nodes.states, self.compiled
        homes = {(compiled.candidates[index].kind, compiled.candidates[index].hosting) for index in compiled.models[target].candidates}
        nodes = self.working.open_nodes()
        possible = []
        for index in random.sample(nodes, min(len(nodes), 60)):
            state = states[index]
            assert state is not None
            if (compiled.pools[state.pool].kind, state.hosting) in homes or state.hosting is Hosting.SINGLE_MODEL:
                possible.append(index)
        if not possible:
            return []
        count = random.randint(0, MOST_NODES - 1)
        pool = possible if random.random() < 0.5 else nodes
        return list(dict.fromkeys([possible[0], *random.sample(pool, min(count, len(pool)))]))


def _disturbed(compiled: Compiled, random: Random) -> Settings:
    """Estimates disturbed at random: what looked dear may look cheap for once."""
    factors: dict[int, float] = defaultdict(lambda: 1.0)
    for kind in range(len(compiled.kinds)):
        factors[kind] = 0.5 + random.random()
    favour = {hosting: 0.5 + random.random() for hosting in Hosting}
    return Settings(
        favour=favour, kind_factor=factors, room_price=random.choice((0.0, 0.2, 0.6, 1.0)), priority_first=random.random() < 0.5, lookahead=False
    )
