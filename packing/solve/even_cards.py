"""Even cards: the last tier of the objective, decided after everything else, among placements of equal value.

A copy without a `compute_share` takes of an accelerator's time what its traffic asks for, and no rule says how much of
it there is (docs/design/compute-share.md). Memory alone thus decides where such copies go, and tightest fit
piles them up on one card while another, paid for all the same, idles. Here single copies are moved, or two of them exchanged, between cards
of nodes that are alike (same pool, same hosting option), as long as the sum over cards and slots of (time asked for)² falls. No
such step changes which copies there are or which nodes, so that cost, objective and bound stay what they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from packing.compile.data import Compiled
from packing.domain.problem import Problem
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Sharing
from packing.solve.node_state import NodeState, state_of
from packing.solve.plan import Copy, NodePlan, Plan, make_plan

Load = tuple[int, ...]
"""Time of a card that is asked for, in thousandths, by slot (slots that differ in no model's load are one)."""

MAX_TRIALS = 100_000
"""Steps tried in one plan: counted, so that the same plan is always evened in the same way."""
MAX_TRIALS_PER_COPY = 200
"""Steps tried for each copy of a group of alike nodes."""
MAX_CARDS = 64
"""Cards among which copies are evened out; a larger group of nodes is taken in portions of so many, as every step looks at all of them."""
MAX_SLOTS = 32
"""Distinct slots that are looked at; of more, those in which most is asked for."""


@dataclass(eq=False, slots=True)
class _Card:
    """One accelerator of one node, with the time that it is asked for."""

    node: NodeState
    index: int
    asked: list[int]
    movable: list[tuple[Copy, Load]] = field(default_factory=list)

    @property
    def peak(self) -> int:
        """Thousandths of its time in the busiest slot."""
        return max(self.asked)


def spread_evenly(compiled: Compiled, problem: Problem, plan: Plan) -> Plan:
    """The plan with copies that state no compute share spread over the cards that are paid for anyway.

    Parameters
    ----------
    compiled, problem : the same problem in integers and as expanded.
    plan : any plan that keeps the rules.

    Returns
    -------
    Plan
        The same nodes and copies with the same value; `plan` itself where nothing is to be gained.
    """
    groups: defaultdict[tuple[int, Hosting], list[int]] = defaultdict(list)
    for position, node in enumerate(plan.nodes):
        if _concerned(compiled, node):
            groups[node.pool, node.hosting].append(position)
    if not groups:
        return plan
    loads = _loads(compiled, problem, plan)
    nodes, trials = list(plan.nodes), MAX_TRIALS
    for members in (portion for group in groups.values() for portion in _portions(compiled, plan, group)):
        evened, tried = _even_group(compiled, [nodes[position] for position in members], loads, trials)
        trials -= tried
        for position, node in zip(members, evened, strict=True):
            nodes[position] = node
    if tuple(nodes) == plan.nodes:
        return plan
    found = make_plan(compiled, nodes)
    return found if found.value == plan.value else plan


def _portions(compiled: Compiled, plan: Plan, members: list[int]) -> Iterator[list[int]]:
    """Nodes of one group, as many at a time as have `MAX_CARDS` accelerators (one at least)."""
    width = compiled.kinds[compiled.pools[plan.nodes[members[0]].pool].kind].accelerators
    size = max(1, MAX_CARDS // width)
    yield from (members[at : at + size] for at in range(0, len(members), size))


def _concerned(compiled: Compiled, node: NodePlan) -> bool:
    """Whether copies without a share could meet on a card of this node. Exclusive cards and partitions are nobody else's."""
    kind = compiled.kinds[compiled.pools[node.pool].kind]
    shared = node.hosting is Hosting.MULTI_MODEL or kind.sharing is Sharing.MEMORY
    return shared and kind.accelerators > 0 and any(_free_to_move(compiled, copy) for copy in node.copies)


def _free_to_move(compiled: Compiled, copy: Copy) -> bool:
    candidate = compiled.candidates[copy[0]]
    return candidate.width == 1 and candidate.demand[1] == 0


def _loads(compiled: Compiled, problem: Problem, plan: Plan) -> dict[int, Load]:
    """Time that one copy takes of each of its cards, by candidate: its reserved share, or traffic over what all copies of its model deliver."""
    served: defaultdict[int, int] = defaultdict(int)
    for node in plan.nodes:
        for index, _ in node.copies:
            candidate = compiled.candidates[index]
            served[candidate.model] += problem.models[candidate.model].modes[candidate.mode].rps_micro or 0
    used = sorted(served)
    asked = {}
    for model in used:
        record = problem.models[model]
        rates = record.rate_micro(problem.slots)
        if rates is None or not served[model]:
            asked[model] = [1000 * active for active in record.active(problem.slots)]
        else:
            asked[model] = [min(1000, rate * 1000 // served[model]) for rate in rates]
    columns = _distinct_slots([asked[model] for model in used], problem.slots)
    loads = {}
    for node in plan.nodes:
        for index, _ in node.copies:
            candidate = compiled.candidates[index]
            share = candidate.demand[1]
            loads[index] = (share * 1000 // MICRO,) * len(columns) if share else tuple(asked[candidate.model][slot] for slot in columns)
    return loads


def _distinct_slots(rows: Sequence[Sequence[int]], slots: int) -> list[int]:
    """One slot of each kind of slot, at most `MAX_SLOTS`: those in which most is asked for."""
    kinds = {tuple(row[slot] for row in rows): slot for slot in reversed(range(slots))} if slots > 1 else {(): 0}
    return sorted(slot for _, slot in sorted(kinds.items(), key=lambda kind: (-sum(kind[0]), kind[1]))[:MAX_SLOTS])


def _even_group(compiled: Compiled, nodes: list[NodePlan], loads: dict[int, Load], budget: int) -> tuple[list[NodePlan], int]:
    """The nodes of one group evened, and how many steps were tried."""
    states = [state_of(compiled, node) for node in nodes]
    width = len(next(iter(loads.values())))
    cards = [_Card(state, index, [0] * width) for state in states for index in range(state.kind.accelerators)]
    at = {(id(card.node), card.index): card for card in cards}
    count = 0
    for state in states:
        for copy in state.copies:
            for index in copy[1]:
                _count(at[id(state), index], loads[copy[0]], 1)
            if _free_to_move(compiled, copy):
                at[id(state), copy[1][0]].movable.append((copy, loads[copy[0]]))
                count += 1
    walk = _Walk(compiled, cards, min(budget, MAX_TRIALS_PER_COPY * count))
    while walk.improve():
        pass
    changed = {id(state) for state in walk.touched}
    return [state.plan() if id(state) in changed else node for state, node in zip(states, nodes, strict=True)], walk.tried


def _count(card: _Card, load: Load, sign: int) -> None:
    for slot, amount in enumerate(load):
        card.asked[slot] += sign * amount


class _Walk:
    """First-improvement descent over moves and exchanges of single copies between cards."""

    def __init__(self, compiled: Compiled, cards: list[_Card], budget: int) -> None:
        self._compiled, self._cards, self._budget = compiled, cards, budget
        self.tried = 0
        self.touched: list[NodeState] = []

    def improve(self) -> bool:
        """One step that makes the cards more even; False where there is none, or the count of trials is used up."""
        for source in sorted(self._cards, key=lambda card: -card.peak):
            for target in sorted(self._cards, key=lambda card: card.peak):
                if target.peak >= source.peak:
                    break
                for give, take in self._steps(source, target):
                    if self.tried >= self._budget:
                        return False
                    self.tried += 1
                    if self._gains(source, target, give[1], take[1] if take else ()) and self._take(source, target, give, take):
                        return True
        return False

    def _steps(self, source: _Card, target: _Card) -> Iterator[tuple[tuple[Copy, Load], tuple[Copy, Load] | None]]:
        """What may go from one card to the other, and what may come back for it: one of each sort, the busiest first."""
        give = sorted(dict.fromkeys(source.movable), key=lambda each: (-max(each[1]), each[0]))
        take = sorted(dict.fromkeys(target.movable), key=lambda each: (max(each[1]), each[0]))
        yield from ((copy, None) for copy in give)
        yield from ((copy, other) for copy in give for other in take if other[0][0] != copy[0][0])

    @staticmethod
    def _gains(source: _Card, target: _Card, give: Load, take: Load) -> bool:
        """Whether the sum of squares falls: (a - d)² + (b + d)² < a² + b² by slot, summed."""
        change = 0
        for slot, amount in enumerate(give):
            moved = amount - (take[slot] if take else 0)
            change += moved * (moved + target.asked[slot] - source.asked[slot])
        return change < 0

    def _take(self, source: _Card, target: _Card, give: tuple[Copy, Load], take: tuple[Copy, Load] | None) -> bool:
        """Do the step if both nodes have room for it and it costs nothing; else leave everything as it was."""
        before = self._price(source.node) + self._price(target.node)
        _remove(source.node, give[0])
        if take:
            _remove(target.node, take[0])
        arrived = self._put(target, give[0])
        returned = self._put(source, take[0]) if arrived and take else None
        if arrived and (returned or not take) and self._price(source.node) + self._price(target.node) == before:
            self._record(source, target, (arrived, give[1]), give)
            if take and returned:
                self._record(target, source, (returned, take[1]), take)
            self.touched += [source.node, target.node]
            return True
        if returned:
            _remove(source.node, returned)
        if arrived:
            _remove(target.node, arrived)
        if take:
            target.node.add(self._compiled.candidates[take[0][0]], take[0][1])
        source.node.add(self._compiled.candidates[give[0][0]], give[0][1])
        return False

    def _put(self, card: _Card, copy: Copy) -> Copy | None:
        candidate = self._compiled.candidates[copy[0]]
        if not card.node.admits(candidate, (card.index,)):
            return None
        card.node.add(candidate, (card.index,))
        return (copy[0], (card.index,))

    def _price(self, node: NodeState) -> int:
        """What has to be loaded anew on the node, where something runs already: evening out moves nothing that runs."""
        running = self._compiled.home
        return 0 if running is None else running.price(node.home, node.copies)

    @staticmethod
    def _record(source: _Card, target: _Card, arrived: tuple[Copy, Load], given: tuple[Copy, Load]) -> None:
        source.movable.remove(given)
        target.movable.append(arrived)
        _count(source, given[1], -1)
        _count(target, given[1], 1)


def _remove(state: NodeState, copy: Copy) -> None:
    state.remove(state.copies.index(copy))
