"""A request log to replay: one line a request, CSV or JSON, as `packing profile` reads them (docs/profile.md)."""

from __future__ import annotations

import os
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from packing.act.rehearse.streams import Stream, Streams
from packing.domain.faults import did_you_mean
from packing.domain.problem import Problem
from packing.errors import Fault, ProblemError
from packing.forecast.clock import EARLIEST, Clock, zone
from packing.forecast.columns import find
from packing.forecast.lines import Source, open_source

MOST_LINES = 20_000_000
BACK_S = 1.0
"""Lines that are earlier than one before them by more than this are mentioned: a log is written in about the order of time."""
MOST_TOKENS = 10_000_000.0


@dataclass(slots=True)
class _Columns:
    """What is kept of the requests of one model: 8 bytes a figure."""

    at: array[float] = field(default_factory=lambda: array("d"))
    inputs: array[float] = field(default_factory=lambda: array("d"))
    outputs: array[float] = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class _Doubts:
    """Lines that need a word, with the first of each kind."""

    bad: int = 0
    first_bad: str = ""
    back: int = 0
    furthest_s: float = 0.0
    first_back: int = 0
    lengthless: int = 0
    first_lengthless: int = 0


def read_log(path: str | os.PathLike[str], problem: Problem, *, time_zone: str = "UTC", columns: Mapping[str, str] | None = None) -> Streams:
    """The requests in a log.

    Parameters
    ----------
    path : CSV with a header, or JSON lines; ``.gz`` is unpacked. Columns for time, model, input and output tokens are found by their
        usual names; without lengths the means of the traffic are taken, and without a model column a problem of one model is needed.
    problem : whose models are asked for.
    time_zone : of the slots, and of times without an offset. Times are ISO 8601, epochs, or seconds since the beginning of slot 0.
    columns : meaning (``time``, ``model``, ``input``, ``output``) → column, where names do not say it.

    Returns
    -------
    Streams
        Sorted by time; the story begins with the slot of the first request. Lines that cannot be read are left out, and said.

    Raises
    ------
    ProblemError
        With all faults: no such columns, models that the problem does not have, nothing that can be read.
    """
    source = open_source(path)
    found, faults = find(source.names, columns or {})
    if "time" not in found:
        faults.append(
            Fault("missing_field", f"{path}", ", ".join(source.names[:6]), "No column says when a request came.", "Name it time or timestamp.")
        )
    if "model" not in found and len(problem.models) != 1:
        cause = f"No column says which of the {len(problem.models)} models a request is for."
        faults.append(Fault("missing_field", f"{path}", ", ".join(source.names[:6]), cause, "Name it model."))
    if faults:
        raise ProblemError(faults)
    slot_s = problem.slot_hours * 3600.0
    clock = Clock(zone(time_zone), max(1, round(slot_s)))
    read, doubts = _read(source, found, clock, problem)
    faults = _unknown(read, problem, os.fspath(path))
    if not read and not faults:
        cause = f"No line of the log can be read ({doubts.first_bad})." if doubts.bad else "The log has no requests."
        faults.append(Fault("no_history", f"{path}", "", cause, "See docs/rehearse.md for what a log looks like."))
    if faults:
        raise ProblemError(faults)
    earliest = min(min(each.at) for each in read.values())
    begin, first_slot = _begin(earliest, clock, problem, slot_s)
    by_model = {name: _stream(each, begin) for name, each in sorted(read.items())}
    return Streams(by_model, first_slot, "log", tuple(_notices(doubts)))


def _read(source: Source, found: Mapping[str, str], clock: Clock, problem: Problem) -> tuple[dict[str, _Columns], _Doubts]:
    wanted = [found[meaning] for meaning in ("time", "model", "input", "output") if meaning in found]
    place = {meaning: at for at, meaning in enumerate(meaning for meaning in ("time", "model", "input", "output") if meaning in found)}
    only = problem.models[0].name if "model" not in found else ""
    read: dict[str, _Columns] = {}
    doubts, latest, lines = _Doubts(), float("-inf"), 0
    for line, cells in source.rows(wanted):
        lines += 1
        if lines > MOST_LINES:
            raise ProblemError([Fault("too_large", str(source.path), "", f"The log has more than {MOST_LINES:,} lines.", "Rehearse a part of it.")])
        try:
            seconds = _seconds(cells[0] if cells else "", clock)
        except (ValueError, OverflowError, OSError) as error:
            doubts.first_bad = doubts.first_bad or f"line {line}: {error}"
            doubts.bad += 1
            continue
        assert cells is not None
        if seconds < latest - BACK_S:
            doubts.first_back = doubts.first_back or line
            doubts.back, doubts.furthest_s = doubts.back + 1, max(doubts.furthest_s, latest - seconds)
        latest = max(latest, seconds)
        columns = read.setdefault(cells[place["model"]].strip() if "model" in place else only, _Columns())
        columns.at.append(seconds)
        for meaning, kept in (("input", columns.inputs), ("output", columns.outputs)):
            if meaning in place:
                tokens = _tokens(cells[place[meaning]])
                if tokens != tokens:  # noqa: PLR0124 - not a number
                    doubts.first_lengthless, doubts.lengthless = doubts.first_lengthless or line, doubts.lengthless + 1
                kept.append(tokens)
    return read, doubts


def _seconds(text: str, clock: Clock) -> float:
    """Seconds since 1970, or, where the number is small, since the beginning of slot 0."""
    try:
        number = float(text)
    except ValueError:
        return clock.seconds(text)
    return number if 0 <= number < EARLIEST else clock.seconds(text)


def _tokens(text: str) -> float:
    """Tokens, or not a number."""
    try:
        tokens = float(text)
    except ValueError:
        return float("nan")
    return tokens if 0 <= tokens <= MOST_TOKENS else float("nan")


def _unknown(read: Mapping[str, _Columns], problem: Problem, path: str) -> list[Fault]:
    models = {model.name for model in problem.models}
    return [
        Fault("unknown_model", path, name, f"{len(read[name].at):,} requests are for a model that the problem does not have.", did_you_mean(name, models, "Rename it, or leave these lines out."))
        for name in sorted(set(read) - models)
    ]  # fmt: skip


def _begin(earliest: float, clock: Clock, problem: Problem, slot_s: float) -> tuple[float, int]:
    """When the slot of the first request begins, and its number in the cycle."""
    if earliest < EARLIEST:
        number = int(earliest // slot_s)
        return number * slot_s, number % problem.slots
    bucket = clock.bucket(earliest)
    return clock.starts(bucket), bucket % problem.slots


def _stream(columns: _Columns, begin: float) -> Stream:
    at = np.frombuffer(columns.at, dtype=float) - begin
    order = np.argsort(at, kind="stable")
    lengths = [np.frombuffer(each, dtype=float)[order] if each else None for each in (columns.inputs, columns.outputs)]
    return Stream(at[order], *lengths)


def _notices(doubts: _Doubts) -> list[str]:
    said = []
    if doubts.bad:
        said.append(f"{doubts.bad:,} lines of the log could not be read and are left out, the first: {doubts.first_bad}")
    if doubts.back:
        said.append(
            f"The clock of the log goes back {doubts.back:,} times, by up to {doubts.furthest_s:.3g} s (first in line {doubts.first_back}); requests are sorted."
        )
    if doubts.lengthless:
        said.append(
            f"{doubts.lengthless:,} lengths are no numbers (first in line {doubts.first_lengthless}); the means of the traffic are taken instead."
        )
    return said
