"""Column generation: linear program and pricing in turn. Cheap contents as long as they help, proof when they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from packing.solve.context import Share
from packing.solve.node_patterns.exact import Answer, most_valuable
from packing.solve.node_patterns.master import Master, Relaxed
from packing.solve.node_patterns.prices import Prices, bound_of, mixed, prices_of, values_of
from packing.solve.node_patterns.problem import Column, Problem
from packing.solve.node_patterns.quick import quick_contents
from packing.solve.node_patterns.room import Room
from packing.solve.node_patterns.tables import Scratch

ROWS = 96
"""Greedy contents of each bin and round."""
NEW = 60
"""New columns of each bin and round, at most."""
FEW = 20
"""With fewer new greedy contents than this, exact pricing is asked as well."""
SMOOTHING = 3
"""Tenths of the best prices so far in those that are priced exactly (Wentges 1997)."""
SKETCHY, QUICK, THOROUGH = 4_000, 32_000, 600_000
"""Partial contents that exact pricing extends: at first; at most while the bound is not urgent; and when nothing else helps."""
STALLED, WINDOW = 1e-3, 6
"""The linear program has stalled where it gained less than this part of its value in so many rounds."""
CALL, FILL = 3e-4, 3.5e-7
"""Units of work of a call for one bin, and of each of its items in each greedy content."""
NARROW = 1e-6
"""Gap between linear program and bound that counts as none."""


class Generator:
    """Columns, prices and bound of one problem."""

    def __init__(self, problem: Problem, share: Share, seed: int, on_bound: Callable[[int], None] = lambda _: None) -> None:
        self.problem, self.share = problem, share
        self.on_bound = on_bound
        self.pause: Callable[[], bool] = lambda: False
        """Whether column generation should stop for now."""
        self.random = np.random.default_rng(seed)
        self.rooms = [Room(problem, number) for number in range(len(problem.bins))]
        self.master = Master(problem)
        self.bound = problem.constant
        """Proven: no solution costs less."""
        self._scratch = Scratch()
        self.effort = SKETCHY
        self.centre: Prices | None = None
        self.converged = False
        self.master.add(self._alone())

    def _alone(self) -> Iterator[Column]:
        """Each item by itself, as often as it fits."""
        for room in self.rooms:
            for index, count in zip(room.items, room.most, strict=True):
                yield room.number, ((int(index), int(min(count, max(1, self.problem.demands[self.problem.items[index].demand].copies)))),)

    def limits(self, room: Room, copies: Sequence[int]) -> np.ndarray:
        """(n,) most copies of each item that are of use."""
        wanted = [copies[self.problem.items[index].demand] for index in map(int, room.items)]
        return np.minimum(room.most, np.array(wanted, dtype=np.int64))

    def fill(self, prices: Prices, copies: Sequence[int], rows: int = ROWS) -> Iterator[Column]:
        """Greedy contents that earn more than a bin costs at these prices, the best first in each bin."""
        for room in self.rooms:
            if not len(room):
                continue
            values = values_of(self.problem, prices, room.items)
            self.share.spend(CALL + FILL * rows * len(room))
            counts = np.unique(quick_contents(room, values.astype(float), self.limits(room, copies), rows, self.random), axis=0)
            worth = counts @ values
            cost = prices.bin[self.problem.bins[room.number].kind]
            order = np.argsort(-worth, kind="stable")
            for row in order[worth[order] > cost * (1 + 1e-7) + 1][:NEW]:
                yield room.number, tuple((int(room.items[k]), int(counts[row, k])) for k in np.flatnonzero(counts[row]))

    def relax(self, *, enough: int | None = None, rounds: int = 10_000, patient: bool = True) -> Relaxed | None:
        """Rounds until prices prove the linear program's value, or the bound reaches `enough`; impatient: or until it stalls."""
        solution: Relaxed | None = None
        course: list[float] = []
        wanted = [self.useful(index, demand.copies, demand.peak) for index, demand in enumerate(self.problem.demands)]
        for _ in range(rounds):
            if self.share() <= 0 or self.pause() or (enough is not None and self.bound >= enough):
                return solution
            found = self.master.solve(self.share)
            if found is None:
                return solution
            solution = found
            course.append(found.objective)
            if not patient and len(course) > WINDOW and course[-WINDOW - 1] - course[-1] < STALLED * abs(course[-1]):
                return solution
            if solution.missing < NARROW and self.problem.rounded_up(int(solution.objective - self.problem.unit * NARROW)) <= self.bound:
                self.converged = True
                return solution
            prices = prices_of(self.problem, solution.duals)
            added = self.master.add(self.fill(prices, wanted))
            if added < FEW and not self._prove(prices, wanted) and not added:
                self.converged = True
                return solution
        return solution

    def useful(self, index: int, copies: int, peak: int) -> int:
        """Most copies of a demand in one content that can be of use."""
        rates = [self.problem.items[item].rate for item in self.problem.ways[index]]
        slowest = min((rate for rate in rates if rate), default=0)
        return max(copies, -(-peak // slowest) if slowest else 0)

    def _prove(self, prices: Prices, wanted: Sequence[int]) -> bool:
        """Exact pricing: at smoothed prices first, then at the true ones. Returns whether columns were found."""
        for parts, effort in ((SMOOTHING, self.effort), (0, self.effort), (0, QUICK), (0, THOROUGH)):
            self.effort = min(QUICK, 2 * effort) if not parts else self.effort  # the first try was not enough
            if parts and self.centre is None:
                continue
            smooth = mixed(self.centre, prices, parts, 10) if parts and self.centre else prices
            try:
                answers = self._price(smooth, wanted, effort)
            except OverflowError:
                return False  # amounts too far apart for exact tables: no better bound than there is
            self._learn(smooth, answers)
            columns = [
                (room.number, tuple((int(room.items[k]), count) for k, count in content))
                for room, answer in zip(self.rooms, answers, strict=True)
                for content in answer.contents
            ]
            if self.master.add(self._ordered(columns)):
                return True
            if all(answer.bound <= self._floor(smooth, room) for room, answer in zip(self.rooms, answers, strict=True)) and not parts:
                return False
        return False

    def _ordered(self, columns: list[Column]) -> list[Column]:
        """Items ascending, as columns are."""
        return [(number, tuple(sorted(content))) for number, content in columns]

    def _floor(self, prices: Prices, room: Room) -> int:
        return prices.bin[self.problem.bins[room.number].kind]

    def _price(self, prices: Prices, wanted: Sequence[int], effort: int) -> list[Answer]:
        def stop() -> bool:
            return self.share() <= 0

        answers = []
        for room in self.rooms:
            values = values_of(self.problem, prices, room.items)
            answer = most_valuable(room, values, self.limits(room, wanted), self._floor(prices, room), effort, self._scratch, stop)
            self.share.spend(CALL + answer.work)
            answers.append(answer)
        return answers

    def _learn(self, prices: Prices, answers: Sequence[Answer]) -> None:
        """The bound that these prices prove."""
        bound = bound_of(self.problem, prices, [answer.bound for answer in answers])
        if bound > self.bound or self.centre is None:
            self.centre = prices
        if bound > self.bound:
            self.bound = bound
            self.on_bound(bound)
