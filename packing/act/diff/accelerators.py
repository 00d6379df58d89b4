"""Which accelerator of the new node is which of the old one: numbers are labels, what counts is who shares with whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from packing.act.diff.assignment import heaviest
from packing.act.diff.content import Content, Item
from packing.act.diff.wide import WidePairings, membership

MOST_TRIES = 300
"""Ways to pair copies on several shared accelerators that are tried before the best so far is taken."""
MOST_WORK = 20_000
"""Tries × copies on both nodes, after which the best so far is taken, too."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How two contents are laid over each other."""

    pairs: tuple[tuple[Item, Item], ...]
    """Copies (old, new) that stay as they are."""
    relabel: dict[int, int]
    """New numbers of accelerators to old ones: one to one."""
    certain: bool = True
    """Whether no renumbering keeps more."""


def worth_of(sizes: Sequence[int]) -> list[int]:
    """What keeping a copy is worth, by form: copies first, then bytes."""
    scale = 1_000_000 * (max(sizes, default=0) + 1)
    return [scale + size for size in sizes]


def upper(old: Content, new: Content, worth: Sequence[int]) -> int:
    """No renumbering keeps more than this."""
    fewer, more = sorted((old.forms, new.forms), key=len)
    return sum(min(count, more[form]) * worth[form] for form, count in fewer.items() if form in more)


def same(old: Content, new: Content) -> bool:
    """Whether some renumbering of accelerators makes both contents equal, figures included."""
    if old.exactly == new.exactly:
        return True
    if len(old.items) != len(new.items) or old.outline != new.outline:
        return False
    # Same outline and nothing wide and shared: the renumbering is then certain to exist.
    if old.apart or all(len(item.accelerators) <= 1 for item in old.items):
        return True
    return _strictly(old, new) is not None


def _strictly(old: Content, new: Content) -> Fit | None:
    """The renumbering that makes both equal, figures included; None where none was found."""
    strict = [Content(tuple(replace(item, form=item.exact) for item in each.items)) for each in (old, new)]
    highest = max((item.exact for item in (*old.items, *new.items)), default=0)
    fit = _search(strict[0], strict[1], [1] * (highest + 1))
    if len(fit.pairs) < len(old.items):
        return None
    return Fit(tuple(_kept(old, new, fit.relabel)), fit.relabel)


def fixed(old: Content, new: Content) -> Fit:
    """Accelerators keep their numbers: a copy stays if it is on the very same ones."""
    relabel = {index: index for index in new.loads}
    return Fit(tuple(_kept(old, new, relabel)), relabel)


def lay_over(old: Content, new: Content, worth: Sequence[int]) -> Fit:
    """The renumbering of accelerators that keeps most copies (then: most bytes)."""
    if old.apart and new.apart:
        pairs = _paired(old.items, new.items, None)
        return Fit(tuple(pairs), _completed(_aligned(pairs), old, new))
    if old.exactly != new.exactly and old.outline == new.outline and (fit := _strictly(old, new)):
        return fit
    return _search(old, new, worth)


def _search(old: Content, new: Content, worth: Sequence[int]) -> Fit:
    """Pair the wide copies in every way that is consistent, and the accelerators for each as an assignment."""
    most, best_worth, best = upper(old, new, worth), -1, dict[int, int]()
    pairings = WidePairings(old, new)
    for tries, wide in enumerate(pairings.each(), start=1):
        relabel = _regions(old, new, wide, worth)
        kept = sum(worth[a.form] for a, _ in _kept(old, new, relabel))
        if kept > best_worth:
            best_worth, best = kept, relabel
        if best_worth == most or tries >= MOST_TRIES or tries * (len(old.items) + len(new.items)) >= MOST_WORK:
            pairings.cut |= best_worth < most
            break
    return Fit(tuple(_kept(old, new, best)), best, certain=best_worth == most or not pairings.cut)


