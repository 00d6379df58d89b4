"""`packing catalog`: what the catalogue knows, filtered."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from packing.cli import options
from packing.cli.output import emit, say
from packing.domain.json_text import json_text


def command(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="instances, accelerators or architectures.")] = "instances",
    text: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT...", help="Words that the name, an alias or the family has.", show_default=False)
    ] = None,
    cloud: Annotated[str | None, typer.Option(metavar="NAME", help="aws-sagemaker, aws-ec2, azure, gcp or oci.", show_default=False)] = None,
    accelerator: Annotated[str | None, typer.Option(metavar="NAME", help="Instances with this accelerator; none: CPU.", show_default=False)] = None,
    min_memory: Annotated[str | None, typer.Option(metavar="SIZE", help="Memory of one accelerator, e.g. 40GiB.", show_default=False)] = None,
    max_price: Annotated[float | None, typer.Option(metavar="USD", help="Instances up to this price per hour.", show_default=False)] = None,
    as_json: options.AsJson = False,
) -> None:
    """List instance types, accelerators or model architectures, with the figures that placement uses."""
    from packing.catalog.select import select

    wanted: dict[str, Any] = {"cloud": cloud, "accelerator": accelerator, "min_memory": min_memory, "max_price": max_price}
    # An accelerator is itself named by --accelerator where accelerators are listed.
    if kind == "accelerators" and accelerator is not None:
        text, wanted["accelerator"] = [*(text or []), accelerator], None
    rows = select(kind, " ".join(text or []), **wanted)  # type: ignore[arg-type] # select refuses other kinds itself
    if as_json:
        emit(json_text(rows))
        return
    from packing.cli.account import page
    from packing.report.catalogue import catalogue_table

    emit("\n".join(catalogue_table(kind, rows, page().table_width)))
    say(f"{len(rows):,} {kind}; --json has every figure with its source and date")
