"""`explain_placement` and its parts: why something does not fit, why a model is where it is, what one more would be worth."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from packing.describe import checked_problem, placement_from
from packing.describe.expand import Expanded
from packing.domain.faults import did_you_mean
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.words import Status
from packing.errors import Fault, ProblemError
from packing.explain.alternatives import Alternative, Alternatives
from packing.explain.conflict import ConflictSet, conflict_among, described, disjoint_conflicts
from packing.explain.explanation import Explanation
from packing.explain.oracle import Oracle
from packing.explain.repairs.nodes import MoreNodes
from packing.explain.repairs.obvious import obvious_changes
from packing.explain.repairs.repair import Repair
from packing.explain.repairs.search import find_repairs
from packing.explain.terms import breakdown
from packing.explain.values import Value, side_of, values
from packing.solve.api import LONGEST
from packing.solve.context import SearchContext
from packing.solve.result import Result
from packing.verify import Verification, verify

BASE, EACH, CONFLICT, WHY_NOT = 0.25, 0.25, 0.7, 0.5
"""Parts of the time: for solving the problem as it is, for any one question, for conflict and repairs, for other ways to run a model."""
DECIDE, ISOLATE = 0.25, 0.6
"""Parts of the time for conflict and repairs: for whether the whole can be placed, and for conflict sets."""
MOST_FAULTS = 10


def explain_placement(
    problem: Problem | Mapping[str, Any],
    placement: Placement | Mapping[str, Any] | None = None,
    *,
    model: str | None = None,
    with_values: bool = False,
    time_limit: float = 30.0,
    seed: int = 0,
    cancel: threading.Event | None = None,
) -> Explanation:
    """Why models are where they are, or why not all of them can be placed and what would help.

    Parameters
    ----------
    problem : a `Problem`, or the same as plain data.
    placement : what is to be explained; None: the problem is solved first.
    model : name of a model: every other way to run it is looked at, too.
    with_values : also what one more node, unit or level less isolation would be worth.
    time_limit : seconds for everything together.
    seed : of all solves.
    cancel : set it from any thread to stop; what is known by then is returned.

    Returns
    -------
    Explanation
        Nothing in it is a guess: what could not be proven in time is None.

    Raises
    ------
    ProblemError
        With all faults: of the problem, of a placement that is of another problem or breaks rules, of an unknown model.
    """
    made = _Explainer(problem, time_limit, seed, cancel)
    given = made.given(placement, model)
    base = made.base()
    shown = given or base.placement
    checked = made.checked(shown)
    optimal, better = _compared(shown, checked, base)
    possible, conflicts, repairs, more = made.why_incomplete(shown, base)
    alternatives = made.why_not(model, shown, checked, optimal=bool(optimal), share=WHY_NOT if with_values else 1.0) if model else ()
    worth = values(made.oracle, model) if with_values else None
    return Explanation(
        expanded=made.expanded,
        placement=shown,
        breakdown=breakdown(made.expanded.problem, shown),
        optimal=optimal,
        better=better,
        possible=possible,
        conflicts=conflicts,
        repairs=repairs,
        more_nodes=more,
        model=model,
        alternatives=alternatives,
        values=worth.tried if worth else None,
        values_untried=worth.untried if worth else (),
    )


def conflict_set(
    problem: Problem | Mapping[str, Any], *, time_limit: float = 30.0, seed: int = 0, cancel: threading.Event | None = None
) -> ConflictSet | None:
    """A set of demands, rules and stocks that cannot hold together; None where a complete placement exists or none is proven impossible.

    Parameters and faults as for `explain_placement`.
    """
    return _Explainer(problem, time_limit, seed, cancel).conflict()


def cheapest_repairs(
    problem: Problem | Mapping[str, Any], *, time_limit: float = 30.0, seed: int = 0, cancel: threading.Event | None = None
) -> tuple[Repair, ...]:
    """Changes after which a complete placement exists, the cheapest first; empty where one exists already, or nothing was proven in time.

    Parameters and faults as for `explain_placement`.
    """
    made = _Explainer(problem, time_limit, seed, cancel)
    base = made.base()
    return made.why_incomplete(base.placement, base)[2]


def marginal_values(
    problem: Problem | Mapping[str, Any], *, time_limit: float = 30.0, seed: int = 0, cancel: threading.Event | None = None
) -> tuple[Value, ...]:
    """What one more node of each pool, one more unit of each named resource, and one level less isolation are worth, by re-solving.

    Parameters and faults as for `explain_placement`.
    """
    return values(_Explainer(problem, time_limit, seed, cancel).oracle).tried


class _Explainer:
    """One call: a clock, an oracle, and the parts of the answer in turn."""

    def __init__(self, problem: Problem | Mapping[str, Any], time_limit: float, seed: int, cancel: threading.Event | None) -> None:
        if not (isinstance(time_limit, int | float) and 0 < time_limit <= LONGEST):
            raise ProblemError(
                [Fault("bad_option", "time_limit", str(time_limit), "The value is not accepted.", "Give more than 0 seconds, up to 30 days.")]
            )
        problem = checked_problem(problem)
        self.clock = SearchContext(time_limit, seed, cancel=cancel)
        self.oracle = Oracle(problem, self.clock, time_limit * EACH, cancel)

    @property
    def expanded(self) -> Expanded:
        return self.oracle.expanded

    def given(self, placement: Placement | Mapping[str, Any] | None, model: str | None) -> Placement | None:
        """The placement to explain; all that is wrong with it and with the model's name is raised at once."""
        faults: list[Fault] = []
        names = {each.name for each in self.expanded.problem.models}
        if model is not None and model not in names:
            advice = did_you_mean(model, names, "Name a model of the problem.")
            faults.append(Fault("unknown_model", "model", model, "The problem has no model of this name.", advice))
        found = None
        try:
            found = placement_from(placement, self.expanded.described) if isinstance(placement, Mapping) else placement
        except ProblemError as error:
            faults += error.faults
        if found is not None:
            faults += self._wrong(found)
        if faults:
            raise ProblemError(faults)
        return found

    def _wrong(self, placement: Placement) -> list[Fault]:
        if not placement.answers(self.expanded.digest):
            cause = "The placement is of another problem (their hashes differ)."
            return [
                Fault("bad_placement", "problem", placement.problem, cause, "Solve this problem, or give the file that the placement was made for.")
            ]
        violations = self.checked(placement).violations
        action = "See `packing check`; only a valid placement can be explained."
        return [Fault("bad_placement", each.where, each.rule, each.detail, action) for each in violations[:MOST_FAULTS]]

    def checked(self, placement: Placement) -> Verification:
        return verify(self.expanded.problem, placement, self.expanded.digest)

    def base(self) -> Result:
        """The problem as it is, solved."""
        with self.clock.within(self.clock.remaining() * BASE):
            found = self.oracle.solve((), seconds=self.clock.remaining())
        self.oracle.suspects = frozenset(left.model for left in found.unplaced)
        return found

    def conflict(self) -> ConflictSet | None:
        found = conflict_among(self.oracle, self.oracle.conditions)
        return None if found is None else described(self.oracle, found)

    def why_incomplete(self, shown: Placement, base: Result) -> tuple[bool | None, tuple[ConflictSet, ...], tuple[Repair, ...], MoreNodes | None]:
        """(whether a complete placement exists, conflict sets, repairs, what more nodes can do)."""
        if not shown.unplaced or not base.unplaced:
            return True, (), (), None
        with self.clock.within(self.clock.remaining() * CONFLICT):
            with self.clock.within(self.clock.remaining() * DECIDE):
                possible = False if base.complete_is_impossible else self.oracle.decide(()).complete
            if possible:
                return True, (), (), None
            obvious = obvious_changes(self.oracle, base.placement)
            with self.clock.within(self.clock.remaining() * ISOLATE):
                conflicts = disjoint_conflicts(self.oracle)
            possible = False if conflicts else possible
            repairs, more = find_repairs(self.oracle, [each.conditions for each in conflicts], base.placement, obvious)
        return possible, tuple(conflicts), tuple(repairs), more

    def why_not(self, model: str, shown: Placement, checked: Verification, *, optimal: bool, share: float) -> tuple[Alternative, ...]:
        record = next(each for each in self.expanded.problem.models if each.name == model)
        with self.clock.within(self.clock.remaining() * share):
            return Alternatives(self.expanded, shown, checked, optimal).of(record, self.clock, self.oracle.seconds)


def _compared(shown: Placement, checked: Verification, base: Result) -> tuple[bool | None, Placement | None]:
    """(whether nothing better exists, a better placement if one was found): what a file says of itself is no proof."""
    side = side_of(base)
    assert checked.objective_units is not None
    mine = sum(left.copies for left in shown.unplaced), checked.objective_units
    if base.placement.unplaced == () and mine[0]:
        return False, base.placement
    if side.missing == mine[0] and side.units < mine[1]:
        return False, base.placement
    proven = base.status == Status.OPTIMAL or (side.optimal and side.missing == mine[0])
    return True if proven and side.missing == mine[0] and mine[1] <= side.units else None, None
