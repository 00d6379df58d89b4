"""Which conditions, relaxed together, make the problem feasible; then by how little, and at what price.

A repair has to touch every conflict. So single repairs are looked for among the members of one conflict; where none of them
is enough, a second conflict (of the problem without that member) gives its partners, and so on (hitting sets: Reiter, "A theory
of diagnosis from first principles", 1987).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from packing.domain.placement import Placement
from packing.explain.conditions import KINDS, Change, Condition
from packing.explain.conflict import conflict_among
from packing.explain.oracle import Oracle
from packing.explain.repairs.least import least_changes
from packing.explain.repairs.leave_out import as_placed, itself_a_witness
from packing.explain.repairs.nodes import MoreNodes, cheapest_nodes
from packing.explain.repairs.repair import Repair, price_of, words

MOST_TOGETHER = 3
"""Conditions that are relaxed together; only the fewest that suffice."""
SETS = 0.4
"""Part of the time for finding which conditions have to be relaxed; the rest is for nodes, for how little is enough, and for what it costs."""
MOST_LOOKED_AT = 60
"""Sets of conditions that are tried."""
MOST = 12
"""Repairs that are worked out."""


def find_repairs(oracle: Oracle, conflicts: Sequence[Sequence[Condition]], partial: Placement | None) -> tuple[list[Repair], MoreNodes]:
    """Repairs, the cheapest first, and what adding nodes can do.

    Parameters
    ----------
    conflicts : conflict sets that are known; others are looked for.
    partial : the best placement known of the problem as it is.
    """
    found: list[Repair | None] = []
    with oracle.clock.within(oracle.clock.remaining() * SETS):
        sets = hitting_sets(oracle, conflicts)[:MOST]
    more = cheapest_nodes(oracle)
    if more.helps and more.changes:
        found.append(_repair(oracle, more.changes, more.cheapest))
    mildest = least_invasive(oracle) if not sets or len(sets[0]) > 1 else None
    for together in dict.fromkeys(frozenset(each) for each in (*sets, *([mildest] if mildest else []))):
        least = least_changes(oracle, sorted(together, key=oracle.conditions.index))
        if least is not None:
            found.append(_repair(oracle, *least))
    if partial is not None:
        made = as_placed(oracle.expanded, partial)
        found.append(_repair(oracle, made, None, itself_a_witness(oracle.changed(made), partial)))
    unique: dict[frozenset[Change], Repair] = {}
    for repair in found:
        if repair is not None:
            unique.setdefault(frozenset(repair.changes), repair)
    return sorted(unique.values(), key=_rank), more


def _rank(repair: Repair) -> tuple[float, int, int, float, str]:
    return (repair.price_per_hour, repair.grade, len(repair.changes), repair.cost_per_hour, repair.sentence)


def least_invasive(oracle: Oracle) -> tuple[Condition, ...] | None:
    """One set of conditions to drop, however many: what promises most is kept before what promises less. None: out of time."""
    dropped = set(oracle.conditions)
    by_grade = sorted(oracle.conditions, key=lambda each: -KINDS[each.kind].grade)
    size = max(1, len(by_grade) // 4)
    pieces = deque(tuple(by_grade[start : start + size]) for start in range(0, len(by_grade), size))
    while pieces:
        piece = pieces.popleft()
        if oracle.out_of_time:
            return None
        if oracle.dropping(dropped - set(piece)):
            dropped -= set(piece)
        elif len(piece) > 1:
            half = len(piece) // 2
            pieces.extendleft((piece[half:], piece[:half]))
    return tuple(each for each in oracle.conditions if each in dropped)


def hitting_sets(oracle: Oracle, known: Sequence[Sequence[Condition]]) -> list[tuple[Condition, ...]]:
    """Sets of conditions, as small as possible, that can be dropped so that everything else holds; none is part of another."""
    found: list[frozenset[Condition]] = []
    conflicts: list[tuple[Condition, ...]] = [tuple(each) for each in known]
    if len(conflicts) > MOST_TOGETHER:
        return []  # they share nothing, so that each needs a change of its own
    queue = deque([frozenset[Condition]()])
    seen: set[frozenset[Condition]] = set(queue)
    looked = 0
    while queue and looked < MOST_LOOKED_AT and not oracle.out_of_time:
        dropped = queue.popleft()
        if len(dropped) >= MOST_TOGETHER or (found and len(dropped) >= len(found[0])):
            break
        label = next((each for each in conflicts if not dropped & set(each)), None)
        if label is None:
            label = conflict_among(oracle, [each for each in oracle.conditions if each not in dropped])
            if label is None:
                continue
            conflicts.append(label)
        for condition in label:
            larger = dropped | {condition}
            if larger in seen:
                continue
            seen.add(larger)
            looked += 1
            complete = oracle.dropping(larger)
            if complete:
                found.append(larger)
            elif complete is False:
                queue.append(larger)
    return [tuple(each) for each in found]


def _repair(oracle: Oracle, changes: Iterable[Change], least: bool | None, witness: Placement | None = None) -> Repair | None:
    """The repair with a witness (looked for where none is given) and its cost; None where it is not shown in time that it is one."""
    made = tuple(changes)
    if not made:
        return None
    witness = witness or oracle.decide(made).witness
    if witness is None:
        return None
    if not oracle.out_of_time:
        result = oracle.solve(made)
        if result.has_placement and not result.unplaced:
            witness = result.placement
    return Repair(
        changes=made,
        sentence=words(made),
        price_per_hour=price_of(oracle.expanded, made),
        cost_per_hour=witness.cost_per_hour,
        grade=max(KINDS[change.kind].grade for change in made),
        least=least,
        placement=witness,
    )
