"""How little is enough: what models of one priority give up so that nothing of theirs, and of more important ones, is missing.

First stage by stage, all models of the level at once, until nothing is missing (what is missing even then is refused). Then everything is
taken back, the most severe stage first, as far as the problem stays complete. Giving up more never makes a complete problem incomplete;
so what could not be taken back when more was given up cannot be taken back in the end either, and no concession is in vain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from packing.act.shortage.concede import LEAST
from packing.act.shortage.ladder import STAGES, Concessions, least_copies, steps
from packing.act.shortage.oracle import Oracle
from packing.domain.problem import Problem
from packing.domain.shortage import Level, Stage
from packing.domain.units import MICRO
from packing.solve.result import Result


@dataclass(frozen=True, slots=True)
class Placed:
    """Copies and requests/s (millionths) of a model in a placement."""

    copies: int
    rate: int


def placed_of(result: Result) -> dict[str, Placed]:
    """By model; nothing of those without copies."""
    copies: Counter[str] = Counter()
    rates: Counter[str] = Counter()
    for copy in result.placement.copies:
        copies[copy.model] += 1
        rates[copy.model] += copy.mode.rps_micro or 0
    return {name: Placed(count, rates[name]) for name, count in copies.items()}


NOTHING = Placed(0, 0)


class Settlement:
    """Settles one priority level after the other, the highest first; less important models are left out meanwhile."""

    def __init__(self, problem: Problem, oracle: Oracle) -> None:
        self.problem, self.oracle = problem, oracle
        self.models = {model.name: model for model in problem.models}

    def settle(self, given: Concessions, priority: int) -> Concessions:
        """What the models of this priority have to give up, on top of what more important ones have."""
        names = sorted(model.name for model in self.problem.models if model.priority == priority)
        given, applied, result = self._give_up(given, names, priority)
        if result is not None:
            given = self._refuse(given, names, result)
        for stage in reversed(applied):
            if stage is Stage.SCALE_TO_ZERO:
                given = self._wake(given, names, priority)
            elif stage is Stage.COPIES:
                given = self._serve(given, names, priority)
            else:
                given = self._take_back(given, given.of_stage(names, stage), stage, priority)
                given = self._milden(given, given.of_stage(names, stage), stage, priority)
        return given

    def _give_up(self, given: Concessions, names: list[str], priority: int) -> tuple[Concessions, list[Stage], Result | None]:
        """Stage by stage until nothing is missing: the stages, and the last answer if something still is."""
        applied: list[Stage] = []
        result: Result | None = None
        for stage in STAGES:
            levels = {name: ladder[-1] for name in names if (ladder := steps(self.problem, self.models[name], stage))}
            if not levels:
                continue
            given = given.but({(name, stage): level for name, level in levels.items()})
            applied.append(stage)
            result = self.oracle.solve(self._problem(given, priority))
            if not result.unplaced:
                return given, applied, None
        return given, applied, result or self.oracle.solve(self._problem(given, priority))

    def _problem(self, given: Concessions, priority: int, first: Sequence[str] = (), last: Sequence[str] = ()) -> Problem:
        """Models of this priority and above as they are now. Those in `first` come before the others of their priority, those in `last` after."""
        degraded = given.apply(priority)
        rank = {each: 3 * number for number, each in enumerate(sorted({model.priority for model in degraded.models}))}
        models = tuple(
            model.model_copy(update={"priority": rank[model.priority] + (model.name in first) - (model.name in last)}) for model in degraded.models
        )
        return degraded.model_copy(update={"models": models})

    def _complete(self, given: Concessions, priority: int) -> bool:
        return self.oracle.complete(self._problem(given, priority))

    def _refuse(self, given: Concessions, names: list[str], result: Result) -> Concessions:
        """Whoever is still short of its least copies has no more than these."""
        placed = placed_of(result)
        short = [each.model for each in result.unplaced if each.model in names]
        return given.but({(name, Stage.REFUSAL): placed.get(name, NOTHING).copies for name in short})

    def _wake(self, given: Concessions, names: list[str], priority: int) -> Concessions:
        """Models that may be without copies get back as many as there is room for, all others first."""
        asleep = given.of_stage(names, Stage.SCALE_TO_ZERO)
        awake = given.but({(name, Stage.SCALE_TO_ZERO): None for name in asleep})
        result = self.oracle.solve(self._problem(awake, priority, last=asleep))
        placed, short = placed_of(result), {each.model for each in result.unplaced}
        if short - set(asleep):
            return given  # the search was not good enough to find what it had found before
        return awake.but({(name, Stage.SCALE_TO_ZERO): placed.get(name, NOTHING).copies for name in asleep if name in short})

    def _take_back(self, given: Concessions, names: list[str], stage: Stage, priority: int) -> Concessions:
        """As many of these concessions as possible: all at once, else one half after the other."""
        if not names:
            return given
        without = given.but({(name, stage): None for name in names})
        if self._complete(without, priority):
            return without
        if len(names) == 1:
            return given
        half = len(names) // 2
        return self._take_back(self._take_back(given, names[:half], stage, priority), names[half:], stage, priority)

    def _milden(self, given: Concessions, names: list[str], stage: Stage, priority: int) -> Concessions:
        """The mildest step of the stage that is enough, for one model after the other."""
        for name in names:
            ladder = steps(self.problem, self.models[name], stage)
            low, high = 0, len(ladder) - 1
            while low < high:
                middle = (low + high) // 2
                if self._complete(given.but({(name, stage): ladder[middle]}), priority):
                    high = middle
                else:
                    low = middle + 1
            given = given.but({(name, stage): ladder[high]})
        return given

    def _serve(self, given: Concessions, names: list[str], priority: int) -> Concessions:
        """Traffic comes back as far as there is room: the fewest copies of the level are missing, and none below its minimum."""
        short = given.of_stage(names, Stage.COPIES)
        bare: list[str] = []
        while True:
            wanted = [name for name in short if name not in bare]
            served = given.but({(name, Stage.COPIES): None for name in wanted})
            result = self.oracle.solve(self._problem(served, priority, first=bare))
            missing = {each.model for each in result.unplaced}
            placed = placed_of(result)
            below = [name for name in wanted if name in missing and placed.get(name, NOTHING).copies < self._least(served, name)]
            if missing - set(wanted):
                return given
            if not below:
                served = served.but({(name, Stage.COPIES): placed.get(name, NOTHING).rate / MICRO or 0.0 for name in wanted if name in missing})
                return self._serve_bare(served, bare, priority)
            bare += below  # these would rather have their minimum than others their traffic

    def _least(self, given: Concessions, name: str) -> int:
        fewer = [level for stage in (Stage.SCALE_TO_ZERO, Stage.REFUSAL) if (level := given.level(name, stage)) is not None]
        return min([least_copies(self.models[name]), *(int(level) for level in fewer if isinstance(level, int))])

    def _serve_bare(self, given: Concessions, names: list[str], priority: int) -> Concessions:
        """For models that were left with their minimum: as much traffic as can be served beside what the others have."""
        for name in names:
            result = self.oracle.solve(self._problem(given.but({(name, Stage.COPIES): None}), priority, last=[name]))
            missing = {each.model for each in result.unplaced}
            mine = placed_of(result).get(name, NOTHING)
            if not missing:
                given = given.but({(name, Stage.COPIES): None})
            elif missing == {name} and mine.copies >= self._least(given, name):
                served: Level = max(mine.rate / MICRO, LEAST if self.models[name].copies.min else 0.0)
                given = given.but({(name, Stage.COPIES): served})
        return given
