"""`packing simulate`: a timeline of events, replayed under one policy or several."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packing.cli import options
from packing.cli.exits import ExitCode, exit_code
from packing.cli.files import refuse_unwritable, write_file
from packing.cli.output import emit, native_output_to_stderr, say
from packing.domain.json_text import json_text

if TYPE_CHECKING:
    from packing.act.simulate import Episode, Simulation

ORDER = "FILE PLACEMENT EVENTS"


def command(
    file: options.Problem,
    placement: Annotated[Path, typer.Argument(metavar="PLACEMENT", help="Placement that runs at the beginning (JSON).", show_default=False)],
    events: Annotated[Path, typer.Argument(metavar="EVENTS", help="What happens, and when (YAML or JSON).", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FINAL.json", help="Write the placement at the end to a file.", show_default=False)
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(metavar="P", help="A policy file, or NAME=FILE, or NAME=field:value,...; several are compared.", show_default=False),
    ] = None,
    move_weight: Annotated[
        list[float] | None, typer.Option(metavar="W", min=0, help="A policy that is the default but for the price of moves.", show_default=False)
    ] = None,
    time_limit: Annotated[float, typer.Option(metavar="S", help="Seconds of search at each event; 0: mend what is broken, no more.")] = 10.0,
    seed: options.Seed = 0,
    workers: options.Workers = 1,
    as_json: options.AsJson = False,
    everything: options.All = False,
    quiet: options.Quiet = False,
) -> None:
    """Replay EVENTS on FILE from PLACEMENT: solve anew at each, migrate, and report cost, moves, and who goes short."""
    from packing.cli.both import read_all
    from packing.cli.policies import policies
    from packing.describe import read_placement, read_problem
    from packing.describe.timeline import read_events
    from packing.errors import Fault, ProblemError

    faults = refuse_unwritable(output, "--output", inputs=[file, placement, events])
    wanted, wrong = policies(policy or [], move_weight or [])
    faults += wrong
    if output is not None and len(wanted) > 1:
        faults.append(Fault("bad_option", "--output", str(output), "Each policy ends with a placement of its own.", "Give one policy only."))
    if faults:
        raise ProblemError(faults)
    problem, now = read_all((read_problem, file), (read_placement, placement), order=ORDER)
    (timeline,) = read_all((lambda path: read_events(path, problem), events), order=ORDER)
    from packing.act.simulate import simulate
    from packing.cli.interrupt import interruptible

    done: dict[str, Simulation] = {}
    with interruptible() as cancel:
        for name, how in wanted.items():
            follow = None if quiet else _follow(name if len(wanted) > 1 else "")
            with native_output_to_stderr():
                done[name] = simulate(
                    problem, now, timeline, policy=how, time_limit=time_limit, seed=seed, workers=workers, cancel=cancel, on_episode=follow
                )
            if done[name].cancelled:
                break
        if output is not None:
            write_file(output, next(iter(done.values())).placement.to_json())
            if not quiet:
                say(f"placement written to {output}")
    if as_json:
        emit(_json(done))
    elif not quiet:
        from packing.cli.account import page
        from packing.report.simulation import simulation_report

        emit(simulation_report(done, page(everything=everything)))
    raise typer.Exit(_code(list(done.values())))


def _follow(name: str) -> Callable[[Episode], None]:
    """Says on stderr how far it is."""

    def follow(episode: Episode) -> None:
        say(f"{name + ': ' if name else ''}{episode.at:g} h, {'; '.join(episode.happened)}: {episode.status}")

    return follow


def _json(done: dict[str, Simulation]) -> str:
    whole = {"schema_version": 1, "simulations": {name: each.model_dump(mode="json", by_alias=True) for name, each in done.items()}}
    return json_text(whole)


def _code(done: list[Simulation]) -> int:
    """As for a single answer: incomplete if the last one of any policy is."""
    if any(each.cancelled for each in done):
        return ExitCode.INTERRUPTED
    return max((exit_code(each.placement.status) for each in done), default=ExitCode.DONE)
