"""`import packing` and `packing --help` stay quick because they load nothing heavy: asserted on modules, not on time."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"ortools", "numpy", "networkx", "pydantic", "yaml", "matplotlib", "typer", "rich", "hypothesis", "pandas"}


def loaded_after(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after running `code`."""
    program = f"import sys, json\n{code}\nprint('\\n' + json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_loads_nothing_heavy():
    assert not loaded_after("import packing") & HEAVY


def test_help_loads_only_typer():
    code = "from packing.cli import main\nassert main(['--help']) == 0"
    assert loaded_after(code) & HEAVY == {"typer"}


def test_reading_a_problem_does_not_load_a_solver():
    assert not loaded_after("import packing as pk\npk.read_problem, pk.Problem") & {"ortools", "networkx", "matplotlib"}


def test_the_checker_loads_no_solver_and_no_arrays():
    assert not loaded_after("import packing.verify") & {"ortools", "networkx", "numpy", "yaml"}


@pytest.mark.parametrize("name", ["solve_placement", "read_problem", "Problem"])
def test_public_names_are_loaded_when_used(name: str):
    import packing

    assert getattr(packing, name).__name__ == name


def test_public_names():
    import packing

    assert packing.__all__ == sorted(packing.__all__)
    assert set(packing.__all__) == {
        "Concession", "ConflictSet", "Copies", "Diff", "Explanation", "Fault", "Hosting", "InstanceType", "InternalError", "Isolation", "Migration", "MigrationOptions", "Mode", "Model", "NoPlacementError", "PackingError", "Placement",
        "Pool", "Problem", "ProblemError", "Progress", "Rehearsal", "Repair", "Result", "Schedule", "Sharing", "ShortageAnswer", "Simulation", "Slo", "Status", "Tenant", "Timeline", "Traffic", "Weights", "answer_shortage", "apply_diff", "apply_repair", "calibrate",
        "cheapest_repairs", "conceded", "conflict_set", "diff", "explain_placement", "marginal_values", "plan_migration", "read_calibration", "read_diff", "read_events", "read_log", "read_migration", "read_placement",
        "read_problem", "read_schedule", "rehearse", "replay_migration", "simulate", "solve_placement", "solve_schedule", "state_after", "strategies", "verify_placement", "verify_schedule",
    }  # fmt: skip
    assert all(hasattr(packing, name) for name in packing.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        packing.no_such_name  # noqa: B018
