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
    emit(json_text(_data(found)) if as_json else _text(found))
    if not found.ok:
        raise typer.Exit(ExitCode.FAULT)
    if any(copies for _, copies in found.missing):
        raise typer.Exit(ExitCode.INCOMPLETE)


def _text(found: Verification) -> str:
    from packing.cli.account import fitted
    from packing.domain.fitness import OBJECTIVE_UNITS
    from packing.domain.units import MICRO
    from packing.domain.weights import Axis

    missing = sum(copies for _, copies in found.missing)
    lines = [f"violation: {each.rule}: {each.where}: {each.detail}" for each in found.violations]
    lines.append(f"{len(found.violations)} violations" if lines else "verified: no violations")
    lines.append(f"complete: {'yes' if not missing else f'no, {missing} copies are missing'}")
    lines.append(f"cost recomputed: {found.cost_micro_usd / MICRO:,.6f} USD/h")
    if found.objective_units is not None:
        lines.append(f"objective recomputed: {found.objective_units / OBJECTIVE_UNITS:.9f}")
    lines.append("scores recomputed: " + ", ".join(f"{axis.replace('_', ' ')} {found.scores[axis]:.3f}" for axis in Axis))
    return fitted(lines)


def _data(found: Verification) -> dict[str, object]:
    from packing.domain.fitness import OBJECTIVE_UNITS
    from packing.domain.units import MICRO

    return {
        "ok": found.ok,
        "violations": [{"rule": str(each.rule), "where": each.where, "detail": each.detail} for each in found.violations],
        "missing": [{"priority": priority, "copies": copies} for priority, copies in found.missing if copies],
        "cost_per_hour": found.cost_micro_usd / MICRO,
        "objective": None if found.objective_units is None else found.objective_units / OBJECTIVE_UNITS,
        "fitness": found.scores.model_dump(mode="json"),
    }
