"""`packing solve`: from a fleet file to a verified placement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packing.cli import options
from packing.cli.exits import exit_code
from packing.cli.files import CHART_FORMATS, refuse_unwritable
from packing.cli.output import emit, native_output_to_stderr, say
from packing.cli.search import search, written


def command(
    file: options.Problem,
    output: options.Output = None,
    time_limit: Annotated[float, typer.Option(metavar="S", help="Seconds of search; 0: the first greedy answer.")] = 10.0,
    seed: options.Seed = 0,
    workers: options.Workers = 1,
    gap: Annotated[float, typer.Option(metavar="G", help="Stop when the relative gap is no larger, e.g. 0.01.")] = 0.0,
    strategy: Annotated[str, typer.Option(metavar="S", help="How to search: auto, greedy, cp_sat, …")] = "auto",
    memory_limit: Annotated[
        str | None, typer.Option(metavar="SIZE", help="What the search may hold, e.g. 3GiB; default: most of what is free.", show_default=False)
    ] = None,
    as_json: options.AsJson = False,
    chart: options.Chart = None,
    everything: options.All = False,
    quiet: options.Quiet = False,
    baselines: Annotated[bool, typer.Option("--baselines/--no-baselines", help="Compare the cost with other ways to do it.")] = True,
) -> None:
    """Place the models of FILE on its fleet, and show what came out."""
    _refuse(file, output, chart)
    from packing.describe import read_problem
    from packing.describe.unlikely import unlikely_memory_limit

    problem = read_problem(file)
    if odd := unlikely_memory_limit(memory_limit):
        say(f"note: {odd}")
    from packing.cli.account import account_of, show
    from packing.cli.interrupt import interruptible

    with interruptible() as cancel:
        result = search(
            problem, quiet=quiet, cancel=cancel, time_limit=time_limit, seed=seed, workers=workers, gap=gap, strategy=strategy,
            memory_limit=memory_limit,
        )  # fmt: skip
        account = account_of(result)
        text = written(account.placement, output, quiet=quiet)
    if chart is not None:
        from packing.report.chart import radar

        radar({account.name: account.placement.fitness}, chart)
        if not quiet:
            say(f"chart written to {chart}")
    if as_json:
        emit(text)
    elif not quiet:
        from packing.cli.baselines import with_baselines

        # Whoever pressed Ctrl-C wants the answer, not another search for comparison.
        compare = baselines and result.limit != "cancelled"
        with native_output_to_stderr():
            compared = with_baselines(account, result, seed=seed) if compare else account
        show(compared, everything=everything)
    raise typer.Exit(exit_code(result.status, result.limit))


def _refuse(file: Path, output: Path | None, chart: Path | None) -> None:
    """Stop before the search if its results could not be written."""
    faults = refuse_unwritable(output, "--output", inputs=[file])
    faults += refuse_unwritable(chart, "--chart", CHART_FORMATS, inputs=[file], outputs=[output])
    if chart is not None:
        from packing.report.chart import missing_extra

        faults += missing_extra("--chart")
    if faults:
        from packing.errors import ProblemError

        raise ProblemError(faults)
