"""A migration for the terminal: waves with their steps, bytes and seconds, and totals; or why there is none, and what would help."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.migration import Migration, Outcome, Remedy, Step, StepKind, Wave
from packing.domain.units import show_bytes
from packing.report.page import Line, Page, heading, wrapped
from packing.report.words import plural

MOST_LINES = 80
"""A longer plan is shown wave by wave, without its steps, unless all rows are asked for."""


def waves(migration: Migration, page: Page | None = None) -> str:
    """Text of a migration.

    Parameters
    ----------
    page : width, colours, and whether everything is shown; default: 80 columns, no colours.
    """
    page = page or Page()
    lines = [*_broken(migration, page)]
    if migration.status is Outcome.ORDERED:
        lines += _ordered(migration, page)
    else:
        lines += _no_order(migration, page)
    return page.render(lines)


def total_line(migration: Migration) -> str:
    """What it takes, in one line."""
    totals = migration.totals
    if not totals.steps:
        return "Nothing to do: the new placement runs already."
    loads = f"{plural(totals.loads, 'load')} of {show_bytes(totals.bytes)} in {plural(len(migration.waves), 'wave')}"
    return f"Migration: {loads}, {duration(totals.seconds)}."


def duration(seconds: float) -> str:
    """Seconds for people: ``45 s``, ``12 min``, ``3.5 h``."""
    if seconds < 90:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 5400 else f"{seconds / 3600:.3g} h"


def _broken(migration: Migration, page: Page) -> Iterator[Line]:
    if migration.found:
        yield heading(f"{plural(len(migration.found), 'fault')} of the old placement (mended on the way, not made worse)")
        for sentence in migration.found[: page.shown(len(migration.found))]:
            yield from wrapped(sentence, page)
        yield Line("")


def _ordered(migration: Migration, page: Page) -> Iterator[Line]:
    many = sum(len(wave.steps) for wave in migration.waves) + len(migration.waves) > MOST_LINES and page.rows is not None
    for number, wave in enumerate(migration.waves, start=1):
        yield heading(f"Wave {number}: {_does(wave)}; {duration(wave.seconds)}")
        if not many:
            yield from _steps(wave)
    if migration.waves:
        yield Line("")
    if many:
        yield Line("The steps are shown with --all, or in the JSON.")
    yield Line(total_line(migration), "bold")
    if migration.waves:
        totals = migration.totals
        yield Line(
            f"Without waiting for whole waves: {duration(totals.schedule_seconds)}. Most at once: {show_bytes(int(totals.peak_bytes_per_second))}/s."
        )
    for bounce in migration.bounces[: page.shown(len(migration.bounces))]:
        extra = ", a node that is started for this alone" if bounce.extra_node else ""
        yield Line(f"Detour: {bounce.model} waits on {bounce.node}{extra}, to break a circle of moves.", "yellow")
    for dip in migration.dips:
        yield Line(f"Break before make: {dip.model} serves with {plural(dip.copies, 'copy', 'copies')} fewer for a while.", "yellow")


def _does(wave: Wave) -> str:
    counts = {kind: sum(step.kind is kind for step in wave.steps) for kind in StepKind}
    loaded = sum(step.bytes for step in wave.steps)
    parts = [
        (counts[StepKind.START_NODE], f"start {plural(counts[StepKind.START_NODE], 'node')}"),
        (counts[StepKind.LOAD_COPY], f"load {plural(counts[StepKind.LOAD_COPY], 'copy', 'copies')} ({show_bytes(loaded)})"),
        (counts[StepKind.UNLOAD], f"drain and unload {plural(counts[StepKind.UNLOAD], 'copy', 'copies')}"),
        (counts[StepKind.STOP_NODE], f"stop {plural(counts[StepKind.STOP_NODE], 'node')}"),
    ]
    return ", ".join(text for count, text in parts if count)


def _steps(wave: Wave) -> Iterator[Line]:
    takes_over = {(step.model, step.copy_index): step.replaces for step in wave.steps if step.kind is StepKind.SHIFT_TRAFFIC}
    for step in wave.steps:
        name = f"{step.model}#{step.copy_index}"
        if step.kind is StepKind.START_NODE:
            hosting = str(step.hosting).replace("_", " ")
            yield Line(f"  + {step.node}: start ({step.pool}, {hosting} endpoint {step.endpoint}), {duration(step.seconds)}", "green")
        elif step.kind is StepKind.LOAD_COPY:
            replaced = takes_over.get((step.model, step.copy_index))
            then = "" if replaced is None else f", takes over from #{replaced}"
            yield Line(f"  + {name} on {_place(step)}: load {show_bytes(step.bytes)}, {duration(step.seconds)}{then}", "green")
        elif step.kind is StepKind.UNLOAD:
            yield Line(f"  - {name} on {_place(step)}: drain and unload", "red")
        elif step.kind is StepKind.STOP_NODE:
            yield Line(f"  - {step.node}: stop", "red")


def _place(step: Step) -> str:
    return f"{step.node} [{', '.join(str(index) for index in step.accelerators)}]" if step.accelerators else step.node


def _no_order(migration: Migration, page: Page) -> Iterator[Line]:
    if migration.status is Outcome.IMPOSSIBLE:
        yield Line("No order exists: whatever is moved first, and wherever to, some rule or floor is broken. This is proven.", "bold")
    else:
        yield Line("No order was found; it is not proven that there is none (more --effort may find one).", "bold")
    for remedy in migration.remedies[: page.shown(len(migration.remedies))]:
        yield from wrapped(_helps(remedy), page)
    if not migration.remedies:
        yield Line("  Neither a few more nodes of one pool nor a dip of one model was found to help.")


def _helps(remedy: Remedy) -> str:
    less = "" if remedy.smallest else " (fewer may do)"
    if remedy.pool is not None:
        return f"It works with {plural(remedy.nodes, 'more node')} of pool {remedy.pool} while it lasts{less}."
    return (
        f"It works if {remedy.model} may go short of {plural(remedy.copies, 'copy', 'copies')} for a while: max_unavailable: {remedy.copies}{less}."
    )
