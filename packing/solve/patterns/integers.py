"""Whole numbers for a part: how many bins of each content.

Small parts are one integer program over the columns found, if there is work enough for it. In large ones HiGHS ends one or two per cent above the
linear program; there is a dive instead. The linear program's vertex is rounded down; of what is left, the contents that are nearly whole are rounded up, new
contents that suit the rest are priced, and the program is solved again. Each step adapts to the steps before, so that
little is lost (price and dive; Sadykov et al., INFORMS J. Comput. 31, 2019). The last few bins are left to composition and
ruin and recreate: their copies fill gaps for less than bins of their own cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from packing.solve.context import Share
from packing.solve.patterns.generation import column_improves
from packing.solve.patterns.master import Master, Solution
from packing.solve.patterns.parts import Part
from packing.solve.patterns.pricing import prices_of
from packing.solve.programs import enough_for_root

STEPS = 400
"""Steps at most."""
NEARLY = 0.9
"""Contents are rounded up from this part on."""
PORTION = 0.06
"""Of the contents that are not whole, this part at least is rounded up at once."""
FRESH = 20
"""New contents of each bin and step."""
ROUNDS = 2
"""Rounds of new contents in each step."""
SMALL = 600
"""Copies up to which a part is one integer program."""
REST = 6.0
"""Bins that are not whole, in sum, at which the dive ends."""
NODES = 0.25
"""Part of what is left for whole numbers of nodes."""
TINY = 1e-6


def whole_solution(part: Part, counts: Sequence[int] | None, share: Share, threads: int) -> Solution | None:
    """A whole solution with at most these nodes (None: as many as wanted), good but not proven; None if none is found in time."""
    if part.copies > SMALL:
        return dive(part, counts, share)
    program = Master(part.layout, part.costs, whole=True)
    program.add(part.master.columns)
    if not enough_for_root(share(), program.size):
        return dive(part, counts, share)
    program.limit_nodes(counts)
    return program.solve(share, gap=1e-5, threads=threads)


def dive(part: Part, counts: Sequence[int] | None, share: Share) -> Solution | None:
    """A whole solution with at most these nodes (None: as many as wanted), good but not proven; None if time is up.

    Some copies have no place in it: composition finds one.
    """
    try:
        return _Dive(part, share).run(counts)
    finally:
        part.master.keep([0] * len(part.master.columns))
        part.master.limit_nodes(None)


class _Dive:
    """One dive; the bounds of the master's variables are its state."""

    def __init__(self, part: Part, share: Share) -> None:
        self.part, self.master, self.share = part, part.master, share
        self.kept: list[int] = []
        self.solver = self.master.incremental()

    def run(self, counts: Sequence[int] | None) -> Solution | None:
        if not self._limit_nodes(counts):
            return None
        last: Solution | None = None
        for _ in range(STEPS):
            solution = self._solve()
            if solution is not None and sum(solution.missing) > self.part.least_missing + TINY and self._limit_nodes(None):
                # The nodes do not suffice any more: the next best numbers for what is kept so far.
                solution = self._solve()
            for _ in range(ROUNDS):
                if solution is None or not self.kept or not self._fresh_columns(solution):
                    break
                solution = self._solve() or solution
            last = solution or last
            if solution is None or not self._round(solution):
                break
        # When time is up, what is kept so far: composition places the rest.
        return None if last is None else _whole(self.part, self.kept, last)

    def _solve(self) -> Solution | None:
        return self.solver(self.share) if self.share() > 0 else None

    def _limit_nodes(self, counts: Sequence[int] | None) -> bool:
        """No more than these nodes from here on; None: the cheapest whole numbers that the linear program agrees to."""
        if counts is None:
            self.master.limit_nodes(None)
            counts = self.master.whole_nodes(self.share.part(NODES))
        if counts is not None:
            self.master.limit_nodes(counts)
        return counts is not None

    def _round(self, solution: Solution) -> bool:
        """Keep the whole parts, and round some contents up. Returns whether there is more to do."""
        self.kept += [0] * (len(self.master.columns) - len(self.kept))
        rests = []
        for index, value in solution.columns.items():
            self.kept[index] = max(self.kept[index], floor(value + TINY))
            rest = value - self.kept[index]
            if rest > TINY:
                rests.append((rest, index))
        rests.sort(key=lambda each: (-each[0], each[1]))
        more = sum(rest for rest, _ in rests) > REST
        for number, (rest, index) in enumerate(rests if more else ()):
            if number >= PORTION * len(rests) and rest < NEARLY:
                break
            self.kept[index] += 1
        self.master.keep(self.kept)
        return more

    def _fresh_columns(self, solution: Solution) -> int:
        """New contents that suit what is left: no more of a class than is still to be placed. Returns how many."""
        duals = solution.duals
        if duals is None:
            return 0
        left = _left(self.part, self.kept)
        columns = self.part.pricer.fills(prices_of(duals), FRESH, duals.room, [left[item.owner] for item in self.part.layout.items], self.share)
        return self.master.add([column for column in columns if column_improves(self.master, column, duals)])


def _left(part: Part, kept: Sequence[int]) -> list[int]:
    """Copies by class that the kept contents have no place for."""
    layout = part.layout
    left = [float(each.copies - each.forced) for each in layout.classes]
    for index, count in enumerate(kept):
        for item, copies in part.master.columns[index][1] if count else ():
            left[layout.items[item].owner] -= count * copies / layout.items[item].units
    return [max(0, ceil(count - TINY)) for count in left]


def _whole(part: Part, kept: Sequence[int], solution: Solution) -> Solution:
    """With copies by item as whole numbers, no more than the bins have places for."""
    places: dict[int, int] = {}
    for index, count in enumerate(kept):
        for item, copies in part.master.columns[index][1] if count else ():
            places[item] = places.get(item, 0) + copies * count
    items: dict[int, float] = {}
    for each in part.layout.items:
        value = round(solution.items.get(each.index, 0.0))
        items[each.index] = float(min(value, places.get(each.index, 0) // each.units) if each.bin >= 0 else value)
    return Solution(
        objective=solution.objective,
        columns={index: float(count) for index, count in enumerate(kept) if count},
        items=items,
        groups=[float(ceil(count - TINY)) for count in solution.groups],
        pools=solution.pools,
        missing=solution.missing,
        duals=None,
    )
