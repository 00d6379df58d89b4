"""`packing check`: the verifier on files. It knows nothing of how the placement was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from packing.cli import options
from packing.cli.both import read_both, say_unlikely
from packing.cli.exits import ExitCode
from packing.cli.output import emit
from packing.domain.json_text import json_text

if TYPE_CHECKING:
    from packing.describe.expand import Expanded
    from packing.domain.dropped import DroppedWay
    from packing.domain.placement import Placement
    from packing.verify import Verification


def command(
    file: options.Problem,
    placement: options.Placement,
    rules: Annotated[bool, typer.Option("--rules", help="The rules alone: pass over what PLACEMENT states of itself.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Check PLACEMENT against FILE: every rule, and what it states of cost, scores and objective. What it does not state is not asked for."""
    from packing.describe import expand, read_placement, read_problem
    from packing.describe.live_placement import STATED_FIGURES
    from packing.verify import verify

    problem, answer = read_both(read_problem, file, read_placement, placement)
    say_unlikely(problem)
    expanded = expand(problem)
    found = verify(expanded.problem, answer.without_figures(STATED_FIGURES) if rules else answer, expanded.digest)
    nowhere = _nowhere(expanded)
    emit(json_text(_data(found, answer, nowhere)) if as_json else _text(found, answer, nowhere))
    if not found.ok:
        raise typer.Exit(ExitCode.FAULT)
    if any(copies for _, copies in found.missing) or answer.conceded:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _nowhere(expanded: Expanded) -> dict[str, list[DroppedWay]]:
    """Models without any mode, with what refused them first on each kind of accelerator."""
    without = {model.name for model in expanded.problem.models if not model.modes}
    return {name: list(ways) for name, ways in expanded.dropped.items() if name in without}


def _text(found: Verification, answer: Placement, nowhere: dict[str, list[DroppedWay]]) -> str:
    from packing.cli.account import fitted
    from packing.domain.fitness import OBJECTIVE_UNITS
    from packing.domain.units import MICRO
    from packing.domain.weights import Axis

    missing = sum(copies for _, copies in found.missing)
    lines = [f"violation: {each.rule}: {each.where}: {each.detail}" for each in found.violations]
    lines.append(f"{len(found.violations)} violations" if lines else "verified: no violations")
    short = [f"{missing} copies are missing"] if missing else []
    short += [f"{each.rule} is conceded for {each.model} ({each.kept} of {each.asked})" for each in answer.conceded]
    lines.append(f"complete: {'yes' if not short else 'no, ' + ', '.join(short)}")
    for name, ways in nowhere.items():
        lines.append(f"{name} cannot run on this fleet (`packing explain FILE --model {name}` tries what would help):")
        lines += [f"  {way.rule}: {way.detail}" for way in ways]
    lines.append(f"cost recomputed: {found.cost_micro_usd / MICRO:,.6f} USD/h")
    if found.objective_units is not None:
        lines.append(f"objective recomputed: {found.objective_units / OBJECTIVE_UNITS:.9f}")
    lines.append("scores recomputed: " + ", ".join(f"{axis.replace('_', ' ')} {found.scores[axis]:.3f}" for axis in Axis))
    return fitted(lines)


def _data(found: Verification, answer: Placement, nowhere: dict[str, list[DroppedWay]]) -> dict[str, object]:
    from packing.domain.fitness import OBJECTIVE_UNITS
    from packing.domain.units import MICRO

    return {
        "ok": found.ok,
        "violations": [{"rule": str(each.rule), "where": each.where, "detail": each.detail} for each in found.violations],
        "missing": [{"priority": priority, "copies": copies} for priority, copies in found.missing if copies],
        "no_mode": [
            {
                "model": name,
                "accelerator": way.accelerator,
                "accelerators": way.accelerators,
                "precision": way.precision,
                "cause": str(way.cause),
                "figure": way.figure,
                "limit": way.limit,
                "fits_on": way.fits_on,
                "fits_in": list(way.fits_in),
                "rule": str(way.rule),
                "detail": way.detail,
            }
            for name, ways in nowhere.items()
            for way in ways
        ],
        "conceded": [each.model_dump(mode="json") for each in answer.conceded],
        "cost_per_hour": found.cost_micro_usd / MICRO,
        "objective": None if found.objective_units is None else found.objective_units / OBJECTIVE_UNITS,
        "fitness": found.scores.model_dump(mode="json"),
    }
