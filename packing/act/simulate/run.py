"""`simulate`: a timeline of events, with a new answer, a migration and an account for each."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Any

from packing.act.simulate.course import Course, course_of, stopped
from packing.act.simulate.loss import lost_nodes, without_nodes
from packing.act.simulate.meter import MS_PER_HOUR, Meter, Sums
from packing.act.simulate.policy import policy_for, policy_now
from packing.act.simulate.types import Account, Episode, ModelAccount, Simulation, Way
from packing.describe import placement_from, problem_from
from packing.describe.expand import Expanded, expand
from packing.describe.timeline import events_from
from packing.domain.after import after
from packing.domain.change import Policy
from packing.domain.events import Event, NodeLost, Timeline
from packing.domain.joined import joined
from packing.domain.migration import MigrationOptions, StepKind
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.running import running
from packing.domain.units import MILLI, exact
from packing.solve.api import solve_placement
from packing.solve.scores import running_cost_micro_usd, usd
from packing.verify import verify
from packing.verify.replay.fleet import fleet_of, take

if TYPE_CHECKING:
    from packing.solve.result import Result

FIGURES_ONLY = {"cost", "objective", "fitness", "status", "unplaced"}
"""What the checker may find wrong with a placement although it needs no mending."""

QUICK = MigrationOptions(effort=200, remedies=False)
"""Of the order of a migration nothing has to be proven here: where none is found soon, it goes with dips."""


def simulate(
    problem: Problem | Mapping[str, Any],
    placement: Placement | Mapping[str, Any],
    events: Timeline | Mapping[str, Any] | list[Any],
    *,
    policy: Policy | Mapping[str, Any] | None = None,
    time_limit: float = 10.0,
    seed: int = 0,
    workers: int = 1,
    processes: bool = True,
    options: MigrationOptions | None = None,
    cancel: threading.Event | None = None,
    on_episode: Callable[[Episode], None] | None = None,
) -> Simulation:
    """Replay a timeline: at every event solve anew from what runs, migrate, and add up what it costs and who goes short.

    What is lost is lost at once, the new answer is there at once, and the migration takes the time that its steps are
    estimated to take. Events that come before it is done interrupt it: the next answer starts from what there is.

    Parameters
    ----------
    problem : what the timeline begins with.
    placement : what runs then. Whatever is wrong with it is mended first, and said.
    events : as `packing.read_events` reads them, or the same as plain data (docs/simulate.md).
    policy : how eager to move; names in it that are not there at some time are left out then, and said.
    time_limit : seconds of search at each event; 0: only what is broken or missing is mended.
    seed : of the search, and of which nodes of a pool are lost.
    workers, processes, cancel : as for `solve_placement`. A cancelled simulation ends before the event that it was at.
    options : bandwidths and times of migrations, and how long to look for an order; remedies are not looked for.
    on_episode : called with every episode when it is over.

    Returns
    -------
    Simulation : the same bytes for the same input and seed, where no time limit bites.

    Raises
    ------
    ProblemError : with all faults of the timeline, or of another input.
    """
    given = problem if isinstance(problem, Problem) else problem_from(problem)
    now = placement if isinstance(placement, Placement) else placement_from(placement, given)
    expand(given)  # faults of the problem come before those of the timeline
    timeline = events_from(events, given)
    wanted = policy_for(policy, given, now, timeline)
    run = _Run(given, now, timeline, wanted, (options or QUICK).model_copy(update={"remedies": False}), seed)
    return run.all(
        lambda **what: solve_placement(time_limit=time_limit, seed=seed, workers=workers, processes=processes, cancel=cancel, **what), on_episode
    )


class _Cancelled(Exception):  # noqa: N818 - it is no error
    """The search was stopped by whoever asked for the simulation."""


class _Run:
    """The state of a simulation between two moments."""

    def __init__(self, problem: Problem, placement: Placement, timeline: Timeline, policy: Policy, options: MigrationOptions, seed: int) -> None:
        self.first = (problem.digest(), placement.state_digest())
        self.problem, self.placement, self.timeline, self.policy, self.options, self.seed = problem, placement, timeline, policy, options, seed
        self.meter = Meter(problem.slots, max(1, ms(timeline.slot_hours)))
        self.before: Expanded | None = None
        self.course, self.began, self.done = Course(Way.NONE, ()), 0, 0
        self.target = placement
        start = expand(problem)
        self.fleet = fleet_of(running(placement, start.problem))
        self.start_cost = usd(running_cost_micro_usd(start.problem, placement))
        self.ready: dict[str, int] = {}
        """Nodes that are starting, and when (ms) they will be there."""
        self.counts: Counter[str] = Counter()
        self.whole = Sums()
        self.open: dict[str, Any] | None = None
        self.episodes: list[Episode] = []
        self.meter.watch(start.problem, self.fleet)

    def all(self, solve: Callable[..., Result], on_episode: Callable[[Episode], None] | None) -> Simulation:
        """The whole timeline."""
        cancelled = False
        for at, events in self._times():
            self._pass(ms(at))
            self._close(on_episode)
            try:
                self._happen(at, events, solve)
            except _Cancelled:
                cancelled = True
                break
        else:
            self._pass(ms(self.timeline.end))
            self._close(on_episode, last=True)
        return self._report(cancelled=cancelled)

    def _times(self) -> Iterator[tuple[float, list[Event]]]:
        groups = [(at, list(events)) for at, events in groupby(self.timeline.events, key=lambda event: event.at)]
        if not groups or groups[0][0] > 0:
            start = expand(self.problem)
            broken = verify(start.problem, self.placement, start.digest).violations
            if any(str(violation.rule) not in FIGURES_ONLY for violation in broken):
                yield 0.0, []
        yield from groups

    def _pass(self, until: int) -> None:
        """Let the course run up to `until` (ms)."""
        while self.done < len(self.course.moments) and self.began + self.course.moments[self.done].at <= until:
            moment = self.course.moments[self.done]
            self.meter.run(self.began + moment.at)
            self._step(moment.step, self.began + moment.done)
            self.done += 1
        self.meter.run(until)

    def _step(self, step: Any, ready: int) -> None:
        """A step takes effect."""
        if step.kind is StepKind.STOP_NODE:
            self.meter.node(self.fleet.nodes[step.node].pool, -1)
            self.counts["nodes_stopped"] += 1
        take(self.fleet, step)
        if step.kind is StepKind.START_NODE:
            self.ready[step.node] = ready
            self.meter.node(step.pool, 1)
            self.counts["nodes_started"] += 1
        elif step.kind is StepKind.LOAD_COPY:
            self.counts["loads"] += 1
            self.counts["bytes_loaded"] += step.bytes
        elif step.kind in (StepKind.SHIFT_TRAFFIC, StepKind.DRAIN):
            self.meter.changed(self.fleet, [step.model])

    def _close(self, on_episode: Callable[[Episode], None] | None, *, last: bool = False) -> None:
        """The account of what followed from the last events."""
        sums = self.meter.take()
        self.whole.add(sums)
        account = Account(cost_usd=sums.cost_usd, below_slo_s=sums.below_s, refused_requests=sums.requests, **self.counts)
        self.counts.clear()
        if self.open is None:
            nothing = {"at": 0.0, "happened": ("start",), "status": self.placement.status, "way": Way.NONE, "migration_s": 0.0}
            missing = sum(left.copies for left in self.placement.unplaced)
            self.open = {**nothing, "missing": missing, "cost_per_hour": self.start_cost}
            if self.meter.now == 0:
                self.open = None
                return
        late = self.done < len(self.course.moments)
        notices = self.open.pop("notices", ())
        if late and last:
            notices = (*notices, f"The migration ends after the timeline, {self.course.seconds:.0f} s after its event.")
        episode = Episode(account=account, interrupted=late and not last, notices=notices, **self.open)
        self.episodes.append(episode)
        if on_episode is not None:
            on_episode(episode)

    def _happen(self, at: float, events: list[Event], solve: Callable[..., Result]) -> None:
        """Events, and the answer to them."""
        now = self._what_runs()
        problem, notices, lost = self.problem, list[str](), list[str]()
        for number, event in enumerate(events):
            pool = None
            if isinstance(event, NodeLost):
                gone = lost_nodes(now, event, Random(f"{self.seed}/{at}/{number}"))
                pool = next((node.pool for node in now.nodes if node.id in gone), None)
                if len(gone) < (event.count or 1):
                    notices.append(f"{event.told()}: {len(gone)} of these ran.")
                now, here = without_nodes(now, gone), len(now.copies)
                lost += gone
                self.counts["nodes_lost"] += len(gone)
                self.counts["copies_lost"] += here - len(now.copies)
            problem = after(problem, event, pool)
        policy, left_out = policy_now(self.policy, problem, now, first=not self.episodes)
        result = solve(problem=problem, current=now, policy=policy)
        if result.limit == "cancelled":
            raise _Cancelled
        self.problem = problem
        change, target = result.change, result.placement
        assert change is not None, "something runs"
        self.counts["moved"] += change.moved
        course = course_of(result.expanded, now, target, self.before, self.options)
        notices += [*left_out, *(f"{notice.where}: {notice.cause}" for notice in change.notices), *result.incidents, *_said(course)]
        self.open = {
            "at": at, "happened": tuple(event.told() for event in events) or ("start: what runs is mended",), "status": result.status,
            "missing": sum(left.copies for left in target.unplaced), "cost_per_hour": target.cost_per_hour, "way": course.way,
            "migration_s": course.seconds, "notices": tuple(notices),
        }  # fmt: skip
        together = joined(result.expanded.problem, now, self.before.problem if self.before else None)
        self.before = replace(result.expanded, problem=together)
        self.course, self.began, self.done, self.ready = course, ms(at), 0, {}
        self.placement = self.target = target
        self.fleet = fleet_of(running(now, result.expanded.problem))
        self.meter.watch(result.expanded.problem, self.fleet)

    def _what_runs(self) -> Placement:
        """The last answer where it is in place; else what the migration has come to."""
        if self.done == len(self.course.moments):
            return self.target
        now = self.meter.now
        return stopped(self.fleet, [node for node, ready in self.ready.items() if ready > now and node in self.fleet.nodes], self.target.problem)

    def _report(self, *, cancelled: bool) -> Simulation:
        accounts = [episode.account for episode in self.episodes]
        summed = {
            name: sum(getattr(each, name) for each in accounts)
            for name in ("moved", "loads", "bytes_loaded", "nodes_started", "nodes_stopped", "nodes_lost", "copies_lost")
        }
        short = sorted(+self.whole.below, key=lambda name: (-self.whole.refused[name], -self.whole.below[name], name))
        return Simulation(
            problem=self.first[0], base=self.first[1], policy=self.policy, seed=self.seed, until=self.timeline.end, episodes=tuple(self.episodes),
            total=Account(cost_usd=self.whole.cost_usd, below_slo_s=self.whole.below_s, refused_requests=self.whole.requests, **summed),
            models=tuple(
                ModelAccount(model=name, below_slo_s=self.whole.below[name] / MILLI, refused_requests=self.whole.refused[name] / 10**9) for name in short
            ),
            cancelled=cancelled,
            placement=self.target,
        )  # fmt: skip


def _said(course: Course) -> Iterator[str]:
    if course.way is Way.WITH_DIPS:
        yield f"No order keeps every model serving; for a while fewer copies of {', '.join(course.dips)} serve."
    elif course.way is Way.COLD:
        yield "No order was found: what goes is stopped before the rest is loaded."


def ms(hours: float) -> int:
    """Milliseconds of hours, as they were written."""
    return round(exact(hours) * MS_PER_HOUR)
