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
from packing.explain.repairs.leave_out import as_placed
from packing.explain.repairs.nodes import MoreNodes, cheapest_nodes
from packing.explain.repairs.repair import Repair, price_of, words

MOST_TOGETHER = 3
"""Conditions that are relaxed together; only the fewest that suffice."""
MOST_LOOKED_AT = 60
"""Sets of conditions that are tried."""
MOST = 12
"""Repairs that are worked out."""


def find_repairs(oracle: Oracle, conflict: Sequence[Condition], partial: Placement | None) -> tuple[list[Repair], MoreNodes]:
    """Repairs, the cheapest first, and what adding nodes can do. `partial`: the best placement known of the problem as it is."""
    more = cheapest_nodes(oracle)
    found = [_repair(oracle, more.changes, more.cheapest)] if more.helps and more.changes else []
    for together in hitting_sets(oracle, conflict)[:MOST]:
        least = least_changes(oracle, sorted(together, key=oracle.conditions.index))
        if least is not None:
            found.append(_repair(oracle, *least))
    if partial is not None:
        found.append(_repair(oracle, as_placed(oracle.expanded, partial), None))
    unique: dict[frozenset[Change], Repair] = {}
    for repair in found:
        if repair is not None:
            unique.setdefault(frozenset(repair.changes), repair)
    return sorted(unique.values(), key=_rank), more


def _rank(repair: Repair) -> tuple[float, int, int, float, str]:
    return (repair.price_per_hour, repair.grade, len(repair.changes), repair.cost_per_hour, repair.sentence)


def hitting_sets(oracle: Oracle, conflict: Sequence[Condition]) -> list[tuple[Condition, ...]]:
    """Sets of conditions, as small as possible, that can be dropped so that everything else holds; none is part of another."""
    found: list[frozenset[Condition]] = []
    conflicts: list[tuple[Condition, ...]] = [tuple(conflict)]
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


def _repair(oracle: Oracle, changes: Iterable[Change], least: bool | None) -> Repair | None:
    """The repair with a witness and its cost; None where it is not shown in time that it is one."""
    made = tuple(changes)
    if not made:
        return None
    witness = oracle.decide(made).witness
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
