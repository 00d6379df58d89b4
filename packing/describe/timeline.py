"""Reading a timeline of events, and checking it against the problem as it is at each point."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from packing.describe.architectures import Architectures
from packing.describe.check import check
from packing.describe.kinds import TIMELINE, insist
from packing.describe.lines import with_lines
from packing.describe.parsing import parse
from packing.describe.problem import with_facts
from packing.describe.text import MAX_BYTES, read_text
from packing.domain.after import after, concerns
from packing.domain.events import KINDS, TIMELINE_SCHEMA_VERSION, Event, ModelAdded, ModelRemoved, NodeBack, StockChanged, Timeline, TrafficChanged
from packing.domain.faults import did_you_mean, faults_of, path_of, shown
from packing.domain.fields import MAX_NUMBER
from packing.domain.problem import Problem
from packing.domain.workload import Model
from packing.errors import Fault, ProblemError


def read_events(path: str | os.PathLike[str], problem: Problem) -> Timeline:
    """The timeline in a file.

    Parameters
    ----------
    path : ``*.json`` is read as JSON, anything else as YAML. Folders of architectures are relative to its folder.
    problem : what the timeline begins with: events may name its pools and tenants, and the models that there are by then.

    Raises
    ------
    ProblemError : with all faults of the file, each with its line where that is known.
    """
    text = read_text(path, MAX_BYTES)
    data, faults = parse(text, os.fspath(path))
    timeline, more = _read(data, problem, Path(path).parent)
    faults += with_lines(more, text, data) if more else []
    if timeline is None or faults:
        raise ProblemError(faults)
    return timeline


def events_from(data: Any, problem: Problem, base: Path | None = None) -> Timeline:
    """The same from plain data: a mapping with `events`, or a list of events.

    Raises
    ------
    ProblemError : with all faults.
    """
    if isinstance(data, Timeline):
        data = {**{name: getattr(data, name) for name in data.model_fields_set}, "events": data.events}
    elif isinstance(data, list | tuple):
        data = {"events": list(data)}
    timeline, faults = _read(data, problem, base)
    if timeline is None:
        raise ProblemError(faults)
    return timeline


def _read(data: Any, problem: Problem, base: Path | None) -> tuple[Timeline | None, list[Fault]]:
    try:
        insist(data, TIMELINE)
    except ProblemError as error:
        return None, list(error.faults)
    if isinstance(data, list):
        data = {"events": data}
    if not isinstance(data, Mapping):
        return None, [Fault("wrong_type", "(top level)", shown(data), "This is not a timeline.", "Give a list of events, or a mapping with one.")]
    version = data.get("schema_version")
    if isinstance(version, int) and version > TIMELINE_SCHEMA_VERSION:
        cause = f"This version reads timelines up to schema_version {TIMELINE_SCHEMA_VERSION}."
        return None, [Fault("schema_version", "schema_version", shown(version), cause, "Update this library.")]
    listed = data.get("events", [])
    frame, faults = _frame(data)
    if not isinstance(listed, list | tuple):
        return None, [*faults, Fault("wrong_type", "events", shown(listed), "This is not a list.", "Give a list of events.")]
    events: list[Event | None] = []
    for at, record in enumerate(listed):
        event, wrong = _event(record, at, _where(listed, at))
        events.append(event)
        faults += wrong
    walk = _Walk(problem, listed, base)
    faults += walk.faults(events)
    if frame is not None:
        faults += _order(events, listed, frame)
    if faults or frame is None:
        return None, faults
    return frame.model_copy(update={"events": tuple(walk.resolved)}), []


def _frame(data: Mapping[str, Any]) -> tuple[Timeline | None, list[Fault]]:
    """The timeline without its events."""
    rest = {name: value for name, value in data.items() if name != "events"}
    try:
        return Timeline.model_validate(rest), []
    except ValidationError as error:
        return None, faults_of(error, Timeline, rest)


def _where(listed: Any, at: int) -> str:
    """Path of an event for people, as the lines of a file are looked up by it."""
    return path_of(("events", at), {"events": listed})


def _event(record: Any, at: int, where: str) -> tuple[Event | None, list[Fault]]:
    if isinstance(record, Event):
        return record, []
    if not isinstance(record, Mapping):
        return None, [Fault("wrong_type", where, shown(record), "This is not an event.", "Give a mapping with at and kind.")]
    kind = record.get("kind")
    if kind is None:
        return None, [Fault("missing_field", f"{where}.kind", "", "The field 'kind' is required.", f"Add one of {', '.join(KINDS)}.")]
    if not isinstance(kind, str) or kind not in KINDS:
        advice = did_you_mean(kind, KINDS, "Take one of these.")
        return None, [Fault("bad_value", f"{where}.kind", shown(kind), f"The choices are {', '.join(KINDS)}.", advice)]
    try:
        return KINDS[kind].model_validate(dict(record)), []
    except ValidationError as error:
        return None, faults_of(error, KINDS[kind], {"events": {at: record}}, ("events", at))


def _order(events: list[Event | None], listed: Any, frame: Timeline) -> Iterator[Fault]:
    """Times do not go backwards, and none is after the end."""
    latest = 0.0
    for at, event in enumerate(events):
        if event is None:
            continue
        if event.at < latest:
            cause = f"This is earlier than an event before it, at {latest:g} h."
            yield Fault("contradiction", f"{_where(listed, at)}.at", f"{event.at:g}", cause, "List events in the order of their times.")
        latest = max(latest, event.at)
    if frame.until is not None and latest > frame.until:
        yield Fault("contradiction", "until", f"{frame.until:g}", f"There is an event after the end, at {latest:g} h.", "Make it end later.")


class _Walk:
    """Goes through the events as they will happen; names must be there when they are used."""

    def __init__(self, problem: Problem, data: Any, base: Path | None) -> None:
        self.problem, self.data, self.base = problem, data, base
        self.pools = {pool.label: pool for pool in problem.fleet}
        self.models = {model.name: model for model in problem.models}
        self.tenants = {tenant.name for tenant in problem.tenants}
        self.resolved: list[Event] = []
        """The events, folders of architectures replaced by their facts."""
        self.unread = False
        """Whether an event could not be read that may have added a model."""

    def faults(self, events: list[Event | None]) -> Iterator[Fault]:
        """Everything that is wrong at its point of time. An event with faults does not happen."""
        for at, event in enumerate(events):
            if event is None:
                self.unread |= _kind(self.data[at]) in (None, "model_added")
                continue
            found = list(self._of(event, _where(self.data, at)))
            if isinstance(event, ModelAdded) and not any(fault.code == "duplicate_name" for fault in found):
                self.models.setdefault(event.model.name, event.model)  # one with faults is there, too: it is said once
            if not found:
                self._happen(event)
            yield from found

    def _of(self, event: Event, where: str) -> Iterator[Fault]:
        pool = getattr(event, "pool", None)
        if pool is not None and pool not in self.pools:
            advice = did_you_mean(pool, self.pools, f"The pools are {', '.join(sorted(self.pools)[:8])}.")
            yield Fault("unknown_name", f"{where}.pool", shown(pool), "The fleet has no pool of this label.", advice)
        if isinstance(event, StockChanged) and event.count is None and pool in self.pools and self.pools[pool].owned:
            yield Fault("missing_field", f"{where}.count", "", "An owned pool needs a count.", "Say how many are owned.")
        if isinstance(event, NodeBack) and pool in self.pools and self.pools[pool].count is None:
            cause = "The pool has as many nodes as are needed: none can come back to it."
            yield Fault("contradiction", f"{where}.pool", shown(pool), cause, "Leave the event out, or give the pool a count.")
        if isinstance(event, ModelAdded):
            yield from self._added(event.model, where)
        elif isinstance(event, ModelRemoved | TrafficChanged):
            yield from self._named(event, where)

    def _added(self, model: Model, where: str) -> Iterator[Fault]:
        if model.name in self.models:
            cause = "There is a model of this name already."
            yield Fault(
                "duplicate_name", f"{where}.model.name", model.name, cause, "Remove the other one first (at the same time, say), or rename it."
            )
        yield from self._checked(model, f"{where}.model")

    def _named(self, event: ModelRemoved | TrafficChanged, where: str) -> Iterator[Fault]:
        if event.model is not None and event.model not in self.models and not self.unread:
            advice = did_you_mean(event.model, self.models, "Add it before.")
            yield Fault("unknown_model", f"{where}.model", shown(event.model), "There is no model of this name at that time.", advice)
            return
        if isinstance(event, ModelRemoved):
            if event.model in self.models and len(self.models) == 1 and not self.unread:
                yield Fault("empty_problem", f"{where}.model", event.model, "This is the last model: nothing would be left to place.", "Keep one.")
            return
        if event.tenant is not None and event.tenant not in self.tenants:
            advice = did_you_mean(event.tenant, self.tenants, "Declare it in the fleet file.")
            yield Fault("unknown_tenant", f"{where}.tenant", shown(event.tenant), "No tenant of this name is declared.", advice)
        one = self.models.get(event.model) if event.model is not None else None
        if one is not None and event.factor is not None and one.traffic is None:
            cause = "The model states no traffic that could be multiplied."
            yield Fault("contradiction", f"{where}.factor", f"{event.factor:g}", cause, "Give traffic.")
        for model in self._changed(event):
            if model.traffic is not None and max(model.traffic.requests_per_second) > MAX_NUMBER:
                cause = f"The traffic of {model.name} would be larger than 10^9."
                yield Fault("bad_number", f"{where}.factor", f"{event.factor:g}", cause, "Give a smaller factor.")
            elif event.traffic is not None:
                yield from self._checked(model, f"{where}.traffic")

    def _checked(self, model: Model, where: str) -> Iterator[Fault]:
        """What the reader of a fleet file would say about this model."""
        for fault in check(self._alone(model), self.base):
            if fault.where.startswith("models"):
                inner = fault.where.partition("]")[2].partition(".")[2]
                path = where if where.endswith("traffic") or not inner else f"{where}.{inner}"
                yield Fault(fault.code, path, fault.value, fault.cause, fault.action)

    def _alone(self, model: Model) -> Problem:
        return self.problem.model_copy(update={"models": (model,)})

    def _changed(self, event: TrafficChanged) -> tuple[Model, ...]:
        few = tuple(model for model in self.models.values() if concerns(event, model))
        return after(self.problem.model_copy(update={"models": few}), event).models

    def _happen(self, event: Event) -> None:
        if isinstance(event, ModelAdded):
            event = event.model_copy(update={"model": with_facts(self._alone(event.model), Architectures(self.base)).models[0]})
            self.models[event.model.name] = event.model
        elif isinstance(event, ModelRemoved):
            self.models.pop(event.model, None)
        elif isinstance(event, TrafficChanged):
            self.models.update({model.name: model for model in self._changed(event)})
        elif isinstance(event, StockChanged):
            self.pools[event.pool] = self.pools[event.pool].model_copy(update={"count": event.count})
        self.resolved.append(event)


def _kind(record: Any) -> Any:
    return record.get("kind") if isinstance(record, Mapping) else None
