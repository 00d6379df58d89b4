"""`packing generate`: synthetic fleets with a knob for each thing that makes packing hard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packing.cli.files import FLEET_FORMATS, refuse_unwritable, write_file
from packing.cli.output import emit, say


def command(
    suite: Annotated[str | None, typer.Option(metavar="NAME", help="Start from small, medium, large or huge.", show_default=False)] = None,
    models: Annotated[int | None, typer.Option(metavar="N", help="Number of models.", show_default=False)] = None,
    shapes: Annotated[int | None, typer.Option(metavar="N", help="Number of distinct sets of modes.", show_default=False)] = None,
    copies: Annotated[int | None, typer.Option(metavar="N", help="Copies of all models together.", show_default=False)] = None,
    modes: Annotated[int | None, typer.Option(metavar="N", help="Most modes of a model.", show_default=False)] = None,
    pools: Annotated[int | None, typer.Option(metavar="N", help="Number of pools.", show_default=False)] = None,
    zones: Annotated[int | None, typer.Option(metavar="N", help="Zones that the pools are spread over.", show_default=False)] = None,
    tenants: Annotated[int | None, typer.Option(metavar="N", help="Number of tenants; 0: models without tenants.", show_default=False)] = None,
    slots: Annotated[int | None, typer.Option(metavar="N", help="Length of the traffic profiles.", show_default=False)] = None,
    tightness: Annotated[float | None, typer.Option(metavar="X", help="Demand / stock; above 1: short; 0: no stock.", show_default=False)] = None,
    size_skew: Annotated[float | None, typer.Option(metavar="X", help="0: copies equally large; larger: few large ones.", show_default=False)] = None,
    isolated_share: Annotated[float | None, typer.Option(metavar="X", help="Share of tenants that share no node.", show_default=False)] = None,
    conflicts: Annotated[float | None, typer.Option(metavar="X", help="Share of tenants in conflict with another.", show_default=False)] = None,
    fragmentation: Annotated[float | None, typer.Option(metavar="X", help="Share of shapes that leave awkward rests.", show_default=False)] = None,
    tolerant_share: Annotated[float | None, typer.Option(metavar="X", help="Share of models that bear a cold start.", show_default=False)] = None,
    sharing: Annotated[str | None, typer.Option(metavar="KIND", help="exclusive, memory, mig or mixed.", show_default=False)] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Same knobs and seed: same file.")] = 0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file, .yaml or .json.", show_default=False)
    ] = None,
) -> None:
    """Make a synthetic fleet file: to test with, to measure with, to try a fleet before there is one."""
    from packing.errors import ProblemError

    knobs = {
        "models": models, "shapes": shapes, "copies": copies, "modes": modes, "pools": pools, "zones": zones, "tenants": tenants, "slots": slots,
        "tightness": tightness, "size_skew": size_skew, "isolated_share": isolated_share, "conflicts": conflicts, "fragmentation": fragmentation,
        "tolerant_share": tolerant_share, "sharing": sharing, "seed": seed,
    }  # fmt: skip
    if faults := refuse_unwritable(output, "--output", FLEET_FORMATS):
        raise ProblemError(faults)
    from packing.generate import generate, to_json, to_yaml
    from packing.generate.knobs import Knobs, turn
    from packing.generate.knobs import suite as suite_knobs

    start = suite_knobs(suite) if suite else Knobs()
    problem = generate(turn(start, {name: value for name, value in knobs.items() if value is not None}))
    text = to_json(problem) if output is not None and output.suffix.lower() == ".json" else to_yaml(problem)
    if output is None:
        emit(text)
        return
    write_file(output, text)
    say(f"{len(problem.models):,} models on {len(problem.fleet):,} pools written to {output}")
