"""Who may be on a node together: maximal sets of tenants of which no two are in conflict."""

from __future__ import annotations

from collections.abc import Collection

MOST_SIDES = 8
"""With more sets than this the conflicts are relaxed: composition alone looks at them."""


def rivals_of(conflicts: Collection[tuple[int, int]]) -> dict[int, set[int]]:
    """Whom each tenant that has rivals must not meet."""
    rivals: dict[int, set[int]] = {}
    for one, other in conflicts:
        rivals.setdefault(one, set()).add(other)
    return rivals


def peaceful_sets(tenants: Collection[int], conflicts: Collection[tuple[int, int]]) -> list[frozenset[int]]:
    """All maximal conflict-free subsets of `tenants`, in canonical order; just one with everybody if there are too many."""
    everyone, found = frozenset(tenants), rivals_of(conflicts)
    rivals = {tenant: found.get(tenant, set()) & everyone for tenant in tenants}
    contested = sorted(tenant for tenant in tenants if rivals[tenant])
    peaceful = frozenset(tenant for tenant in tenants if not rivals[tenant])
    sets: set[frozenset[int]] = {frozenset()}
    for tenant in contested:
        grown: set[frozenset[int]] = set()
        for each in sets:
            if each & rivals[tenant]:
                grown |= {each, (each - rivals[tenant]) | {tenant}}
            else:
                grown.add(each | {tenant})
        sets = {each for each in grown if not any(each < other for other in grown)}
        if len(sets) > MOST_SIDES:
            return [everyone]
    return [peaceful | each for each in sorted(sets, key=sorted)]
