"""`packing calibrate`: from own measurements to a calibration that a fleet file names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packing.cli import options
from packing.cli.files import refuse_unwritable, write_file
from packing.cli.output import emit, say
from packing.domain.json_text import json_text

if TYPE_CHECKING:
    from packing.capacity.refit import Refit


def command(
    measurements: Annotated[Path, typer.Argument(metavar="MEASUREMENTS", help="CSV, YAML or JSON, see docs/calibration.md.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT.json", help="Write the calibration to a file.", show_default=False)
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Fit the capacity laws to your own measurements, and say what predictions are then worth."""
    from packing.errors import ProblemError

    if faults := refuse_unwritable(output, "--output", inputs=[measurements]):
        raise ProblemError(faults)
    from packing.capacity.refit import refit
    from packing.describe.measurements import read_measurements

    read = read_measurements(measurements)
    found = refit(read.points, source=measurements.name)
    if output is not None:
        write_file(output, json_text(found.calibration.model_dump(mode="json")) + "\n")
    if as_json:
        emit(json_text(_data(found, read.rows, read.notices)))
        return
    for notice in read.notices:
        say(f"note: {notice}")
    if not quiet:
        from packing.cli.account import page
        from packing.report.calibration import calibration_summary

        emit(calibration_summary(found, read.rows, page()))
        if output is not None:
            say(f"calibration written to {output}; use it with a line `calibration: {output.name}` in a fleet file beside it")


def _data(found: Refit, rows: int, notices: tuple[str, ...]) -> dict[str, Any]:
    def errors(pairs: tuple[tuple[float, float], ...]) -> dict[str, list[float]]:
        return {name: [round(value, 4) for value in pair] for name, pair in zip(("ttft", "tpot", "requests_per_second"), pairs, strict=True)}

    return {
        "calibration": found.calibration.model_dump(mode="json"),
        "rows": rows,
        "errors": [
            {
                "engine": each.situation.engine, "accelerator": each.situation.accelerator, "architecture": each.situation.architecture,
                "points": each.situation.points, "before": errors(each.before), "after": errors(each.after), "parameters_moved": each.moved,
            }
            for each in found.judged
        ],
        "moved": [dict(zip(("engine", "accelerator", "parameter", "library", "own"), each, strict=True)) for each in found.moved],
        "contradictions": [
            {
                "rows": list(each.point.rows), "figure": each.figure.lower(), "least_ms": 1000 * each.least, "most_ms": 1000 * each.most,
                "band": each.band,
            }
            for each in found.contradictions
        ],
        "notices": [*notices, *found.notices],
    }  # fmt: skip
