"""`packing rehearse`: request streams against a placement, or against a schedule of placements."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packing.cli import options
from packing.cli.output import emit


def command(
    file: options.Problem,
    placement: Annotated[
        Path, typer.Argument(metavar="PLACEMENT", help="Placement or schedule (JSON), as `solve -o` or `schedule -o` writes it.", show_default=False)
    ],
    seed: Annotated[int, typer.Option(metavar="N", help="Of all that is drawn: same input and seed, same report.")] = 0,
    day: Annotated[bool, typer.Option("--day", help="Rehearse 24 hours; the slots repeat.")] = False,
    hours: Annotated[
        float | None, typer.Option(metavar="H", help="Rehearse so many hours [default: one round of the slots].", show_default=False)
    ] = None,
    streams: Annotated[
        Path | None, typer.Option(metavar="LOG.csv", help="Replay this request log instead of drawing requests.", show_default=False)
    ] = None,
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="Of the slots, and of times of the log that state none.")] = "UTC",
    routing: Annotated[str, typer.Option(metavar="R", help="random or least_outstanding.")] = "least_outstanding",
    burstiness: Annotated[float, typer.Option(metavar="C", help="Squared coefficient of variation of the times between requests; 1: Poisson.")] = 1.0,
    spread: Annotated[float, typer.Option(metavar="V", help="Coefficient of variation of token lengths (log-normal); 0: all alike.")] = 0.0,
    target: Annotated[float, typer.Option(metavar="T", help="Share of its requests within the SLO from which on a model counts as kept.")] = 0.99,
    other_problem: Annotated[bool, typer.Option("--other-problem", help="The placement was made for another problem with the same models.")] = False,
    as_json: options.AsJson = False,
    everything: options.All = False,
) -> None:
    """Replay requests for FILE against PLACEMENT: queues, batches, loads, neighbours; and say who missed the SLO."""
    from packing.act.rehearse import read_log, rehearse
    from packing.act.rehearse.files import read_plan
    from packing.cli.both import read_all
    from packing.describe import read_problem
    from packing.errors import Fault, ProblemError

    if day and hours is not None:
        raise ProblemError([Fault("bad_option", "--day", str(hours), "Both --day and --hours are given.", "Give one of them.")])
    problem, plan = read_all((read_problem, file), (read_plan, placement), order="FILE PLACEMENT")
    log = None if streams is None else read_all((lambda path: read_log(path, problem, time_zone=time_zone), streams))[0]
    done = rehearse(
        problem, plan, hours=24.0 if day else hours, seed=seed, routing=routing, streams=log, burstiness=burstiness, spread=spread, target=target,
        same_problem=not other_problem,
    )  # fmt: skip
    if as_json:
        emit(done.to_json())
        return
    from packing.cli.account import page
    from packing.report.rehearsal import rehearsal_report

    emit(rehearsal_report(done, page(everything=everything)))
