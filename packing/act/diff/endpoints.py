"""Which new endpoint is which old one: before the nodes are matched by what runs behind them, afterwards by their nodes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from packing.act.diff.arcs import overlaps
from packing.act.diff.assignment import Arcs, best_pairs
from packing.act.diff.content import Forms
from packing.act.diff.side import Host, Side


def probable_endpoints(old: Side, new: Side, forms: Forms) -> tuple[dict[str, str], list[tuple[Host, Host]]]:
    """Old endpoints by new ones, judged by what runs behind them; and the nodes of those that are identical."""
    found, twins = {}, []
    left, right = _groups(old), _groups(new)
    for group in left.keys() & right.keys():
        mine, theirs = left[group], right[group]
        for a, b in list(_identical(old, new, mine, theirs)):
            found[b] = a
            twins += list(zip(_by_kind(old.behind[a]), _by_kind(new.behind[b]), strict=True))
            mine.remove(a)
            theirs.remove(b)
        if mine and theirs:
            arcs, _ = overlaps([old.forms_of(name) for name in mine], [new.forms_of(name) for name in theirs], forms.sizes)
            found.update({theirs[column]: mine[row] for row, column in best_pairs(arcs, len(mine), len(theirs))})
    return found, twins


def match_endpoints(old: Side, new: Side, old_node_of: dict[str, str], probable: dict[str, str]) -> dict[str, str]:
    """Old endpoints by new ones: those with most nodes in common, then those that probably are, then the empty ones."""
    found: dict[str, str] = {}
    left, right = _groups(old), _groups(new)
    for group in left.keys() & right.keys():
        found.update(_by_nodes(old, new, left[group], right[group], old_node_of, probable))
        taken = set(found.values())
        free = [name for name in left[group] if name not in taken]
        for name in right[group]:
            if name not in found and (guess := probable.get(name)) in free and guess is not None:
                found[name] = guess
                free.remove(guess)
        empty = sorted(name for name in free if not old.behind[name])
        for name in sorted(right[group], key=lambda name: (name not in empty, name)):
            if name not in found and not new.behind[name] and empty:
                found[name] = empty.pop(empty.index(name) if name in empty else 0)
    return found


def _groups(side: Side) -> dict[Any, list[str]]:
    groups: defaultdict[Any, list[str]] = defaultdict(list)
    for endpoint in side.endpoints.values():
        groups[endpoint.hosting, endpoint.instance_type, endpoint.keep].append(endpoint.name)
    return groups


def _by_kind(hosts: list[Host]) -> list[Host]:
    """In an order in which hosts that differ in names only are in the same places; same names together where there are some."""
    return sorted(hosts, key=lambda host: (host.kind, host.id))


def _identical(old: Side, new: Side, mine: list[str], theirs: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs of endpoints with the same kinds of nodes behind them, the same name first."""
    waiting: defaultdict[Any, list[str]] = defaultdict(list)
    for name in theirs:
        if new.behind[name]:
            waiting[_kinds(new.behind[name])].append(name)
    unnamed = []
    for name in mine:
        alike = waiting.get(_kinds(old.behind[name]), [])
        if name in alike:
            alike.remove(name)
            yield name, name
        else:
            unnamed.append(name)
    for name in unnamed:
        if alike := waiting.get(_kinds(old.behind[name]), []):
            yield name, alike.pop(0)


def _kinds(hosts: list[Host]) -> tuple[int, ...]:
    return tuple(sorted(host.kind for host in hosts))


def _by_nodes(old: Side, new: Side, mine: list[str], theirs: list[str], old_node_of: dict[str, str], probable: dict[str, str]) -> dict[str, str]:
    import numpy as np

    endpoint_of = {host.id: host.endpoint for host in old.hosts}
    rows, columns = {name: row for row, name in enumerate(mine)}, {name: column for column, name in enumerate(theirs)}
    common: Counter[tuple[int, int]] = Counter()
    for name in theirs:
        for host in new.behind[name]:
            before = endpoint_of[old_node_of[host.id]] if host.id in old_node_of else None
            if before in rows and before is not None:
                common[rows[before], columns[name]] += 1
    pairs = sorted(common)
    ties = [2 * (probable.get(theirs[column]) == mine[row]) + (theirs[column] == mine[row]) for row, column in pairs]
    count = np.array([common[pair] for pair in pairs], dtype=np.int64)
    arcs = Arcs(
        np.array([row for row, _ in pairs], dtype=np.int64), np.array([column for _, column in pairs], dtype=np.int64),
        count, count * 0, np.array(ties, dtype=np.int64),
    )  # fmt: skip
    return {theirs[column]: mine[row] for row, column in best_pairs(arcs, len(mine), len(theirs))}
