"""`packing schedule`: a day's plan, or the check of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packing.cli import options
from packing.cli.exits import ExitCode, exit_code
from packing.cli.files import refuse_unwritable, write_file
from packing.cli.output import emit, native_output_to_stderr, say
from packing.domain.json_text import json_text

if TYPE_CHECKING:
    from packing.domain.problem import Problem


def command(
    file: options.Problem,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT.json", help="Write the schedule to a file.", show_default=False)
    ] = None,
    time_limit: Annotated[float, typer.Option(metavar="S", help="Seconds for everything; 0: one greedy placement, thinned out.")] = 120.0,
    seed: options.Seed = 0,
    workers: options.Workers = 1,
    groups: Annotated[int, typer.Option(metavar="N", help="Placements in a day, at most.")] = 6,
    move_weight: Annotated[float, typer.Option(metavar="W", help="How much loads count, beyond what is paid.")] = 0.1,
    checked: Annotated[
        Path | None, typer.Option("--check", metavar="SCHEDULE", help="Check this schedule instead of making one.", show_default=False)
    ] = None,
    current: Annotated[
        Path | None,
        typer.Option(
            "--current", metavar="PLACEMENT", help="What runs now, or the best placement known: the day starts from it.", show_default=False
        ),
    ] = None,
    as_json: options.AsJson = False,
    everything: options.All = False,
    quiet: options.Quiet = False,
) -> None:
    """Plan a day of FILE: which placement in which slots, what starts and loads before each switch, and what the day costs."""
    from packing.describe import read_problem
    from packing.errors import ProblemError

    faults = refuse_unwritable(output, "--output", inputs=[file, checked, current])
    if faults:
        raise ProblemError(faults)
    if checked is not None:
        _check(file, checked, as_json=as_json)
        return
    from packing.cli.both import read_both
    from packing.describe import read_placement

    problem, known = (read_problem(file), None) if current is None else read_both(read_problem, file, read_placement, current)
    from packing.act.schedule import solve_schedule
    from packing.cli.interrupt import interruptible

    follow = None if quiet else say
    with interruptible() as cancel:
        with native_output_to_stderr():
            found = solve_schedule(
                problem, time_limit=time_limit, seed=seed, workers=workers, groups=groups, move_weight=move_weight, current=known,
                cancel=cancel, on_progress=follow,
            )  # fmt: skip
        text = found.to_json()
        if output is not None:
            write_file(output, text)
            if not quiet:
                say(f"schedule written to {output}")
    if as_json:
        emit(text)
    elif not quiet:
        from packing.cli.account import page
        from packing.report.schedule import schedule_report

        emit(schedule_report(found, page(everything=everything)))
    raise typer.Exit(exit_code(found.status, "cancelled" if cancel.is_set() else None))


def _check(file: Path, checked: Path, *, as_json: bool) -> None:
    """The checker on files."""
    from packing.act.schedule import read_schedule
    from packing.cli.both import read_both
    from packing.describe import expand, read_problem
    from packing.domain.units import MICRO
    from packing.verify.schedule import verify_schedule

    problem, schedule = read_both(read_problem, file, read_schedule, checked, "FILE --check SCHEDULE")
    given: Problem = problem
    expanded = expand(given)
    found = verify_schedule(expanded.problem, schedule, expanded.digest)
    paid = (found.running_micro_usd + found.overlap_micro_usd) / MICRO
    if as_json:
        listed = [{"rule": str(each.rule), "where": each.where, "detail": each.detail} for each in found.violations]
        emit(json_text({"ok": found.ok, "violations": listed, "cost_usd": paid}))
    else:
        lines = [f"violation: {each.rule}: {each.where}: {each.detail}" for each in found.violations]
        lines.append(f"{len(found.violations)} violations" if lines else "verified: no violations")
        from packing.cli.account import fitted

        emit(fitted([*lines, f"cost recomputed: {paid:,.6f} USD"]))
    if not found.ok:
        raise typer.Exit(ExitCode.FAULT)
    raise typer.Exit(exit_code(schedule.status))
