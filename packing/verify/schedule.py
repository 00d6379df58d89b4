"""The checker of a day's plan: coverage, every group, every switch, and the money, in plain integers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from packing.domain.hardware import price_micro_usd
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.same import needs_key
from packing.domain.schedule import DRAIN_S, SCHEDULE_SCHEMA_VERSION, Group, Schedule, Switch, in_slots, slots_of
from packing.domain.units import MICRO, MILLI, exact, round_half_up, show_usd
from packing.domain.words import Status
from packing.verify.baseline import baseline
from packing.verify.check import verify
from packing.verify.checks import CHECKS
from packing.verify.durations import load_ms, start_ms
from packing.verify.facts import Facts
from packing.verify.structure import structure
from packing.verify.violation import COST, STATUS, STRUCTURE, Verification, Violation

COVERAGE, SWITCH, LEAD = "coverage", "switch", "lead"
"""Names of violations of a schedule: slots without a group or with two; a switch that is not as said; one that begins too early."""

MS_PER_HOUR = 3_600_000
OF_ALL = frozenset({Rule.COPIES, Rule.THROUGHPUT, Rule.MIN_ZONES, Rule.SURVIVE})
"""Rules on how much of a model there is: they hold in each group, and while both run there is only more."""


@dataclass(frozen=True, slots=True)
class ScheduleVerification:
    """What the checker found.

    Parameters
    ----------
    violations : empty iff the schedule is valid and says the truth about itself.
    groups : of each group's placement.
    running_micro_usd, overlap_micro_usd, move_micro_usd : micro-USD of the whole day, recomputed.
    """

    violations: tuple[Violation, ...]
    groups: tuple[Verification, ...]
    running_micro_usd: int
    overlap_micro_usd: int
    move_micro_usd: int

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations


def verify_schedule(problem: Problem, schedule: Schedule, digest: str | None = None) -> ScheduleVerification:
    """Check a schedule against the expanded problem of its whole day.

    Parameters
    ----------
    digest : of the described problem, which `schedule.problem` must equal; None: not compared.

    Returns
    -------
    ScheduleVerification
        Never raises: a schedule that cannot be read is one violation of ``structure``.
    """
    try:
        return _verify(problem, schedule, digest)
    except Exception as error:  # noqa: BLE001 - objects made around validation can fail anywhere; the checker then refuses
        return ScheduleVerification((Violation(STRUCTURE, "schedule", f"cannot be read: {type(error).__name__}: {error}"),), (), 0, 0, 0)


def _verify(problem: Problem, schedule: Schedule, digest: str | None) -> ScheduleVerification:
    found = [*_head(problem, schedule, digest), *_coverage(problem, schedule.groups)]
    if found:
        return ScheduleVerification(tuple(found), (), 0, 0, 0)
    seen: list[Verification] = []
    for number, group in enumerate(schedule.groups):
        part = in_slots(problem, slots_of(group.first, group.slots, problem.slots))
        seen.append(verify(part, group.placement, part.digest()))
        found += (Violation(each.rule, f"groups[{number}].{each.where}", each.detail) for each in seen[-1].violations)
    hours = exact(problem.slot_hours)
    running = _rounded_up(sum((each.cost_micro_usd * group.slots * hours for each, group in zip(seen, schedule.groups, strict=True)), Fraction(0)))
    overlap = move = 0
    if len(schedule.groups) > 1:
        reference = baseline(Facts(problem, _nothing(schedule))).cost_reference
        for number, group in enumerate(schedule.groups):
            account = _Account(problem, schedule.groups[number - 1], group, exact(schedule.move_weight), reference)
            overlap, move = overlap + account.overlap, move + account.move
            stated = schedule.switches[number] if number < len(schedule.switches) else None
            found += account.violations(stated, f"switches[{number}]")
    if len(schedule.switches) != (len(schedule.groups) if len(schedule.groups) > 1 else 0):
        found.append(Violation(SWITCH, "switches", f"{len(schedule.switches)} switches between {len(schedule.groups)} groups"))
    found += _money(schedule, running, overlap, move)
    found += _status(schedule, seen)
    return ScheduleVerification(tuple(found), tuple(seen), running, overlap, move)


def _head(problem: Problem, schedule: Schedule, digest: str | None) -> Iterator[Violation]:
    if schedule.schema_version != SCHEDULE_SCHEMA_VERSION:
        yield Violation(STRUCTURE, "schema_version", f"{schedule.schema_version}, this checker reads {SCHEDULE_SCHEMA_VERSION}")
    if digest is not None and schedule.problem != digest:
        yield Violation(STRUCTURE, "problem", f"answers {schedule.problem}, not {digest}")
    if (schedule.slots, exact(schedule.slot_hours)) != (problem.slots, exact(problem.slot_hours)):
        stated, true = f"{schedule.slots} slots of {schedule.slot_hours} h", f"{problem.slots} of {problem.slot_hours} h"
        yield Violation(STRUCTURE, "slots", f"{stated}, the problem has {true}")


def _coverage(problem: Problem, groups: Sequence[Group]) -> Iterator[Violation]:
    """Every slot in one group, and the groups in the order of their slots."""
    total = sum(group.slots for group in groups)
    if total != problem.slots:
        yield Violation(COVERAGE, "groups", f"they have {total} slots together, the day has {problem.slots}")
        return
    for number, group in enumerate(groups):
        before = groups[number - 1]
        if group.first >= problem.slots or group.first != (before.first + before.slots) % problem.slots:
            yield Violation(
                COVERAGE, f"groups[{number}]", f"begins with slot {group.first}, the one before ends where {before.first + before.slots} begins"
            )


def _nothing(schedule: Schedule) -> Placement:
    return schedule.groups[0].placement.model_copy(update={"endpoints": (), "nodes": (), "copies": (), "unplaced": ()})


def _rounded_up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


class _Account:
    """One switch as it follows from the two placements."""

    def __init__(self, problem: Problem, old: Group, new: Group, weight: Fraction, reference: int) -> None:
        self.problem, self.old, self.new = problem, old, new
        self.pools = {pool.label: pool for pool in problem.fleet}
        self.kinds = {kind.name: kind for kind in problem.instance_types}
        self.before = {node.id: node for node in old.placement.nodes}
        self.after = {node.id: node for node in new.placement.nodes}
        was = {_name(copy): copy for copy in old.placement.copies}
        will = {_name(copy): copy for copy in new.placement.copies}
        self.moved = sorted(name for name in was.keys() & will.keys() if _place(was[name]) != _place(will[name]))
        self.loads = {name: will[name] for name in will.keys() - was.keys()}
        self.unloads = {name: was[name] for name in was.keys() - will.keys()}
        self.started = self.after.keys() - self.before.keys()
        self.stopped = self.before.keys() - self.after.keys()
        self.lead = {node: self._start_ms(node) for node in self.started}
        for copy in self.loads.values():
            self.lead[copy.node] = self.lead.get(copy.node, 0) + load_ms(copy.mode)
        self.overlap = sum(self._price(self.after[node], self.lead[node]) for node in self.started)
        self.overlap += sum(self._price(self.before[node], DRAIN_S * MILLI) for node in self.stopped)
        self.move = self._move(weight, reference)

    def _start_ms(self, node: str) -> int:
        kind = self.kinds.get(self.after[node].instance_type)
        return 0 if kind is None else start_ms(kind)

    def _price(self, node: Node, milliseconds: int) -> int:
        """Micro-USD of a node for a while, rounded up; owned nodes are paid for anyway."""
        pool = self.pools.get(node.pool)
        if pool is None or pool.owned or pool.instance_type not in self.kinds:
            return 0
        return -(-price_micro_usd(pool, self.kinds[pool.instance_type]) * milliseconds // MS_PER_HOUR)

    def _move(self, weight: Fraction, reference: int) -> int:
        """Micro-USD that the loads count for: docs/design/schedule.md."""
        priorities = sorted({model.priority for model in self.problem.models})
        last = len(priorities) - 1
        rank = {model.name: Fraction(priorities.index(model.priority), last) if last else Fraction(0) for model in self.problem.models}
        whole = sum(_effort(copy) for copy in self.old.placement.copies)
        if not whole:
            return 0
        return sum(_rounded_up(weight * (1 + rank.get(copy.model, Fraction(0))) * _effort(copy) / whole * reference) for copy in self.loads.values())

    def violations(self, stated: Switch | None, where: str) -> Iterator[Violation]:
        for model, number in self.moved:
            yield Violation(SWITCH, where, f"{model}#{number} is elsewhere afterwards under the same number")
        yield from (Violation(each.rule, f"{where}.{each.where}", each.detail) for each in overlap_violations(self.problem, self.old, self.new))
        longest = exact(self.problem.slot_hours) * MS_PER_HOUR
        for node, lead in sorted(self.lead.items()):
            if lead > longest:
                yield Violation(LEAD, where, f"node {node} takes {lead / MILLI:g} s to be ready, a slot has {float(longest) / MILLI:g} s")
        if stated is None:
            return
        yield from self._as_stated(stated, where)

    def _as_stated(self, stated: Switch, where: str) -> Iterator[Violation]:
        lists: tuple[tuple[str, set[object], set[object], int], ...] = (
            ("starts", {each.node for each in stated.starts}, set(self.started), len(stated.starts)),
            ("stops", set(stated.stops), set(self.stopped), len(stated.stops)),
            ("loads", {(each.model, each.copy_index, each.node) for each in stated.loads}, _listed(self.loads), len(stated.loads)),
            ("unloads", {(each.model, each.copy_index, each.node) for each in stated.unloads}, _listed(self.unloads), len(stated.unloads)),
        )
        if stated.slot != self.new.first:
            yield Violation(SWITCH, where, f"at slot {stated.slot}, its group begins with {self.new.first}")
        for what, said, true, count in lists:
            if said != true or count != len(true):
                yield Violation(
                    SWITCH, f"{where}.{what}", f"{count} are listed, of which {len(said & true)} are among the {len(true)} that there are"
                )
                return
        yield from self._times(stated, where)
        for name, money, micro in (("overlap_usd", stated.overlap_usd, self.overlap), ("move_usd", stated.move_usd, self.move)):
            if round_half_up(exact(money) * MICRO) != micro:
                yield Violation(COST, f"{where}.{name}", f"{money} USD stated, {show_usd(micro)} found")

    def _times(self, stated: Switch, where: str) -> Iterator[Violation]:
        """Nodes are asked for in time, and the loads of a node follow one another until the slot begins."""
        asked = {each.node: round_half_up(exact(each.before_s) * MILLI) for each in stated.starts}
        for node, before in asked.items():
            if before != self.lead[node]:
                yield Violation(LEAD, f"{where}.starts[{node}]", f"{before / MILLI:g} s before the slot, {self.lead[node] / MILLI:g} s are needed")
        ends: dict[str, int] = {}
        for load in sorted(stated.loads, key=lambda each: each.before_s):
            copy = self.loads[load.model, load.copy_index]
            took, before = load_ms(copy.mode), round_half_up(exact(load.before_s) * MILLI)
            wanted = ends.get(load.node, 0) + took
            if before != wanted or round_half_up(exact(load.seconds) * MILLI) != took or load.bytes != copy.mode.size:
                yield Violation(
                    LEAD, f"{where}.loads[{load.model}#{load.copy_index}]", f"begins {before / MILLI:g} s before the slot, not {wanted / MILLI:g}"
                )
            ends[load.node] = wanted
        longest = max(self.lead.values(), default=0)
        if round_half_up(exact(stated.lead_s) * MILLI) != longest:
            yield Violation(LEAD, f"{where}.lead_s", f"{stated.lead_s} s stated, {longest / MILLI} s found")


def overlap_violations(problem: Problem, old: Group, new: Group) -> list[Violation]:
    """What is wrong while the nodes and copies of both groups run: in the last slot of the one and the first of the other.

    All rules of places hold for both together, stock included. A name that both use is one thing: the same node behind the
    same endpoint.
    """
    last = (old.first + old.slots - 1) % problem.slots
    both = _together(old.placement, new.placement)
    found = [Violation(SWITCH, f"nodes[{name}]", "not the same node in both groups") for name in _different(old.placement, new.placement)]
    facts = Facts(in_slots(problem, (last, new.first)), both)
    found += structure(facts, None)
    for rule, check in CHECKS.items():
        if rule not in OF_ALL:
            found += check(facts)
    return found


def _together(old: Placement, new: Placement) -> Placement:
    endpoints = {endpoint.name: endpoint for endpoint in old.endpoints}
    for endpoint in new.endpoints:
        known = endpoints.get(endpoint.name)
        endpoints[endpoint.name] = endpoint if known is None else _merged(known, endpoint)
    nodes = {node.id: node for node in (*old.nodes, *new.nodes)}
    copies = {_name(copy): copy for copy in (*old.copies, *new.copies)}
    return new.model_copy(
        update={"endpoints": tuple(endpoints.values()), "nodes": tuple(nodes.values()), "copies": tuple(copies.values()), "unplaced": ()}
    )


def _merged(one: Endpoint, other: Endpoint) -> Endpoint:
    nodes, models = dict.fromkeys((*one.nodes, *other.nodes)), dict.fromkeys((*one.models, *other.models))
    return other.model_copy(update={"nodes": tuple(nodes), "models": tuple(models)})


def _different(old: Placement, new: Placement) -> list[str]:
    """Ids of nodes that mean one thing before and another after."""

    def things(placement: Placement) -> dict[str, object]:
        behind = {each.name: (each.hosting, each.instance_type, each.keep) for each in placement.endpoints}
        return {each.id: (each.pool, each.instance_type, each.zone, each.endpoint, behind.get(each.endpoint)) for each in placement.nodes}

    before, after = things(old), things(new)
    return sorted(name for name in before.keys() & after.keys() if before[name] != after[name])


def _money(schedule: Schedule, running: int, overlap: int, move: int) -> Iterator[Violation]:
    for name, micro in (("running_usd", running), ("overlap_usd", overlap), ("move_usd", move), ("cost_usd", running + overlap)):
        stated = getattr(schedule, name)
        if round_half_up(exact(stated) * MICRO) != micro and stated != micro / MICRO:
            yield Violation(COST, name, f"{stated} USD stated, {show_usd(micro)} found")
    bound, gap = schedule.bound_usd, schedule.gap
    if (bound is None) != (gap is None):
        yield Violation(COST, "gap", "bound and gap go together")
    elif bound is not None and gap is not None:
        difference = exact(schedule.cost_usd) - exact(bound)
        true = difference / exact(schedule.cost_usd) if schedule.cost_usd else Fraction(0)
        if difference < 0 or abs(exact(gap) - true) > Fraction(1, MICRO):
            yield Violation(COST, "bound_usd", f"bound {bound}, gap {gap}, cost {schedule.cost_usd}")


def _status(schedule: Schedule, groups: Sequence[Verification]) -> Iterator[Violation]:
    complete = not any(copies for each in groups for _, copies in each.missing)
    kept = complete and not any(group.placement.conceded for group in schedule.groups)
    if kept != (schedule.status in (Status.OPTIMAL, Status.FEASIBLE)):
        yield Violation(
            STATUS, "status", f"{schedule.status}, but {'nothing' if kept else 'something'} is {'conceded' if complete and not kept else 'missing'}"
        )
    if schedule.status is Status.OPTIMAL and (schedule.bound_usd is None or schedule.bound_usd < schedule.cost_usd):
        yield Violation(STATUS, "status", "optimal, but the bound does not prove it")
    if not complete and schedule.bound_usd is not None:
        yield Violation(STATUS, "bound_usd", "a bound on complete schedules, but something is missing")


def _name(copy: PlacedCopy) -> tuple[str, int]:
    return copy.model, copy.copy_index


def _place(copy: PlacedCopy) -> object:
    return copy.node, tuple(sorted(copy.accelerators)), needs_key(copy.mode)


def _listed(copies: dict[tuple[str, int], PlacedCopy]) -> set[object]:
    return {(model, number, copy.node) for (model, number), copy in copies.items()}


def _effort(copy: PlacedCopy) -> int:
    return load_ms(copy.mode) * max(1, copy.mode.size)
