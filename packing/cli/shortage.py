"""`packing shortage`: what to run when not everything can be placed, who goes without what, and what brings it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packing.cli import options
from packing.cli.exits import ExitCode
from packing.cli.files import FLEET_FORMATS, refuse_unwritable, write_file
from packing.cli.output import emit, native_output_to_stderr, say

if TYPE_CHECKING:
    from packing.act.shortage import ShortageAnswer
    from packing.domain.problem import Problem


def command(
    file: options.Problem,
    output: options.Output = None,
    current: Annotated[
        Path | None, typer.Option("--current", metavar="CURRENT", help="Placement that runs now: what can stay of it stays.", show_default=False)
    ] = None,
    conceded: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the problem as it was solved, with what is given up, as a fleet file.", show_default=False),
    ] = None,
    time_limit: Annotated[
        float, typer.Option(metavar="S", help="Seconds for everything together; 0: what the greedy leaves out is given up.")
    ] = 30.0,
    seed: options.Seed = 0,
    stock: Annotated[bool, typer.Option("--stock/--no-stock", help="Look for what brings each model back.")] = True,
    as_json: options.AsJson = False,
    everything: options.All = False,
    quiet: options.Quiet = False,
) -> None:
    """Decide who gives up what when accelerators do not suffice for FILE: the lowest priority first, and no more than is needed."""
    from packing.errors import ProblemError

    read = [file, current]
    faults = refuse_unwritable(output, "--output", inputs=read)
    faults += refuse_unwritable(conceded, "--conceded", FLEET_FORMATS, inputs=read, outputs=[output])
    if faults:
        raise ProblemError(faults)
    problem, now = _read(file, current)
    from packing.cli.both import say_unlikely

    say_unlikely(problem)
    from packing.act.shortage import answer_shortage
    from packing.cli.interrupt import interruptible

    with interruptible() as cancel:
        with native_output_to_stderr():
            answer = answer_shortage(problem, current=now, time_limit=time_limit, seed=seed, stock=stock, cancel=cancel)
        _write(answer, output, conceded, quiet=quiet)
    if as_json:
        emit(answer.to_json())
    elif not quiet:
        from packing.cli.account import page
        from packing.report.shortage import shortage_page

        emit(shortage_page(answer, page(everything=everything)))
    if answer.limit == "cancelled":
        raise typer.Exit(ExitCode.INTERRUPTED)
    raise typer.Exit(ExitCode.DONE if answer.complete else ExitCode.INCOMPLETE)


def _read(file: Path, current: Path | None) -> tuple[Problem, Any]:
    from packing.cli.both import read_all
    from packing.describe import read_placement, read_problem

    if current is None:
        return read_problem(file), None
    problem, now = read_all((read_problem, file), (read_placement, current))
    return problem, now


def _write(answer: ShortageAnswer, output: Path | None, conceded: Path | None, *, quiet: bool) -> None:
    """The placement, and the problem that it answers."""
    if output is not None:
        write_file(output, answer.placement.to_json())
        if not quiet:
            say(f"placement written to {output}; it answers the problem with the concessions (--conceded writes that)")
    if conceded is not None:
        from packing.generate.files import to_json, to_yaml

        write_file(conceded, to_json(answer.conceded) if conceded.suffix.lower() == ".json" else to_yaml(answer.conceded), "--conceded")
        if not quiet:
            say(f"problem with the concessions written to {conceded}")
