"""Infeasible problems: is each conflict set irreducible, does each repair work at its price, as judged by others than who claimed it."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from statistics import mean, median

from packing.bench.infeasible import infeasible_problem
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.describe import expand
from packing.domain.hardware import price_micro_usd
from packing.domain.problem import Problem
from packing.domain.units import MICRO
from packing.errors import PackingError
from packing.explain.api import explain_placement
from packing.explain.conflict import ConflictSet, keeping_only
from packing.explain.explanation import Explanation
from packing.explain.repairs import Repair, apply_repair
from packing.solve.api import solve_placement
from packing.solve.check import verify_placement
from packing.solve.context import Progress

COUNT, QUICK, LIMIT_S = 1_000, 1, 30.0
JUDGE_S = (2.0, 20.0)
"""Seconds for `auto` to judge, and for a second look where these were not enough."""
TINY, TINY_POOLS = 4, 2
"""Copies and pools up to which the exhaustive search takes less than a second."""


def run(options: Options) -> Report:
    """Every second problem is tiny: there an exhaustive search judges, elsewhere `auto`."""
    count = options.number(COUNT, QUICK)
    seconds = options.seconds(LIMIT_S, quick=LIMIT_S)
    tallies = {"tiny": _Tally(), "small": _Tally()}
    for seed, tiny, problem in problems(count):
        tallies["tiny" if tiny else "small"].take(f"infeasible_problem({seed}, tiny={tiny})", problem, seconds)
    count = sum(tally.problems for tally in tallies.values())
    rows = tuple(tally.row(name) for name, tally in tallies.items())
    wrong = [fault for tally in tallies.values() for fault in tally.wrong]
    open_ends = [end for tally in tallies.values() for end in tally.open]
    targets = (
        Target(f"{count:,} infeasible problems without a false claim", f"{len(wrong)} wrong", not wrong, hard=True),
        Target("every conflict set proven irreducible, every repair confirmed", f"{len(open_ends)} open", not open_ends),
    )
    return Report("explain", rows, targets, tuple((wrong + open_ends)[:20]))


def problems(count: int) -> Iterator[tuple[int, bool, Problem]]:
    """(seed, whether tiny, problem): so many of them."""
    made = ((seed, bool(seed % 2), infeasible_problem(seed, tiny=bool(seed % 2))) for seed in itertools.count())
    return itertools.islice(((seed, tiny, problem) for seed, tiny, problem in made if problem is not None), count)


class _Tally:
    """What was seen of problems of one size."""

    def __init__(self) -> None:
        self.problems = self.sets = self.irreducible = self.repairs = self.judged = 0
        self.members: list[int] = []
        self.seconds: list[float] = []
        self.kinds: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.open: list[str] = []

    def take(self, name: str, problem: Problem, seconds: float) -> None:
        self.problems += 1
        started = time.monotonic()
        try:
            found = explain_placement(problem, time_limit=seconds)
            self.seconds.append(time.monotonic() - started)
            self._judge(name, problem, found)
        except PackingError as error:
            self.wrong.append(f"{name}: {type(error).__name__}: {error}")

    def _judge(self, name: str, problem: Problem, found: Explanation) -> None:
        self.sets += len(found.conflicts)
        self.repairs += len(found.repairs)
        self.kinds.update(condition.kind for conflict in found.conflicts for condition in conflict.conditions)
        if not found.conflicts:
            self.open.append(f"{name}: no conflict set")
        if not found.repairs:
            self.open.append(f"{name}: no repair")
        for conflict in found.conflicts:
            self.members.append(len(conflict.members))
            self.irreducible += bool(conflict.irreducible)
            self._note(name, conflict_faults(problem, conflict))
        for repair in found.repairs:
            self._note(name, repair_faults(problem, repair))

    def _note(self, name: str, faults: Iterator[tuple[bool, str]]) -> None:
        for proven, fault in faults:
            (self.wrong if proven else self.open).append(f"{name}: {fault}")
        self.judged += 1

    def row(self, name: str) -> Row:
        return {
            "problems": name,
            "number": self.problems,
            "conflict_sets": self.sets,
            "irreducible": self.irreducible,
            "members": mean(self.members) if self.members else None,
            "most_members": max(self.members, default=None),
            "repairs": self.repairs,
            "wrong": len(self.wrong),
            "open": len(self.open),
            "median_s": median(self.seconds) if self.seconds else None,
            "most_s": max(self.seconds, default=None),
        }


def conflict_faults(problem: Problem, conflict: ConflictSet) -> Iterator[tuple[bool, str]]:
    """(whether the claim is refuted rather than unconfirmed, what is wrong) with a conflict set."""
    together = judged(keeping_only(problem, conflict.conditions))
    if together is not False:
        yield together is True, f"the conflict set {_names(conflict)} {'can' if together else 'may'} hold together"
    for member in conflict.members:
        if member.necessary is None:
            yield False, f"not known whether {member.sentence!r} is needed"
            continue
        without = judged(keeping_only(problem, [each for each in conflict.conditions if each != member.condition]))
        if without is not True:
            yield without is False, f"without {member.sentence!r} the set {_names(conflict)} {'still' if without is False else 'perhaps'} cannot hold"


def repair_faults(problem: Problem, repair: Repair) -> Iterator[tuple[bool, str]]:
    """The same for a repair: it is made, the problem is solved again, and prices are added up again."""
    repaired = apply_repair(problem, repair)
    checked = verify_placement(repaired, repair.placement)
    if not checked.ok or any(count for _, count in checked.missing):
        yield True, f"the witness of {repair.sentence!r} is refused"
    if checked.cost_micro_usd != round(repair.cost_per_hour * MICRO):
        yield True, f"{repair.sentence!r} costs {checked.cost_micro_usd / MICRO}, not {repair.cost_per_hour}"
    if _added(problem, repaired, repair) != round(repair.price_per_hour * MICRO):
        yield True, f"the nodes of {repair.sentence!r} cost {_added(problem, repaired, repair) / MICRO}, not {repair.price_per_hour}"
    complete = judged(repaired)
    if complete is not True:
        yield complete is False, f"with {repair.sentence!r} no complete placement {'exists' if complete is False else 'was found'}"


def judged(problem: Problem) -> bool | None:
    """Whether a complete placement exists, by an exhaustive search where it is small enough, else by `auto`; None: not known."""
    from packing.testing.exhaustive import exhaustive, most_copies

    expanded = expand(problem).problem
    if sum(most_copies(expanded)) <= TINY and len(expanded.fleet) <= TINY_POOLS:
        with suppress(ValueError):  # it says itself if there is too much to look at
            return not any(exhaustive(expanded).missing)
    return next((answer for answer in (_by_auto(problem, seconds) for seconds in JUDGE_S) if answer is not None), None)


def _by_auto(problem: Problem, seconds: float) -> bool | None:
    enough = threading.Event()

    def look(progress: Progress) -> None:
        if progress.unplaced == 0:
            enough.set()

    result = solve_placement(problem, time_limit=seconds, processes=False, on_progress=look, cancel=enough)
    return True if not result.unplaced else False if result.complete_is_impossible else None


def _added(before: Problem, after: Problem, repair: Repair) -> int:
    """Micro-USD per hour of the nodes that one problem has more than the other; of pools that only one has, those that the witness rents."""
    kinds = {kind.name: kind for kind in expand(after).problem.instance_types}
    counts = {pool.label: pool.count for pool in before.fleet}
    rented = Counter(node.pool for node in repair.placement.nodes)
    more = [(pool, (pool.count or 0) - (counts[pool.label] or 0) if pool.label in counts else rented[pool.label]) for pool in after.fleet]
    return sum(count * price_micro_usd(pool, kinds[pool.instance_type]) for pool, count in more)


def _names(conflict: ConflictSet) -> str:
    return str([member.sentence for member in conflict.members])
