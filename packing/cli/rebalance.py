"""`packing rebalance`: from a fleet file and what runs now to a better placement, by few moves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packing.cli import options
from packing.cli.exits import ExitCode, exit_code
from packing.cli.files import refuse_unwritable
from packing.cli.output import emit, say
from packing.cli.search import search, written

if TYPE_CHECKING:
    from packing.act.diff import Diff
    from packing.domain.change import Policy
    from packing.domain.placement import Placement
    from packing.solve import Result

NOTES = 20
"""Notices that are shown unless all are asked for."""


def command(
    file: options.Problem,
    current: Annotated[Path, typer.Argument(metavar="CURRENT", help="Placement that runs now (JSON).", show_default=False)],
    output: options.Output = None,
    time_limit: Annotated[float, typer.Option(metavar="S", help="Seconds of search; 0: what is broken or missing is mended, no more.")] = 10.0,
    seed: options.Seed = 0,
    workers: options.Workers = 1,
    policy: Annotated[
        Path | None, typer.Option(metavar="POLICY.yaml", help="File with all that the options below say, and more.", show_default=False)
    ] = None,
    move_weight: Annotated[
        float | None, typer.Option(metavar="W", min=0, help="Price of moves: 0 moves for any gain; default 0.1.", show_default=False)
    ] = None,
    max_moves: Annotated[int | None, typer.Option(metavar="N", min=0, help="Most copies that may move.", show_default=False)] = None,
    max_moves_per_node: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Most that may leave or reach any one node.", show_default=False)
    ] = None,
    max_moves_per_model: Annotated[int | None, typer.Option(metavar="N", min=0, help="Most of any one model.", show_default=False)] = None,
    pin: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Stays: a model, a copy (model#2) or a node.", show_default=False)] = None,
    drain: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Is emptied: a node, or a pool's label.", show_default=False)] = None,
    as_json: options.AsJson = False,
    detailed: options.Detailed = False,
    everything: options.All = False,
    quiet: options.Quiet = False,
) -> None:
    """Place the models of FILE anew from what runs in CURRENT: what stays is free, what moves has to be worth it."""
    from packing.errors import ProblemError

    if faults := refuse_unwritable(output, "--output", inputs=[file, current, policy]):
        raise ProblemError(faults)
    from packing.cli.both import read_all
    from packing.describe import read_placement, read_problem
    from packing.describe.policy import read_policy

    problem, now, *given = read_all(
        (read_problem, file), (read_placement, current), *([(read_policy, policy)] if policy else []), order="FILE CURRENT"
    )
    limits = {"max_moves": max_moves, "max_moves_per_node": max_moves_per_node, "max_moves_per_model": max_moves_per_model}
    how = _policy(given[0] if given else None, pin or [], drain or [], move_weight=move_weight, **limits)
    from packing.cli.interrupt import interruptible

    with interruptible() as cancel:
        result = search(problem, quiet=quiet, cancel=cancel, current=now, policy=how, time_limit=time_limit, seed=seed, workers=workers)
        text = written(result.placement, output, quiet=quiet)
    _say_notices(result, time_limit, everything=everything)
    found = _difference(now, result)
    if as_json:
        emit(text)
    elif not quiet:
        _show(result, found, now, everything=everything)
    code = exit_code(result.status, result.limit)
    if code == ExitCode.DONE and result.change is not None and result.change.blocked:
        code = ExitCode.INCOMPLETE  # who asked for a node to be emptied is not told that it is
    changes = found is None or not found.is_empty
    raise typer.Exit(ExitCode.CHANGES if detailed and changes and code == ExitCode.DONE else code)


def _policy(given: Policy | None, pins: list[str], drain: list[str], **said: Any) -> Policy:
    """The policy of the file, with what the options say on top of it."""
    from packing.domain.change import Policy

    base = given or Policy()
    options = {name: value for name, value in said.items() if value is not None}
    fields = {name: getattr(base, name) for name in Policy.model_fields}
    return Policy(**{**fields, "pins": (*base.pins, *pins), "drain": (*base.drain, *drain), **options})


def _say_notices(result: Result, time_limit: float, *, everything: bool) -> None:
    """What could not stay as it was, on stderr."""
    assert result.change is not None
    notices = result.change.notices
    shown = notices if everything else notices[:NOTES]
    for fault in shown:
        say(f"note: {fault.where}: {fault.cause} {fault.action}")
    if len(shown) < len(notices):
        say(f"note: … and {len(notices) - len(shown):,} more like these (--all shows them)")
    if time_limit == 0:
        say("note: no time to search: what cannot stay was mended and what is missing was placed, nothing else was looked for")


def _difference(now: Placement, result: Result) -> Diff | None:
    """What changes; None where a name in the current placement stands for two things, so that nothing can be said in names."""
    from packing.act.diff import diff
    from packing.errors import ProblemError

    try:
        return diff(now, result.placement, by_name=True, problem=result.expanded)
    except ProblemError as error:
        for fault in error.faults:
            say(f"note: no list of changes: {fault}")
    return None


def _show(result: Result, found: Diff | None, now: Placement, *, everything: bool) -> None:
    """What changes, what that comes to, and the new placement."""
    from packing.cli.account import account_of, page, show
    from packing.report.change import change_lines
    from packing.report.diff import change_list

    assert result.change is not None
    how = page(everything=everything)
    if found is not None:
        emit(change_list(found, now, how))
    emit(how.render([*change_lines(result.change, how)]))
    show(account_of(result), everything=everything)
