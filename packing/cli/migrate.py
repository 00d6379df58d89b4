"""`packing migrate` and `packing replay`: an order for the way from one placement to another, and its check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packing.cli import options
from packing.cli.both import read_all
from packing.cli.exits import ExitCode
from packing.cli.files import refuse_unwritable, write_file
from packing.cli.output import emit, say
from packing.domain.json_text import json_text
from packing.errors import Fault, ProblemError

if TYPE_CHECKING:
    from packing.domain.migration import MigrationOptions
    from packing.domain.placement import Placement
    from packing.domain.problem import Problem
    from packing.verify.replay import Replay

Old = Annotated[Path, typer.Argument(metavar="OLD", help="Placement that runs (JSON).", show_default=False)]
New = Annotated[Path, typer.Argument(metavar="NEW", help="Placement to go to (JSON); it answers FILE.", show_default=False)]
OldFile = Annotated[
    Path | None, typer.Option("--old-problem", metavar="FILE", help="Fleet file that OLD answers, where it is another one.", show_default=False)
]
ByName = Annotated[bool, typer.Option("--by-name", help="Ids of nodes and numbers of accelerators mean the same in both placements: no matching.")]


def command(
    file: options.Problem,
    old: Old,
    new: New,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="PLAN.json", help="Write the plan to a file.", show_default=False)] = None,
    old_problem: OldFile = None,
    by_name: ByName = False,
    bandwidth: Annotated[str, typer.Option(metavar="BYTES", help="Bytes per second onto one node, e.g. 1.25GB.")] = "1.25GB",
    fleet_bandwidth: Annotated[
        str | None, typer.Option(metavar="BYTES", help="Bytes per second of all loads together.", show_default="no limit")
    ] = None,
    loads_per_node: Annotated[int | None, typer.Option(metavar="N", help="Loads onto one node at the same time.", show_default="no limit")] = None,
    effort: Annotated[int, typer.Option(metavar="N", help="Places for copies to try in search of a cheaper way or a proof.")] = 100_000,
    everything: options.All = False,
    as_json: options.AsJson = False,
) -> None:
    """Order the way from OLD to NEW so that every state on it is valid; exit code 3 if there is no order."""
    faults = refuse_unwritable(output, "--output", inputs=[file, old, new, old_problem])
    chosen, more = _options(bandwidth, fleet_bandwidth, loads_per_node, effort)
    if faults + more:
        raise ProblemError(faults + more)
    assert chosen is not None, "no faults"
    from packing.act.migrate import plan_migration
    from packing.describe import read_placement, read_problem
    from packing.domain.migration import Outcome

    problem, before, after, *past = read_all(
        (read_problem, file),
        (read_placement, old),
        (read_placement, new),
        *([(read_problem, old_problem)] if old_problem else []),
        order="FILE OLD NEW",
    )
    migration = plan_migration(problem, before, after, old_problem=past[0] if past else None, by_name=by_name, options=chosen)
    if as_json:
        emit(migration.to_json())
    else:
        from packing.cli.account import page
        from packing.report.migration import waves

        emit(waves(migration, page(everything=everything)))
    if output is not None:
        write_file(output, migration.to_json())
        say(f"plan written to {output}")
    if migration.status is not Outcome.ORDERED:
        raise typer.Exit(ExitCode.INCOMPLETE)


def replay(
    file: options.Problem,
    old: Old,
    new: New,
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="Plan (JSON), as `migrate -o` writes it.", show_default=False)],
    old_problem: OldFile = None,
    full: Annotated[bool, typer.Option("--full", help="Check the whole fleet in every state, and every prefix of every wave. Slow.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Walk PLAN state by state with the checker, which knows nothing of the planner. Refused if OLD is not what the plan was made for."""
    from packing.act.migrate import read_migration, replay_migration
    from packing.describe import read_placement, read_problem

    problem, before, after, migration, *past = read_all(
        (read_problem, file),
        (read_placement, old),
        (read_placement, new),
        (read_migration, plan),
        *([(read_problem, old_problem)] if old_problem else []),
        order="FILE OLD NEW PLAN",
    )
    found = replay_migration(problem, before, after, migration, old_problem=past[0] if past else None, full=full)
    stale = not found.ok and _answers_another(before, past[0] if past else problem)
    emit(_data(found) if as_json else _hint(found, given=bool(past)) if stale else _text(found))
    if not found.ok:
        raise typer.Exit(ExitCode.FAULT)


def _answers_another(placement: Placement, problem: Problem) -> bool:
    """Whether the placement says that it was made for another problem; one that names none says nothing."""
    from packing.describe import expand

    return bool(placement.problem) and placement.problem != expand(problem).digest


def _hint(found: Replay, *, given: bool) -> str:
    """One cause instead of its consequences, which would be a line for whatever departs or has changed."""
    count = f"{len(found.violations)} violation{'s' if len(found.violations) > 1 else ''}"
    other = "the file of --old-problem" if given else "FILE"
    from packing.cli.account import fitted

    cause = f"{count}; OLD was made for another problem than {other} states."
    return fitted([f"{cause} Give the fleet file that OLD answers as --old-problem; --json lists the violations."])


def _text(found: Replay) -> str:
    from packing.cli.account import fitted

    lines = [f"violation: {each.rule}: {each.where}: {each.detail}" for each in found.violations]
    lines.append(f"{len(found.violations)} violations" if lines else "replayed: no violations")
    return fitted([*lines, f"states checked: {found.states:,}"])


def _data(found: Replay) -> str:
    violations = [{"rule": str(each.rule), "where": each.where, "detail": each.detail} for each in found.violations]
    return json_text({"ok": found.ok, "states": found.states, "violations": violations})


def _options(bandwidth: str, fleet: str | None, loads: int | None, effort: int) -> tuple[MigrationOptions | None, list[Fault]]:
    """The options, or all that is wrong with them."""
    from packing.domain.migration import MigrationOptions

    faults: list[Fault] = []
    node_speed = _speed("--bandwidth", bandwidth, faults)
    fleet_speed = None if fleet is None else _speed("--fleet-bandwidth", fleet, faults)
    for option, value, least in (("--loads-per-node", loads, 1), ("--effort", effort, 0)):
        if value is not None and value < least:
            faults.append(Fault("bad_option", option, str(value), f"The smallest value accepted is {least}.", "Give a larger one."))
    if effort > 10**8:
        faults.append(Fault("bad_option", "--effort", str(effort), "The largest value accepted is 100000000.", "Give a smaller one."))
    if faults:
        return None, faults
    return MigrationOptions(node_bandwidth=node_speed, fleet_bandwidth=fleet_speed, loads_per_node=loads, effort=effort), faults


def _speed(option: str, text: str, faults: list[Fault]) -> float:
    """Bytes per second."""
    from packing.domain.units import UnitError, memory_fraction

    try:
        speed = float(memory_fraction(text))
    except UnitError as error:
        faults.append(Fault("bad_option", option, text, error.cause, error.action))
        return 1.0
    if speed <= 0:
        faults.append(Fault("bad_option", option, text, "Nothing would ever be loaded.", "Give more than zero."))
    return speed
