"""`packing bench`: the project's measurements; the arguments are those of `packing.bench`."""

from __future__ import annotations

import typer

from packing.cli.exits import ExitCode
from packing.cli.output import complain


def command(context: typer.Context) -> None:
    """Run the benchmarks and print their tables; `packing bench --help` lists them."""
    from packing.bench import main
    from packing.bench.measure import BenchError

    try:
        code = main(list(context.args))
    except BenchError as error:  # said as it is: what is missing, or what a measured process ended with
        complain(str(error))
        raise typer.Exit(ExitCode.FAULT) from None
    raise typer.Exit(int(code or 0))
