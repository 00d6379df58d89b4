"""`packing bench`: the project's measurements; the arguments are those of `packing.bench`."""

from __future__ import annotations

import typer


def command(context: typer.Context) -> None:
    """Run the benchmarks and print their tables; `packing bench --help` lists them."""
    from packing.bench import main

    code = main(list(context.args))
    raise typer.Exit(int(code or 0))
