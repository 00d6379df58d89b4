"""`packing explain`: why a placement is as it is, why there is none, and what would help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packing.cli import options
from packing.cli.exits import ExitCode
from packing.cli.output import emit, native_output_to_stderr
from packing.domain.json_text import json_text


def command(
    file: options.Problem,
    placement: Annotated[
        Path | None, typer.Argument(metavar="PLACEMENT", help="Placement file (JSON); without it FILE is solved first.", show_default=False)
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Why this model is where it is, and why not elsewhere.", show_default=False)
    ] = None,
    values: Annotated[bool, typer.Option("--values", help="What one more node, unit or level less isolation would be worth.")] = False,
    time_limit: Annotated[float, typer.Option(metavar="S", help="Seconds for everything together.")] = 30.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Of everything random.")] = 0,
    everything: options.All = False,
    as_json: options.AsJson = False,
) -> None:
    """Explain FILE or a PLACEMENT of it: what cannot hold together and what would help, or who pays for what."""
    from packing.cli.both import read_all, say_unlikely
    from packing.describe import read_placement, read_problem

    problem, *placements = read_all((read_problem, file), *([(read_placement, placement)] if placement else []), order="FILE PLACEMENT")
    say_unlikely(problem)
    given = placements[0] if placements else None
    from packing.cli.interrupt import interruptible
    from packing.explain.api import explain_placement

    with interruptible() as cancel, native_output_to_stderr():
        explanation = explain_placement(problem, given, model=model, with_values=values, time_limit=time_limit, seed=seed, cancel=cancel)
    if as_json:
        emit(json_text(explanation.data()))
    else:
        from packing.cli.account import page
        from packing.report.explain import page_of

        emit(page_of(explanation, page(everything=everything)))
    if cancel.is_set():
        raise typer.Exit(ExitCode.INTERRUPTED)
    if not explanation.complete:
        raise typer.Exit(ExitCode.INCOMPLETE)
