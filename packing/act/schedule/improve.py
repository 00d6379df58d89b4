"""Group by group: a new answer that starts from the group before, taken where the day is better for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from packing.act.schedule.draft import Draft, Proof, Slots, drafted
from packing.act.schedule.names import Names, joined_content
from packing.act.schedule.switches import Prices
from packing.act.schedule.thin import thinned
from packing.domain.change import Policy
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.placement import Placement
from packing.domain.schedule import Group, slots_of
from packing.domain.units import exact
from packing.domain.weights import Axis
from packing.verify.schedule import LEAD, overlap_violations
from packing.verify.violation import Violation

if TYPE_CHECKING:
    from packing.domain.problem import Problem
    from packing.solve.result import Result

Solve = Callable[..., "Result"]
Spare = dict[str, int]
"""Nodes by pool."""
REPAIRS = 4
"""Times that nodes on which old and new do not go together are made two machines."""
WEIGHTS = (1.0, 1.0, 3.0, 10.0, 30.0)
"""How many times as dear moves are, try after try."""
RESERVE = 0.15
"""Part of the stock that the dearest group leaves, so that there is room beside it."""
MARGIN = 0.05
"""Part of the stock that the others leave, for nodes that become two machines."""
_WHERE = re.compile(r"(nodes|copies|endpoints)\[(.+?)\]")


class Day:
    """The groups as they stand. Every state of it is a valid schedule."""

    def __init__(self, problem: Problem, drafts: list[Draft], prices: Prices, names: Names, move_weight: float) -> None:
        self.problem, self.drafts, self.prices, self.names = problem, drafts, prices, names
        self._weight = move_weight
        self._cost = problem.weights.share(Axis.COST)
        self._hours = exact(problem.slot_hours)
        self.always: set[str] = set()
        """Nodes that run all day."""
        self.proofs: dict[int, Proof] = {}

    def sound(self) -> bool:
        """Whether all rules hold in every group and between them."""
        pairs = ((self.drafts[number - 1].group, draft.group) for number, draft in enumerate(self.drafts))
        return not any(draft.broken for draft in self.drafts) and not any(self._between(*pair) for pair in pairs)

    def incomplete(self, number: int) -> bool:
        """Whether copies are missing in a group."""
        return any(self.drafts[number].missing)

    def improve(self, number: int, solve: Solve) -> bool:
        """Ask for a new answer for one group that goes together with both its neighbours; returns whether it was taken."""
        draft = self.drafts[number]
        before, after = self.drafts[number - 1], self.drafts[(number + 1) % len(self.drafts)]
        new = self.answer(number, before, [before, after], solve)
        if new is None or self._worth(number, new) >= self._worth(number, draft):
            return False
        self.drafts[number] = new
        return True

    def answer(
        self, number: int, start: Draft | None, sides: list[Draft], solve: Solve, *, weight: float = 1.0, spare: Spare | None = None
    ) -> Draft | None:
        """A new answer for one group.

        Parameters
        ----------
        start : the group whose placement it starts from; None: the group's own as it stands.
        sides : neighbours that it has to go together with.
        weight : how many times as dear moves are.
        spare : nodes by pool that have to be left alone; in it those are noted that were too many.

        Returns
        -------
        None where the neighbours and the answer do not go together.
        """
        draft = self.drafts[number]
        current = self._current(number, start)
        hours = float(self._hours * draft.slots.count)
        policy = Policy(move_weight=min(1000.0, weight * self._weight / hours), use_error_bands=False)
        part = _with_less(draft.slots.part, current, [side.placement for side in sides], spare or {})
        result = solve(part, current=current, policy=policy)
        if part is draft.slots.part:
            self._note(number, result)
        named = self.names.adopted(result.placement, current)
        if len(sides) > 1:
            named = self.names.meeting(named, sides[0].placement, sides[1].placement)
        fitting = self._fitting(number, named, sides, spare)
        new = None if fitting is None else drafted(draft.slots, fitting, result.unplaced, self.proofs.get(number))
        return None if new is None or new.broken else new

    def chain(self, solve: Solve, tell: Callable[[int, Draft], None], *, over: Callable[[], bool]) -> Day:
        """All groups anew, each from a neighbour that is done: from the dearest one on both ways down to the cheapest.

        That is where the two ways meet: few nodes are in use there, so that what they do not share fits into the stock twice.
        Where a group does not go together with its neighbours, or time is `over`, the groups that are left stay as they are,
        and of those that are done as many from the end as do not go together with them.
        """
        count = len(self.drafts)
        dearest = max(range(count), key=lambda number: self.drafts[number].micro_usd)
        first = self.answer(dearest, None, [], solve, spare=_reserve(self.problem, RESERVE))
        own = self.drafts[dearest]
        made = {dearest: own if first is None else min(first, own, key=lambda each: (each.missing, each.objective))}
        tell(dearest, made[dearest])
        ahead, behind, open_ = (dearest + 1) % count, (dearest - 1) % count, {1, -1}
        while len(made) < count and open_ and not over():
            dearer = 1 if self.drafts[ahead].micro_usd >= self.drafts[behind].micro_usd else -1
            step = dearer if dearer in open_ else -dearer
            number = ahead if step == 1 else behind
            sides = [made[each] for each in ((number - 1) % count, (number + 1) % count) if each in made]
            found = self._one_of(number, made[(number - step) % count], sides, solve, over)
            if found is None:
                open_ -= {step} if len(sides) == 1 else open_
                continue
            made[number] = found
            tell(number, found)
            ahead, behind = ((ahead + 1) % count, behind) if step == 1 else (ahead, (behind - 1) % count)
        return self._with(made)

    def _with(self, made: dict[int, Draft]) -> Day:
        """The day with as many of the new groups, in the order in which they were made, as go together with the others."""
        for kept in range(len(made), -1, -1):
            chosen = dict(list(made.items())[:kept])
            drafts = [chosen.get(number, draft) for number, draft in enumerate(self.drafts)]
            ends = [number for number in range(len(drafts)) if (number in chosen) != ((number - 1) % len(drafts) in chosen)]
            if not any(self._between(drafts[number - 1].group, drafts[number].group) for number in ends):
                break
        other = Day(self.problem, drafts, self.prices, self.names, self._weight)
        other.proofs, other.always = self.proofs, self.always
        return other

    def _one_of(self, number: int, start: Draft, sides: list[Draft], solve: Solve, over: Callable[[], bool]) -> Draft | None:
        """An answer that goes together with its neighbours; where stock is short, with fewer nodes to take, and fewer moves."""
        spare = _reserve(self.problem, MARGIN)
        for weight in WEIGHTS:
            found = self.answer(number, start, sides, solve, weight=weight, spare=spare)
            if found is not None or over():
                return found
        return None

    def value(self) -> tuple[tuple[int, ...], int]:
        """Missing copies, then micro-USD with what loads count for."""
        missing = tuple(map(sum, zip(*(draft.missing for draft in self.drafts), strict=True)))
        running = sum((draft.micro_usd * draft.slots.count * self._hours for draft in self.drafts), Fraction(0))
        switching = sum(self.prices.cost(self.drafts[number - 1].placement, draft.placement).both for number, draft in enumerate(self.drafts))
        return missing, int(running) + switching

    def without_idle_switches(self) -> Day:
        """The same with neighbours joined that run the same nodes and copies."""
        drafts: list[Draft] = []
        for draft in self.drafts:
            if drafts and drafts[-1].placement.state_digest() == draft.placement.state_digest():
                both = Slots(self.problem, drafts[-1].slots.first, drafts[-1].slots.count + draft.slots.count)
                joined = drafted(both, draft.placement, draft.placement.unplaced)
                if joined.missing == max(drafts[-1].missing, draft.missing):
                    drafts[-1] = joined
                    continue
            drafts.append(draft)
        if len(drafts) == len(self.drafts):
            return self
        return Day(self.problem, drafts, self.prices, self.names, self._weight)

    def restate(self) -> None:
        """Let every group say what has been proven of it meanwhile."""
        for number, proof in self.proofs.items():
            draft = self.drafts[number]
            self.drafts[number] = drafted(draft.slots, draft.placement, draft.placement.unplaced, proof)

    def _current(self, number: int, start: Draft | None) -> Placement:
        """What a neighbour has that the group needs, and of models that come up in it what the group has as it stands."""
        part, now = self.drafts[number].slots.part, self.drafts[number].placement
        if start is None:
            return now
        before = thinned(part, start.placement, self.always)
        lacking = {copy.model for copy in now.copies} - {copy.model for copy in before.copies}
        return self.names.numbered(joined_content(before, now, lacking))

    def _note(self, number: int, result: Result) -> None:
        """Keep the best bound that is known of a group."""
        if result.bound is None:
            return
        missing = drafted(self.drafts[number].slots, result.placement).missing
        bound = round(result.bound * OBJECTIVE_UNITS)
        known = self.proofs.get(number)
        if known is None or (missing, bound) > known:
            self.proofs[number] = missing, bound

    def _worth(self, number: int, draft: Draft) -> tuple[tuple[int, ...], Fraction]:
        """Missing copies first; then the objective over the group's hours, with the switches on both sides as money."""
        before, after = self.drafts[number - 1].placement, self.drafts[(number + 1) % len(self.drafts)].placement
        switching = self.prices.cost(before, draft.placement).both + self.prices.cost(draft.placement, after).both
        money = self._cost * Fraction(switching * OBJECTIVE_UNITS, self.prices.reference) if self.prices.reference else Fraction(0)
        return draft.missing, draft.objective * self._hours * draft.slots.count + money

    def _fitting(self, number: int, placement: Placement, sides: list[Draft], spare: Spare | None) -> Placement | None:
        """The placement such that it can run beside its neighbours for a while; None where that cannot be had.

        Where old and new copies do not go together on a node, the node is stopped and another one of its pool started.
        """
        for _ in range(REPAIRS):
            placement = self.names.numbered(placement)
            wrong = self._wrong(number, placement, sides)
            if not wrong:
                return placement
            others = {node.id for side in sides for node in side.placement.nodes}
            nodes = _concerned(wrong, (placement, *(side.placement for side in sides))) & {node.id for node in placement.nodes} & others
            if not nodes:
                _note_stock(self.problem, placement, sides, spare)
                return None
            placement = self.names.apart(placement, nodes)
        return None

    def _wrong(self, number: int, placement: Placement, sides: list[Draft]) -> list[Violation]:
        """What is wrong while it and a neighbour run together."""
        group = self.drafts[number].group.model_copy(update={"placement": placement})
        wrong: list[Violation] = []
        for side in sides:
            ends = {(group.first + group.slots) % self.problem.slots: (group, side.group)}
            if side.slots.first in ends:
                wrong += self._between(*ends[side.slots.first])
            if (side.slots.first + side.slots.count) % self.problem.slots == group.first:
                wrong += self._between(side.group, group)
        return wrong

    def _between(self, old: Group, new: Group) -> list[Violation]:
        late = [Violation(LEAD, f"nodes[{node}]", "it takes longer than a slot") for node in self.prices.late(old.placement, new.placement)]
        return [*overlap_violations(self.problem, old, new), *late]


