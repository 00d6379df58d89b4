"""`packing explain`: why a placement is as it is, why there is none, and what would help."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packing.cli import options
from packing.cli.exits import ExitCode
from packing.cli.output import colourful, emit, native_output_to_stderr, terminal_width, unicode_capable
from packing.domain.json_text import json_text

if TYPE_CHECKING:
    from packing.explain.explanation import Explanation


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
    from packing.errors import Fault, ProblemError

    faults: list[Fault] = []
    problem = _read(file, faults)
    given = _read_placement(placement, faults) if placement is not None else None
    if faults:
        raise ProblemError(faults)
    explanation = _explained(problem, given, model=model, with_values=values, time_limit=time_limit, seed=seed)
    if as_json:
        emit(json_text(explanation.data()))
    else:
        from packing.report.explain import page_of
        from packing.report.page import ROWS, Page

        emit(page_of(explanation, Page(terminal_width(), colourful(), unicode_capable(), None if everything else ROWS)))
    if not explanation.complete:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _read(file: Path, faults: list[Any]) -> Any:
    from packing.describe import read_problem
    from packing.errors import ProblemError

    try:
        return read_problem(file)
    except ProblemError as error:
        faults += error.faults
    return None


def _read_placement(file: Path, faults: list[Any]) -> Any:
    from packing.describe import read_placement
    from packing.errors import ProblemError

    try:
        return read_placement(file)
    except ProblemError as error:
        faults += error.faults
    return None


def _explained(problem: Any, placement: Any, **wanted: Any) -> Explanation:
    from packing.cli.interrupt import interruptible
    from packing.explain.api import explain_placement

    with interruptible() as cancel, native_output_to_stderr():
        return explain_placement(problem, placement, cancel=cancel, **wanted)
