"""`solve_schedule`: one placement for the whole day first, then fewer nodes where fewer are needed, then moves that pay."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from packing.act.schedule.bound import least_cost
from packing.act.schedule.draft import Draft, Slots, drafted
from packing.act.schedule.grouping import groups_of
from packing.act.schedule.improve import Day, first_day, slots_short
from packing.act.schedule.names import Names
from packing.act.schedule.switches import Prices
from packing.act.schedule.thin import own_endpoints, thinned
from packing.describe import checked_problem, expand, placement_from
from packing.domain.change import Policy
from packing.domain.durations import START_S, load_ms, start_ms
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.schedule import Schedule, Switch
from packing.domain.units import MICRO, exact
from packing.domain.words import Status
from packing.errors import Fault, InternalError, ProblemError
from packing.solve.api import LONGEST, solve_placement
from packing.solve.context import SearchContext
from packing.verify.schedule import MS_PER_HOUR, verify_schedule

if TYPE_CHECKING:
    from packing.describe.expand import Expanded
    from packing.solve.result import Result

WHOLE, GROUPS = 0.4, 0.85
"""Parts of the time until which the placement of the whole day is sought, and then the groups; the rest is for the bound. The first is what
every saving is measured against: with a small part of the time, a day's plan would look good beside a poor placement."""
MOST_GROUPS = 6
MOVE_WEIGHT = 0.1
LEAST = 0.4
"""Part of its share of the time that a group's search has at least, whatever a solve takes beyond its limit."""
SHOWN = 5
"""Names that a notice lists."""

Told = Callable[[str], None]


def solve_schedule(
    problem: Problem | Mapping[str, Any],
    *,
    time_limit: float = 120.0,
    seed: int = 0,
    workers: int = 1,
    groups: int = MOST_GROUPS,
    move_weight: float = MOVE_WEIGHT,
    processes: bool = True,
    current: Placement | Mapping[str, Any] | None = None,
    cancel: threading.Event | None = None,
    on_progress: Told | None = None,
) -> Schedule:
    """Decide what runs when: a placement for each group of slots, and the switches between them.

    Parameters
    ----------
    problem : a `Problem`, or the same as plain data; its `slots`, of `slot_hours` each, are one day, which repeats.
    time_limit : seconds for everything; 0: the day's placement by greedy, without what a group does not need.
    seed, workers, processes : as for `solve_placement`.
    groups : placements, at most; 1: one for all slots.
    move_weight : how much a load counts, beyond what is paid: loading everything anew counts as 1 to 2 move weights of what
        every model alone would cost for an hour (docs/design/schedule.md).
    current : a placement that runs now, or the best that is known: the day starts from it, keeps its names, and costs no more than it does
        where it is complete and keeps all rules.
    cancel : set it to stop; the best schedule so far is returned.
    on_progress : called with a sentence whenever a step is done.

    Returns
    -------
    Schedule
        It has passed the checker (`packing.verify.schedule`). It never costs more than the placement of the whole day that it was made from.

    Raises
    ------
    ProblemError : with all faults of the input.
    """
    _check_options(time_limit, groups, move_weight)
    expanded = expand(checked_problem(problem))
    context = SearchContext(time_limit, seed, workers, cancel=cancel)

    def solve(part: Problem, seconds: float, **what: Any) -> Result:
        result = solve_placement(part, time_limit=max(0.0, seconds), seed=seed, workers=workers, processes=processes, cancel=cancel, **what)
        if result.withdrawn is not None:
            context.withdraw(result.withdrawn)
        return result

    given = current if current is None or isinstance(current, Placement) else placement_from(current, expanded.described)
    return _Planner(expanded, context, solve, on_progress or (lambda _: None), groups, move_weight).schedule(given)


def _check_options(time_limit: float, groups: int, move_weight: float) -> None:
    faults = []
    if not isinstance(time_limit, int | float) or not 0 <= time_limit <= LONGEST:
        faults.append(Fault("bad_option", "time_limit", str(time_limit), "The value is not accepted.", "Give seconds from 0 to 30 days."))
    if not isinstance(groups, int) or isinstance(groups, bool) or groups < 1:
        faults.append(Fault("bad_option", "groups", str(groups), "The value is not accepted.", "Give a whole number from 1."))
    if not isinstance(move_weight, int | float) or not 0 <= move_weight <= 1000:
        faults.append(Fault("bad_option", "move_weight", str(move_weight), "The value is not accepted.", "Give a number from 0 to 1000."))
    if faults:
        raise ProblemError(faults)


def _all_loaded(problem: Problem) -> Problem:
    """The problem in which no model may be over-committed."""
    models = tuple(model.model_copy(update={"cold_start_quantile": None}) for model in problem.models)
    return problem.model_copy(update={"models": models})


