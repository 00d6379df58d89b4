"""Arguments and options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Problem = Annotated[Path, typer.Argument(metavar="FILE", help="Fleet file (YAML or JSON), see docs/file-reference.md.", show_default=False)]
Placement = Annotated[Path, typer.Argument(metavar="PLACEMENT", help="Placement file (JSON), as `solve -o` writes it.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout, and nothing else there.")]
All = Annotated[bool, typer.Option("--all", help="Show every row, however many there are.")]
Chart = Annotated[
    Path | None, typer.Option("--chart", metavar="FILE", help="Draw the five scores as a radar chart: .svg or .png.", show_default=False)
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="OUT.json", help="Write the placement to a file.", show_default=False)]
Seed = Annotated[int, typer.Option(metavar="N", help="Same input, seed and one worker: same bytes, unless the time limit cut the search short.")]
Workers = Annotated[int, typer.Option(metavar="N", help="Processes at work at the same time; several find more, but not the same bytes.")]
Detailed = Annotated[bool, typer.Option("--detailed-exitcode", help="Exit code 2 where there are changes, 0 where there are none.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, and no summary.")]
