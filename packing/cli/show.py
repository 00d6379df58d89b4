"""`packing show`: a placement file as a summary and a chart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packing.cli import options
from packing.cli.files import CHART_FORMATS, refuse_unwritable
from packing.cli.output import emit, say


def command(
    placements: Annotated[
        list[Path], typer.Argument(metavar="PLACEMENT...", help="Placement files (JSON); several share one chart.", show_default=False)
    ],
    problem: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its fleet file: adds capacities, stocks and demand.", show_default=False)
    ] = None,
    chart: options.Chart = None,
    everything: options.All = False,
    as_json: options.AsJson = False,
) -> None:
    """Show a placement: endpoints, nodes with an occupancy bar for each accelerator, cost, scores, what was left out."""
    from packing.errors import ProblemError

    if faults := refuse_unwritable(chart, "--chart", CHART_FORMATS, inputs=[*placements, problem]):
        raise ProblemError(faults)
    from packing.cli.account import show
    from packing.cli.both import read_all
    from packing.describe import expand, read_placement, read_problem
    from packing.report import Account
    from packing.solve.check import with_figures

    files = [(read_problem, problem)] if problem else []
    first, *found = [None] * (not files) + read_all(*files, *((read_placement, path) for path in placements))
    described = expand(first) if first else None
    read = {path: with_figures(described, each) if described else each for path, each in zip(placements, found, strict=True)}
    for path, placement in read.items():
        if as_json:
            emit(placement.to_json())
            continue
        if len(read) > 1:
            emit(f"== {path}")
        if placement.unstated & {"cost_per_hour", "fitness", "status"}:
            say(f"warning: {path} does not state its figures, and zeros stand for them; --problem FILE lets them be computed")
        if described and not placement.answers(described.digest):
            say(f"warning: {path} was made for another problem than {problem} (their hashes differ); `packing check` says more")
        show(Account(placement, described.problem if described else None), everything=everything)
    if chart is not None:
        from packing.report.chart import radar

        radar({label: read[path].fitness for path, label in _labels(list(read)).items()}, chart)
        say(f"chart written to {chart}")


def _labels(paths: list[Path]) -> dict[Path, str]:
    """What each placement is called in the chart: its file's name, or the whole path where names repeat."""
    stems = [path.stem for path in paths]
    return {path: path.stem if stems.count(path.stem) == 1 else str(path) for path in paths}
