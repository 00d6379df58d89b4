"""Diving: fix a column of the linear program's solution, generate columns for what is left, and so on to whole numbers.

Where the rest can no longer be served at the cost wanted, the last decisions are taken back and decided otherwise: limited
discrepancy search (Harvey, Ginsberg 1995), as Sadykov et al. (2019) do it for column generation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packing.solve.node_patterns.generate import Generator
from packing.solve.node_patterns.master import Relaxed
from packing.solve.node_patterns.prices import prices_of
from packing.solve.node_patterns.problem import Column, Problem

SURE = 0.75
"""Columns with at least this value (beyond whole ones) are fixed together."""
ROUNDS = 12
"""Rounds of column generation at each step."""
WIDTH = 2
"""Other choices that are tried at a step."""
DEPTH = 3
"""Choices other than the first on the way to a solution, at most."""
SHORT = 1e-6
"""More copies missing in the linear program than this: stock does not suffice."""
WILD, WILDEST = 0.08, 5
"""How much luck counts in choices: more with each dive, up to so many times."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left to do after some columns are fixed."""

    copies: tuple[int, ...]
    peaks: tuple[int, ...]
    stock: tuple[int, ...]
    cost: int
    """Of what is fixed: bins and extra costs."""
    fixed: tuple[Column, ...] = ()

    @property
    def done(self) -> bool:
        """Nothing is left."""
        return not any(self.copies) and not any(self.peaks)


def whole(problem: Problem) -> Rest:
    """Nothing is fixed yet."""
    return Rest(
        tuple(demand.copies for demand in problem.demands),
        tuple(demand.peak for demand in problem.demands),
        tuple(pool.stock for pool in problem.pools),
        0,
    )


def fix(problem: Problem, rest: Rest, column: Column) -> Rest | None:
    """One more bin with this content, from the cheapest pool; None where there is no stock."""
    number, content = column
    pools = sorted(problem.kinds[problem.bins[number].kind], key=lambda pool: (problem.pools[pool].cost, pool))
    pool = next((each for each in pools if rest.stock[each] > 0), None)
    if pool is None:
        return None
    copies, peaks, stock = list(rest.copies), list(rest.peaks), list(rest.stock)
    stock[pool] -= 1
    cost = rest.cost + problem.pools[pool].cost
    for index, count in content:
        item = problem.items[index]
        copies[item.demand] = max(0, copies[item.demand] - count)
        peaks[item.demand] = max(0, peaks[item.demand] - count * item.rate)
        cost += count * problem.extra[index]
    return Rest(tuple(copies), tuple(peaks), tuple(stock), cost, (*rest.fixed, column))


class Diver:
    """Dives of one problem; columns found on the way stay in the master."""

    def __init__(self, generator: Generator) -> None:
        self.generator, self.problem = generator, generator.problem
        self.steps, self.wild = 0, 0.0

    def dive(self, start: Rest, target: int, steps: int, wild: int = 0) -> Rest | None:
        """A solution that costs no more than `target` (beyond the constant), or None.

        Parameters
        ----------
        steps : linear programs that may be solved.
        wild : how freely choices differ from the largest value; 0 for the first dive.
        """
        self.steps, self.wild = steps, min(wild, WILDEST) * WILD
        try:
            return self._down(start, target, DEPTH)
        finally:
            rest = whole(self.problem)
            self.generator.master.ask(rest.copies, rest.peaks, rest.stock)

    def _down(self, rest: Rest, target: int, depth: int) -> Rest | None:
        banned: list[Column] = []
        while True:
            if rest.done:
                return rest
            choice = self._choose(rest, target, banned)
            if choice is None:
                return None
            following: Rest | None = rest
            for column in choice:
                following = fix(self.problem, following, column) if following is not None else None
            found = self._down(following, target, depth) if following is not None else None
            if found is not None or depth == 0 or len(banned) >= WIDTH or self.steps <= 0:
                return found
            banned.append(choice[0])
            depth -= 1

    def _choose(self, rest: Rest, target: int, banned: Sequence[Column]) -> list[Column] | None:
        """Columns to fix next; None where the rest costs too much."""
        generator, master = self.generator, self.generator.master
        master.ask(rest.copies, rest.peaks, rest.stock)
        allowed = target - rest.cost + 1e-6 * self.problem.unit
        wanted = [generator.useful(index, copies, peak) for index, (copies, peak) in enumerate(zip(rest.copies, rest.peaks, strict=True))]
        solution: Relaxed | None = None
        affordable = False
        for attempt in range(ROUNDS):
            if self.steps <= 0 or generator.share() <= 0:
                return None
            self.steps -= 1
            solution = master.solve(generator.share, vertex=True)
            if solution is None:
                return None
            affordable = solution.missing < SHORT and solution.objective - self.problem.constant <= allowed
            if (affordable and attempt > 0) or not master.add(generator.fill(prices_of(self.problem, solution.duals), wanted)):
                break
        if solution is None or not affordable:
            return None
        values = {index: value for index, value in solution.columns.items() if master.columns[index] not in banned}
        return self._rounded(values)

    def _rounded(self, values: dict[int, float]) -> list[Column] | None:
        """Whole parts, and what is nearly whole; otherwise the largest fraction, with some luck."""
        columns = self.generator.master.columns
        sure = [columns[index] for index, value in sorted(values.items()) for _ in range(int(value + 1 - SURE))]
        if sure or not values:
            return sure or None
        order = sorted(values, key=lambda index: (-round(values[index], 6), -sum(count for _, count in columns[index][1]), index))
        luck = self.generator.random.uniform(1 - self.wild, 1, size=len(order))
        return [columns[max(zip(order, luck, strict=True), key=lambda each: values[each[0]] * each[1])[0]]]