def _with_less(part: Problem, current: Placement, sides: list[Placement], spare: Spare) -> Problem:
    """The part with as much stock as is left beside its neighbours, if all nodes of `current` go on."""
    here = {node.id for node in current.nodes}
    taken = dict(spare)
    for side in sides:
        gone = Counter(node.pool for node in side.nodes if node.id not in here)
        for pool, count in gone.items():
            taken[pool] = max(taken.get(pool, 0), count + spare.get(pool, 0))
    if not any(pool.count is not None and not pool.owned and taken.get(pool.label) for pool in part.fleet):
        return part
    fleet = tuple(
        pool
        if pool.count is None or pool.owned
        else pool.model_copy(update={"count": max(0, pool.count - taken.get(pool.label, 0)), "name": pool.label})
        for pool in part.fleet
    )
    return part.model_copy(update={"fleet": fleet})


def _reserve(problem: Problem, part: float) -> Spare:
    """Nodes that a group leaves to its neighbours."""
    return {pool.label: int(pool.count * part) for pool in problem.fleet if pool.count is not None and not pool.owned}


def _note_stock(problem: Problem, placement: Placement, sides: list[Draft], spare: Spare | None) -> None:
    """Note by how many nodes each pool would be short."""
    if spare is None:
        return
    for pool in problem.fleet:
        mine = {node.id for node in placement.nodes if node.pool == pool.label}
        most = max((len(mine | {node.id for node in side.placement.nodes if node.pool == pool.label}) for side in sides), default=0)
        if pool.count is not None and most > pool.count:
            spare[pool.label] = 2 * spare.get(pool.label, 0) + most - pool.count  # soon enough, however the search goes round it


