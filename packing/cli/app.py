"""Which verbs there are. A new verb is one file with a `command` function, and one line here."""

from __future__ import annotations

from typing import Annotated

import typer

from packing.cli import (
    bench,
    calibrate,
    catalog,
    check,
    coldstart,
    diff,
    explain,
    generate,
    migrate,
    profile,
    rebalance,
    rehearse,
    schedule,
    shortage,
    show,
    simulate,
    solve,
)

# Plain help: rendering it with rich would double the start-up time of `packing --help`.
app = typer.Typer(
    name="packing", add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


def _version(wanted: bool) -> None:
    if wanted:
        from packing import __version__
        from packing.cli.output import emit

        emit(f"packing {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version)] = False,
) -> None:
    """Decide which foundation models sit on which accelerators.

    Exit codes: 0 done, complete and verified; 1 bad input or a violation; 2 changes (diff --detailed-exitcode);
    3 no complete placement; 130 interrupted (Ctrl-C, SIGTERM, SIGHUP).
    """


app.command("solve")(solve.command)
app.command("check")(check.command)
app.command("show")(show.command)
app.command("explain")(explain.command)
app.command("rebalance")(rebalance.command)
app.command("schedule")(schedule.command)
app.command("shortage")(shortage.command)
app.command("simulate")(simulate.command)
app.command("rehearse")(rehearse.command)
app.command("coldstart")(coldstart.command)
app.command("diff")(diff.command)
app.command("apply")(diff.apply)
app.command("migrate")(migrate.command)
app.command("replay")(migrate.replay)
app.command("calibrate")(calibrate.command)
app.command("catalog")(catalog.command)
app.command("profile")(profile.command)
app.command("generate")(generate.command)
app.command("bench", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})(bench.command)
