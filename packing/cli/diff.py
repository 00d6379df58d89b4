"""`packing diff` and `packing apply`: what leads from one placement to another, shown and carried out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packing.cli import options
from packing.cli.both import read_all, read_both
from packing.cli.exits import ExitCode
from packing.cli.files import refuse_unwritable, write_file
from packing.cli.output import emit, say
from packing.errors import ProblemError

MOST_NOTES = 20
ByName = Annotated[bool, typer.Option("--by-name", help="Names of nodes and numbers of accelerators mean the same in both files: no matching.")]


def command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Placement that runs (JSON).", show_default=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Placement that is to run (JSON).", show_default=False)],
    as_json: options.AsJson = False,
    detailed: options.Detailed = False,
    by_name: ByName = False,
    file: Annotated[
        Path | None,
        typer.Option("--problem", metavar="FILE", help="Fleet file whose prices say what OLD costs; without it: what OLD says.", show_default=False),
    ] = None,
    everything: options.All = False,
) -> None:
    """Show what has to happen so that OLD becomes NEW: the fewest copies to load, whatever nodes and copies are called."""
    from packing.act.diff import diff
    from packing.act.diff.mend import contradictions
    from packing.describe import read_placement, read_problem

    before, after, *given = read_all((read_placement, old), (read_placement, new), *([(read_problem, file)] if file else []), order="OLD NEW")
    found = diff(before, after, by_name=by_name, problem=given[0] if given else None)
    odd = contradictions(before, "old")
    for fault in odd[:MOST_NOTES]:
        say(f"note: {fault.where}: {fault.cause} It was read as well as it can be.")
    if len(odd) > MOST_NOTES:
        say(f"note: and {len(odd) - MOST_NOTES:,} more places in which OLD contradicts itself")
    if as_json:
        emit(found.to_json())
    else:
        from packing.cli.account import page
        from packing.report.diff import change_list

        emit(change_list(found, before, page(everything=everything)))
    if detailed and not found.is_empty:
        raise typer.Exit(ExitCode.CHANGES)


def apply(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Placement that runs (JSON).", show_default=False)],
    change: Annotated[Path, typer.Argument(metavar="DIFF", help="What is to change, as `packing diff --json` wrote it.", show_default=False)],
    output: options.Output = None,
) -> None:
    """Carry out a diff: the placement that it leads to, with the names of OLD. Refused if OLD is not what the diff was made for."""
    if faults := refuse_unwritable(output, "--output", inputs=[old, change]):
        raise ProblemError(faults)
    from packing.act.diff import apply_diff, read_diff
    from packing.describe import read_placement

    before, found = read_both(read_placement, old, read_diff, change, "OLD DIFF")
    text = apply_diff(before, found).to_json()
    if output is None:
        emit(text)
        return
    write_file(output, text)
    say(f"placement written to {output}")
