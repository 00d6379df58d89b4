"""Which new node is which old one: as few copies to load as possible, then as few bytes, then as few nodes started and stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from packing.act.diff.accelerators import lay_over, worth_of
from packing.act.diff.arcs import overlaps, with_ties
from packing.act.diff.assignment import Arcs, best_pairs
from packing.act.diff.content import Forms
from packing.act.diff.side import Host, Side

MOST_ROUNDS = 12
"""Times that nodes are matched anew because shared accelerators let fewer copies stay than was hoped."""
MOST_FITS = 2_000
"""Pairs of nodes with shared accelerators up to which all are laid over each other before the first round."""


@dataclass(slots=True)
class NodeMatching:
    """Which old node each new one is (by id), and whether it is certain that fewer loads are impossible."""

    old_of: dict[str, str] = field(default_factory=dict)
    certain: bool = True


def match_nodes(old: Side, new: Side, forms: Forms, endpoint_of: dict[str, str], twins: Iterable[tuple[Host, Host]]) -> NodeMatching:
    """The matching that loads least.

    Nodes of one pool and hosting are matched by what stays loaded on them; identical ones are paired first (which
    never costs anything, see docs/design/diff.md), the others by an assignment. What remains is paired within the
    pool, so that no node is stopped while an equal one is started.

    Parameters
    ----------
    endpoint_of : probable old endpoint by new endpoint: decides between nodes that are equally good.
    twins : nodes of endpoints that are identical as a whole; they are paired as given.
    """
    work = _Work(forms, endpoint_of, NodeMatching({b.id: a.id for a, b in twins}))
    groups: defaultdict[Any, _Group] = defaultdict(_Group)
    taken = set(work.matching.old_of.values())
    for host in old.hosts:
        if host.id not in taken:
            groups[host.pool, host.hosting].left.append(host)
    for host in new.hosts:
        if host.id not in work.matching.old_of:
            groups[host.pool, host.hosting].right.append(host)
    for group in groups.values():
        work.in_order(group, lambda host: host.kind)
        work.assign(group)
        work.in_order(group, lambda _: None)
    pools: defaultdict[Any, _Group] = defaultdict(_Group)
    for (pool, _), group in groups.items():
        pools[pool].left += group.left
        pools[pool].right += group.right
    for group in pools.values():
        work.in_order(group, lambda _: None)
    return work.matching


@dataclass(slots=True)
class _Group:
    """Hosts that may be one another, not yet paired."""

    left: list[Host] = field(default_factory=list)
    right: list[Host] = field(default_factory=list)


class _Work:
    def __init__(self, forms: Forms, endpoint_of: dict[str, str], matching: NodeMatching) -> None:
        self.sizes, self.worth = forms.sizes, worth_of(forms.sizes)
        self.endpoint_of, self.matching = endpoint_of, matching

    def in_order(self, group: _Group, key: Callable[[Host], object]) -> None:
        """Pair hosts of equal key: the same name first, then those behind corresponding endpoints, then as they come."""
        passes: tuple[tuple[Callable[[Host], object], Callable[[Host], object]], ...] = (
            (lambda host: host.id, lambda host: host.id),
            (lambda host: host.endpoint, lambda host: self.endpoint_of.get(host.endpoint)),
            (lambda _: None, lambda _: None),
        )
        for of_left, of_right in passes:
            if not group.left or not group.right:
                return
            waiting: defaultdict[object, list[Host]] = defaultdict(list)
            for host in reversed(group.right):
                waiting[key(host), of_right(host)].append(host)
            pairs = [(host, found.pop()) for host in group.left if (found := waiting[key(host), of_left(host)])]
            self._pair(group, pairs)

    def assign(self, group: _Group) -> None:
        """Pair hosts so that most copies stay loaded."""
        if not group.left or not group.right:
            return
        arcs, whole = overlaps([host.content.forms for host in group.left], [host.content.forms for host in group.right], self.sizes)
        self.matching.certain &= whole
        arcs = with_ties(arcs, self._preferred(group, arcs))
        pairs, certain = self._best(group, arcs)
        self.matching.certain &= certain
        self._pair(group, [(group.left[row], group.right[column]) for row, column in pairs])

    def _pair(self, group: _Group, pairs: Sequence[tuple[Host, Host]]) -> None:
        self.matching.old_of.update({b.id: a.id for a, b in pairs})
        gone = {id(host) for pair in pairs for host in pair}
        group.left = [host for host in group.left if id(host) not in gone]
        group.right = [host for host in group.right if id(host) not in gone]

    def _preferred(self, group: _Group, arcs: Arcs) -> Any:
        """2 for corresponding endpoints, 1 for the same name."""
        import numpy as np

        numbers: dict[object, int] = {}
        columns = []
        for of_left, of_right in (
            ([host.endpoint for host in group.left], [self.endpoint_of.get(host.endpoint) for host in group.right]),
            ([host.id for host in group.left], [host.id for host in group.right]),
        ):
            left = np.array([numbers.setdefault(name, len(numbers)) for name in of_left])
            right = np.array([numbers.setdefault(name, len(numbers)) for name in of_right])
            columns.append((left[arcs.rows] == right[arcs.columns]).astype(np.int64))
        return 2 * columns[0] + columns[1]

    def _best(self, group: _Group, arcs: Arcs) -> tuple[list[tuple[int, int]], bool]:
        """Where accelerators are shared, an arc is only an upper limit until the two are laid over each other.

        A best pairing all of whose arcs are true is a best pairing: every other is worth no more than its limits.
        """
        loose = self._loose(group, arcs)
        at = {(int(row), int(column)): place for place, (row, column) in enumerate(zip(arcs.rows, arcs.columns, strict=True))} if loose else {}
        certain = True

        def make_true(place: int) -> bool:
            nonlocal certain
            loose.discard(place)
            fit = lay_over(group.left[arcs.rows[place]].content, group.right[arcs.columns[place]].content, self.worth)
            certain &= fit.certain
            before = int(arcs.counts[place]), int(arcs.sizes[place])
            arcs.counts[place] = len(fit.pairs)
            arcs.sizes[place] = sum(self.sizes[a.form] for a, _ in fit.pairs)
            return before != (int(arcs.counts[place]), int(arcs.sizes[place]))

        if len(loose) <= MOST_FITS:
            for place in sorted(loose):
                make_true(place)
        for _ in range(MOST_ROUNDS):
            pairs = best_pairs(arcs, len(group.left), len(group.right))
            doubtful = [at[pair] for pair in pairs if loose and at[pair] in loose]
            fell_short = [place for place in doubtful if make_true(place)]
            if not fell_short:
                return pairs, certain
        return best_pairs(arcs, len(group.left), len(group.right)), False

    @staticmethod
    def _loose(group: _Group, arcs: Arcs) -> set[int]:
        """Places of arcs whose worth is only an upper limit."""
        import numpy as np

        left = np.array([host.content.apart for host in group.left])
        right = np.array([host.content.apart for host in group.right])
        return set(np.flatnonzero(~(left[arcs.rows] & right[arcs.columns])).tolist())