def _concerned(wrong: list[Violation], placements: tuple[Placement, ...]) -> set[str]:
    """Ids of the nodes that violations speak of, by themselves, by a copy on them or by their endpoint."""
    copies: dict[str, set[str]] = {}
    endpoints: dict[str, set[str]] = {}
    for placement in placements:
        for copy in placement.copies:
            copies.setdefault(f"{copy.model}#{copy.copy_index}", set()).add(copy.node)
        for node in placement.nodes:
            endpoints.setdefault(node.endpoint, set()).add(node.id)
    found: set[str] = set()
    for each in wrong:
        match = _WHERE.search(each.where)
        if match:
            what, name = match.groups()
            found |= {name} if what == "nodes" else copies.get(name, set()) if what == "copies" else endpoints.get(name, set())
    return found


def first_day(
    problem: Problem, groups: list[tuple[int, int]], whole: Placement, always: set[str], prices: Prices, names: Names, weight: float
) -> Day:
    """The schedule in which every group has what it needs of the placement of the whole day, where it is."""
    drafts = []
    for first, count in groups:
        slots = Slots(problem, first, count)
        drafts.append(drafted(slots, names.numbered(thinned(slots.part, whole, always)), whole.unplaced))
    day = Day(problem, drafts, prices, names, weight)
    day.always = always
    return day


def slots_short(problem: Problem, draft: Draft) -> list[tuple[int, int]]:
    """(slot, copies) of the slots of a group in which copies are missing by what that slot alone asks for."""
    found = []
    for slot in slots_of(draft.slots.first, draft.slots.count, problem.slots):
        one = drafted(Slots(problem, slot, 1), draft.placement)
        if any(one.missing):
            found.append((slot, sum(one.missing)))
    return found
