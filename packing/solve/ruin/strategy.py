"""Strategy `ruin`: ruin and recreate (Schrimpf et al., J. Comput. Phys. 159, 2000) with record-to-record acceptance.

Each round empties a few related nodes and places their copies again, greedily, with the estimates of what is
cheap disturbed a little. A change is kept if it is better than the incumbent, or worse by less than a threshold
that falls to zero (Dueck, J. Comput. Phys. 104, 1993).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.context import SearchContext
from packing.solve.greedy.construct import Settings
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.exchange import exchange_nodes
from packing.solve.plan import Plan, Value
from packing.solve.ruin.working import WorkingPlan, round_work

REBUILD_EVERY = 400
LOOK_AT = 80
"""Nodes among which relatives are looked for."""
RANK_EVERY = 25
"""Rounds after which nodes are ranked by waste again."""
BIAS = 8
"""How much the wasteful nodes are preferred: the power of a random number that picks the rank."""
THRESHOLD = 0.0005
"""At first, a change may be worse by this part of the objective."""
STALE, STALE_PER_COPY = 300, 10
"""After so many rounds without a better plan it ends: small problems do not use up the time they are given."""
FEWEST = 20
"""Rounds, however little work is left."""


def ruin(
    compiled: Compiled, context: SearchContext, economy: Economy, work: float, worth: Sequence[float] | None = None, start: Plan | None = None
) -> None:
    """Improve a plan for about so many units of work.

    `start`: that plan; default: the incumbent. One from column generation may be dearer and lead further: its waste is in few nodes.

    `worth`: what a copy of each model costs at least, at prices whose bound is good (objective units). A node's price less
    what its copies are worth is then its part of the gap: nodes with a large part are ruined more often.

    The number of rounds follows from the size of the problem and not from the clock.
    """
    best = start or context.incumbent
    if best is None or not best.nodes:
        return
    copies = sum(len(node.copies) for node in best.nodes)
    each = round_work(compiled, copies, len(best.nodes))
    rounds = max(FEWEST, int(work / each))
    patience = STALE + STALE_PER_COPY * copies
    search = _Search(compiled, economy, best, context.random, worth)
    last = 0
    for number in range(rounds):
        if context.limit() is not None or number - last > patience:
            break
        if number % REBUILD_EVERY == 0:
            search.rebuild(compiled, economy)
        search.round(1 - number / rounds)
        context.spend(each)
        if search.improved:
            last = number
            context.offer(search.plan(), "ruin")
    else:
        context.budget.exhausted = True
    if context.incumbent is not None and context.limit() is None:
        context.offer(exchange_nodes(compiled, context.incumbent), "ruin")


class _Search:
    """Current plan, best plan, and the moves between them."""

    def __init__(self, compiled: Compiled, economy: Economy, plan: Plan, random: Random, worth: Sequence[float] | None = None) -> None:
        self.compiled, self.random, self.worth = compiled, random, worth
        self.working = WorkingPlan(compiled, economy, plan)
        self.best = plan.value
        self.improved = False
        self.age = 0
        self.ranked: list[int] = []
        """Nodes, the most wasteful first, as of a few rounds ago."""

    def rebuild(self, compiled: Compiled, economy: Economy) -> None:
        """Drop the traces of closed nodes."""
        self.working = WorkingPlan(compiled, economy, self.plan())
        self.age = 0

    def plan(self) -> Plan:
        """The current plan."""
        return self.working.construction.plan()

    def round(self, heat: float) -> None:
        """One change, kept or undone."""
        working, random = self.working, self.random
        before = working.value
        nodes = self._choose()
        models = working.ruin(nodes)
        settings = self._settings()
        working.construction.settings = settings
        order = working.construction.order(models)
        if random.random() < 0.5:
            order = sorted(order, key=lambda _: random.random())
        working.recreate(order, settings)
        after = working.value
        spread = working.spread_holds(models)
        self.improved = spread and after < self.best
        if self.improved:
            self.best = after
        elif not spread or not self._acceptable(before, after, heat):
            working.undo()

    def _acceptable(self, before: Value, after: Value, heat: float) -> bool:
        if after <= before:
            return True
        slack = int(THRESHOLD * heat * self.best.objective)
        return after.missing <= self.best.missing and after.objective <= self.best.objective + slack

    def _choose(self) -> list[int]:
        """A few nodes that have something to do with each other: instance type, tenant, models, or nothing but chance."""
        random, states = self.random, self.working.construction.nodes.states
        nodes = self.working.open_nodes()
        if not nodes:
            return []
        first = self._wasteful(nodes)
        seed = states[first]
        assert seed is not None
        count = 1 + int(random.random() * 5)
        kinship = int(random.random() * 4)
        others = nodes if len(nodes) <= LOOK_AT else random.sample(nodes, LOOK_AT)
        tenants = set(seed.tenants())
        related = []
        for node in others:
            state = states[node]
            assert state is not None
            if node == first:
                continue
            if kinship == 0:
                akin = state.kind is seed.kind and state.hosting is seed.hosting
            elif kinship == 1:
                akin = not tenants.isdisjoint(state.tenants())
            else:
                akin = kinship == 3 or not state.models.keys().isdisjoint(seed.models)
            if akin:
                related.append(node)
        random.shuffle(related)
        if self.worth is not None and random.random() < 0.5:
            related.sort(key=self._waste, reverse=True)
        return [first, *related[: count - 1]]

    def _wasteful(self, nodes: Sequence[int]) -> int:
        """A node at random; the larger its part of the gap, the more likely, if that is known."""
        random = self.random
        if self.worth is None:
            return nodes[int(random.random() * len(nodes))]
        if self.age % RANK_EVERY == 0:
            self.ranked = sorted(nodes, key=self._waste, reverse=True)
        self.age += 1
        states = self.working.construction.nodes.states
        first = self.ranked[int(random.random() ** BIAS * len(self.ranked))]
        return first if states[first] is not None else nodes[int(random.random() * len(nodes))]

    def _waste(self, node: int) -> float:
        """A node's part of the gap: what it costs less what its copies are worth."""
        state, worth = self.working.construction.nodes.states[node], self.worth
        assert state is not None
        assert worth is not None
        candidates = self.compiled.candidates
        copies = (candidates[index] for index, _ in state.copies)
        return self.compiled.pools[state.pool].coefficient + sum(each.coefficient - worth[each.model] for each in copies)

    def _settings(self) -> Settings:
        """Estimates disturbed at random: what looked dear may look cheap for once."""
        random = self.random
        factors: dict[int, float] = defaultdict(lambda: 1.0)
        for kind in range(len(self.compiled.kinds)):
            factors[kind] = 0.7 + 0.6 * random.random()
        favour = {hosting: 0.7 + 0.6 * random.random() for hosting in Hosting}
        return Settings(
            favour=favour, kind_factor=factors, room_price=random.choice((0.0, 0.2, 0.6, 1.0)), priority_first=random.random() < 0.3, lookahead=False
        )