class _Pace:
    """Shares the time out to the groups: what a solve takes beyond its limit counts, too."""

    def __init__(self, context: SearchContext, end: float, groups: int, beyond: float) -> None:
        self._context, self._end, self._left, self._beyond = context, end, groups, beyond

    def seconds(self) -> float:
        """Of the next solve."""
        share = max(0.0, (self._end - self._context.elapsed()) / max(1, self._left))
        return max(share * LEAST, share - self._beyond)

    def over(self, limit: float) -> bool:
        """Whether another solve would end after the time limit, or somebody asked to stop."""
        return self._context.cancelled or self._context.elapsed() + self._beyond > limit

    def solve(self, solve: Callable[..., Result], part: Problem, **what: Any) -> Result:
        """One solve."""
        began, seconds = self._context.elapsed(), self.seconds()
        result = solve(part, seconds, **what)
        self._beyond = max(0.0, self._context.elapsed() - began - seconds)
        return result

    def done(self) -> None:
        """One group less."""
        self._left -= 1


class _Planner:
    """One run: what is known, and what is done in which order."""

    def __init__(self, expanded: Expanded, context: SearchContext, solve: Callable[..., Result], tell: Told, most: int, move_weight: float) -> None:
        self.problem, self.digest = expanded.problem, expanded.digest
        self.context, self._solve, self.tell, self.most, self.move_weight = context, solve, tell, most, move_weight
        self.prices = Prices(self.problem, move_weight)
        self.notices: list[str] = [*expanded.notices]
        self.hours = exact(self.problem.slot_hours)

    def schedule(self, current: Placement | None = None) -> Schedule:
        """The whole of it."""
        limit = self.context.time_limit
        first = self._all_day(current, limit * WHOLE)
        beyond = max(0.0, self.context.elapsed() - limit * WHOLE)
        constant = self._cheaper(first, current)
        self.tell(f"the same all day: {constant.cost_per_hour:,.2f} USD/h")
        found = self._day(constant, limit * WHOLE)
        groups = [(0, self.problem.slots)] if found is None else [(each.slots.first, each.slots.count) for each in found.drafts]
        if found is not None:
            found = self._improve(found, limit, beyond)
        made = [self._written(self._alone(constant, first), ())]
        if found is not None:
            found.restate()
            found = found.without_idle_switches()
            if len(found.drafts) > 1:
                made.append(self._written(found, self._switches(found)))
        best = min(made, key=lambda each: (each[0], each[1].cost_usd))[1]
        if best.status is Status.FEASIBLE:
            best = self._bounded(best, least_cost(self.problem, groups, self.context, self._solve))
        self.notices += [f"{incident[0].upper()}{incident[1:]}." for incident in self.context.incidents]
        complete = not constant.unplaced
        day = self.hours * self.problem.slots
        same = None if not complete else float(exact(constant.cost_per_hour) * day)
        best = best.model_copy(update={"constant_usd": same, "notices": (*self.notices, *best.notices)})
        return self._insist(best)

    def _all_day(self, current: Placement | None, seconds: float) -> Result:
        """One placement for all slots; from what is known already, if anything is."""
        if current is None:
            return self._solve(self.problem, seconds)
        hours = float(self.hours * self.problem.slots)
        policy = Policy(move_weight=min(1000.0, self.move_weight / hours), use_error_bands=False)
        return self._solve(self.problem, seconds, current=current, policy=policy)

    def _cheaper(self, found: Result, current: Placement | None) -> Placement:
        """The placement found, or the known one where that is an answer, too, and costs less."""
        if current is None:
            return found.placement
        known = drafted(Slots(self.problem, 0, self.problem.slots), current)
        if known.broken or any(known.missing):
            return found.placement
        return known.placement if found.unplaced or known.placement.cost_per_hour < found.placement.cost_per_hour else found.placement

    def _day(self, constant: Placement, seconds: float) -> Day | None:
        """The first schedule; None: one group is all there is."""
        day = self._thinned(constant)
        if day is None or day.sound():
            return day
        # On an over-committed node less traffic can need more: then from a placement without such nodes, which no rule forbids.
        day = self._thinned(self._solve(_all_loaded(self.problem), seconds).placement)
        if day is not None and not day.sound():
            self.notices.append("No groups of slots were found in which all rules hold.")
            return None
        return day

    def _thinned(self, constant: Placement) -> Day | None:
        whole = own_endpoints(constant)
        groups = groups_of(self.problem, whole, self.prices, self.most, self.move_weight)
        if len(groups) == 1:
            return None
        self.tell(f"{len(groups)} groups of slots")
        return first_day(self.problem, groups, whole, self._too_slow(whole), self.prices, Names(whole), self.move_weight)

    def _too_slow(self, placement: Placement) -> set[str]:
        """Nodes that cannot be had again within a slot: they run all day."""
        kinds = {kind.name: kind for kind in self.problem.instance_types}
        lead = {node.id: start_ms(kinds[node.instance_type]) for node in placement.nodes}
        for copy in placement.copies:
            lead[copy.node] += load_ms(copy.mode)
        longest = self.hours * MS_PER_HOUR
        slow = {node for node, milliseconds in lead.items() if milliseconds > longest}
        if slow:
            named = ", ".join(sorted(slow)[:SHOWN]) + (f" and {len(slow) - SHOWN} more" if len(slow) > SHOWN else "")
            most = max(lead[node] for node in slow) / 1000
            self.notices.append(f"Nodes run all day that need longer to start and load (up to {most:,.0f} s) than a slot has: {named}.")
        return slow

    def _improve(self, day: Day, limit: float, beyond: float) -> Day:
        """All groups anew as far as time goes; groups that lack copies in any case."""
        pace = _Pace(self.context, limit * GROUPS, len(day.drafts), beyond)
        if limit > 0 and pace.seconds() > 0:

            def done(_: int, draft: Draft) -> None:
                pace.done()
                self._say(draft)

            found = day.chain(lambda part, **what: pace.solve(self._solve, part, **what), done, over=lambda: pace.over(limit))
            if found.value() < day.value():
                day = found
        for number in range(len(day.drafts)):
            if day.incomplete(number) and not self.context.cancelled:
                day.improve(number, lambda part, **what: self._solve(part, pace.seconds(), **what))
                self._say(day.drafts[number])
        return day

    def _say(self, draft: Draft) -> None:
        self.tell(f"{self._told(draft.slots)}: {draft.micro_usd / MICRO:,.2f} USD/h")

    def _told(self, slots: Slots) -> str:
        last = (slots.first + slots.count - 1) % self.problem.slots
        return f"slot {slots.first}" if slots.count == 1 else f"slots {slots.first} to {last}"

    def _alone(self, constant: Placement, first: Result) -> Day:
        """One group for the whole day."""
        slots = Slots(self.problem, 0, self.problem.slots)
        draft = drafted(slots, thinned(slots.part, constant), first.unplaced)
        return Day(self.problem, [draft], self.prices, Names(constant), self.move_weight)

    def _switches(self, day: Day) -> tuple[Switch, ...]:
        return tuple(
            self.prices.switch(draft.slots.first, day.drafts[number - 1].placement, draft.placement) for number, draft in enumerate(day.drafts)
        )

    def _written(self, day: Day, switches: tuple[Switch, ...]) -> tuple[tuple[int, ...], Schedule]:
        """(missing copies of the worst group, the schedule), without a bound."""
        running = sum((draft.micro_usd * draft.slots.count * self.hours for draft in day.drafts), Fraction(0))
        paid = -(-running.numerator // running.denominator)
        overlap, move = (sum(round(exact(getattr(each, name)) * MICRO) for each in switches) for name in ("overlap_usd", "move_usd"))
        missing = tuple(sum(draft.missing[level] * draft.slots.count for draft in day.drafts) for level in range(len(day.drafts[0].missing)))
        short = [(slot, copies) for draft in day.drafts if any(draft.missing) for slot, copies in slots_short(self.problem, draft)]
        notices = [f"Slot {slot}: {copies} {'copy is' if copies == 1 else 'copies are'} missing." for slot, copies in short]
        assumed = sorted({node.instance_type for draft in day.drafts for node in draft.placement.nodes} & self._unsaid()) if switches else []
        if assumed:
            notices.append(f"Taken to need {START_S:g} s to start: {', '.join(assumed[:SHOWN])}{', …' if len(assumed) > SHOWN else ''}.")
        any_copy = any(draft.placement.copies for draft in day.drafts)
        whole = not any(missing) and not any(draft.placement.conceded for draft in day.drafts)
        status = Status.FEASIBLE if whole else Status.PARTIAL if any_copy else Status.UNKNOWN
        drafts = day.drafts
        schedule = Schedule(
            problem=self.digest, status=status, slots=self.problem.slots, slot_hours=self.problem.slot_hours,
            groups=tuple(draft.group for draft in drafts), switches=switches, cost_usd=(paid + overlap) / MICRO, running_usd=paid / MICRO,
            overlap_usd=overlap / MICRO, move_usd=move / MICRO, move_weight=self.move_weight, notices=tuple(notices),
        )  # fmt: skip
        return missing, schedule

    def _unsaid(self) -> set[str]:
        return {kind.name for kind in self.problem.instance_types if kind.start_s is None}

    def _bounded(self, schedule: Schedule, bound: int | None) -> Schedule:
        if bound is not None and bound > round(exact(schedule.cost_usd) * MICRO):
            claim = f"the sum over the slots claimed that no complete schedule costs less than {bound / MICRO} USD"
            self.context.withdraw(f"{claim}, and one that costs {schedule.cost_usd} was found")
        if bound is None or self.context.withdrawn is not None:
            return schedule
        least = bound / MICRO
        gap = round((schedule.cost_usd - least) / schedule.cost_usd, 6) if schedule.cost_usd else 0.0
        status = Status.OPTIMAL if least >= schedule.cost_usd else schedule.status
        return schedule.model_copy(update={"bound_usd": least, "gap": gap, "status": status})

    def _insist(self, schedule: Schedule) -> Schedule:
        """Nothing leaves that the checker has not passed."""
        checked = verify_schedule(self.problem, schedule, self.digest)
        if not checked.ok:
            wrong = "\n".join(str(each) for each in checked.violations[:10])
            raise InternalError(f"the checker refuses the schedule (a defect, please report it with the input):\n{wrong}")
        return schedule