def _regions(old: Content, new: Content, wide: Sequence[tuple[Item, Item]], worth: Sequence[int]) -> dict[int, int]:
    """Within each intersection of the paired sets: which accelerator is which, so that most single-accelerator copies stay."""
    before, after = membership([a for a, _ in wide]), membership([b for _, b in wide])
    singles_before, singles_after = _singles(old), _singles(new)
    nowhere = frozenset[int]()
    relabel: dict[int, int] = {}
    for region in sorted({nowhere, *before.values()}, key=sorted):
        rows = sorted(index for index in old.loads if before.get(index, nowhere) == region)
        columns = sorted(index for index in new.loads if after.get(index, nowhere) == region)
        _peel(rows, columns, singles_before, singles_after, relabel)
        if not rows or not columns:
            continue
        # A copy is worth far more than that an accelerator keeps its number.
        gain = [
            [_common(singles_before[row], singles_after[column], worth) * (len(rows) + 1) + (row == column) for column in columns] for row in rows
        ]
        relabel.update({columns[column]: rows[row] for row, column in heaviest(gain)})
    return _completed(relabel, old, new)


def _singles(content: Content) -> dict[int, Counter[int]]:
    """Single-accelerator copies by form, for each accelerator in use."""
    found: dict[int, Counter[int]] = {index: Counter() for index in content.loads}
    for item in content.items:
        if len(item.accelerators) == 1:
            found[item.accelerators[0]][item.form] += 1
    return found


def _peel(rows: list[int], columns: list[int], before: dict[int, Counter[int]], after: dict[int, Counter[int]], relabel: dict[int, int]) -> None:
    """Pair accelerators with equal singles at once, same numbers first: no better pairing separates them."""
    waiting: dict[frozenset[tuple[int, int]], list[int]] = {}
    for column in list(columns):
        if column in rows and before[column] == after[column]:
            relabel[column] = column
            rows.remove(column)
            columns.remove(column)
        else:
            waiting.setdefault(frozenset(after[column].items()), []).append(column)
    for row in list(rows):
        if alike := waiting.get(frozenset(before[row].items())):
            relabel[alike[0]] = row
            rows.remove(row)
            columns.remove(alike.pop(0))


def _common(old: Counter[int], new: Counter[int], worth: Sequence[int]) -> int:
    return sum(min(count, new[form]) * worth[form] for form, count in old.items() if form in new)


def _kept(old: Content, new: Content, relabel: Mapping[int, int]) -> list[tuple[Item, Item]]:
    """Copies that are on the same accelerators after renumbering."""
    return _paired(old.items, new.items, relabel)


def _paired(old: Sequence[Item], new: Sequence[Item], relabel: Mapping[int, int] | None) -> list[tuple[Item, Item]]:
    """As many pairs of equal form (and equal place after renumbering, unless that is None) as there are; the most alike first."""

    def place(item: Item, *, is_new: bool) -> tuple[int, ...]:
        return tuple(sorted(relabel[index] for index in item.accelerators)) if is_new and relabel is not None else item.accelerators

    left = [(item, place(item, is_new=False)) for item in old]
    right = [(item, place(item, is_new=True)) for item in new]
    pairs: list[tuple[Item, Item]] = []
    for exact, placed in ((True, True), (False, True)) if relabel is not None else ((True, True), (True, False), (False, True), (False, False)):
        waiting: defaultdict[tuple[object, ...], list[tuple[Item, tuple[int, ...]]]] = defaultdict(list)
        for item, where in reversed(right):
            waiting[item.exact if exact else item.form, where if placed else ()].append((item, where))
        still = []
        for item, where in left:
            found = waiting[item.exact if exact else item.form, where if placed else ()]
            if found:
                pairs.append((item, found.pop()[0]))
            else:
                still.append((item, where))
        left, right = still, [each for others in waiting.values() for each in reversed(others)]
        if not left or not right:
            break
    return pairs


def _aligned(pairs: Sequence[tuple[Item, Item]]) -> dict[int, int]:
    """Accelerators of copies that stay: those in both sets keep their numbers, the others go in order."""
    relabel: dict[int, int] = {}
    for old, new in pairs:
        stay = set(old.accelerators) & set(new.accelerators)
        relabel.update({index: index for index in stay})
        relabel.update(zip(sorted(set(new.accelerators) - stay), sorted(set(old.accelerators) - stay), strict=True))
    return relabel


def _completed(relabel: dict[int, int], old: Content, new: Content) -> dict[int, int]:
    """Every accelerator of the new node gets a number: its own where it is free, else one that either node uses."""
    used = set(relabel.values())
    open_ones = [index for index in sorted(new.loads) if index not in relabel]
    kept = [index for index in open_ones if index not in used]
    used.update(kept)
    spare = sorted((set(old.loads) | set(new.loads)) - used)
    return relabel | {index: index for index in kept} | dict(zip([index for index in open_ones if index not in kept], spare, strict=False))
