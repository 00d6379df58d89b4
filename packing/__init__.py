"""packing: decide which foundation models sit on which accelerators.

Names are loaded when they are first used, so that ``import packing`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

_WHERE = {
    "Concession": "packing.domain.shortage",
    "ConflictSet": "packing.explain.conflict",
    "Copies": "packing.domain.workload",
    "Diff": "packing.act.diff",
    "Explanation": "packing.explain.explanation",
    "Fault": "packing.errors",
    "Hosting": "packing.domain.words",
    "InstanceType": "packing.domain.hardware",
    "InternalError": "packing.errors",
    "Isolation": "packing.domain.words",
    "Migration": "packing.domain.migration",
    "MigrationOptions": "packing.domain.migration",
    "Mode": "packing.domain.workload",
    "Model": "packing.domain.workload",
    "NoPlacementError": "packing.errors",
    "PackingError": "packing.errors",
    "Placement": "packing.domain.placement",
    "Pool": "packing.domain.hardware",
    "Problem": "packing.domain.problem",
    "ProblemError": "packing.errors",
    "Progress": "packing.solve.context",
    "Rehearsal": "packing.act.rehearse",
    "Repair": "packing.explain.repairs",
    "Result": "packing.solve.result",
    "Schedule": "packing.domain.schedule",
    "Sharing": "packing.domain.words",
    "ShortageAnswer": "packing.act.shortage",
    "Simulation": "packing.act.simulate",
    "Slo": "packing.domain.workload",
    "Status": "packing.domain.words",
    "Tenant": "packing.domain.workload",
    "Timeline": "packing.domain.events",
    "Traffic": "packing.domain.workload",
    "Weights": "packing.domain.weights",
    "answer_shortage": "packing.act.shortage",
    "apply_diff": "packing.act.diff",
    "apply_repair": "packing.explain.repairs",
    "calibrate": "packing.describe.calibration",
    "cheapest_repairs": "packing.explain.api",
    "conceded": "packing.act.shortage",
    "conflict_set": "packing.explain.api",
    "diff": "packing.act.diff",
    "explain_placement": "packing.explain.api",
    "marginal_values": "packing.explain.api",
    "plan_migration": "packing.act.migrate",
    "read_calibration": "packing.describe.calibration",
    "read_diff": "packing.act.diff",
    "read_events": "packing.describe",
    "read_log": "packing.act.rehearse",
    "read_migration": "packing.act.migrate",
    "read_placement": "packing.describe",
    "read_problem": "packing.describe",
    "read_schedule": "packing.act.schedule",
    "rehearse": "packing.act.rehearse",
    "replay_migration": "packing.act.migrate",
    "simulate": "packing.act.simulate",
    "solve_placement": "packing.solve.api",
    "solve_schedule": "packing.act.schedule",
    "state_after": "packing.act.migrate",
    "strategies": "packing.solve.strategies",
    "verify_placement": "packing.solve.check",
    "verify_schedule": "packing.act.schedule",
}

__all__ = [
    "Concession",
    "ConflictSet",
    "Copies",
    "Diff",
    "Explanation",
    "Fault",
    "Hosting",
    "InstanceType",
    "InternalError",
    "Isolation",
    "Migration",
    "MigrationOptions",
    "Mode",
    "Model",
    "NoPlacementError",
    "PackingError",
    "Placement",
    "Pool",
    "Problem",
    "ProblemError",
    "Progress",
    "Rehearsal",
    "Repair",
    "Result",
    "Schedule",
    "Sharing",
    "ShortageAnswer",
    "Simulation",
    "Slo",
    "Status",
    "Tenant",
    "Timeline",
    "Traffic",
    "Weights",
    "answer_shortage",
    "apply_diff",
    "apply_repair",
    "calibrate",
    "cheapest_repairs",
    "conceded",
    "conflict_set",
    "diff",
    "explain_placement",
    "marginal_values",
    "plan_migration",
    "read_calibration",
    "read_diff",
    "read_events",
    "read_log",
    "read_migration",
    "read_placement",
    "read_problem",
    "read_schedule",
    "rehearse",
    "replay_migration",
    "simulate",
    "solve_placement",
    "solve_schedule",
    "state_after",
    "strategies",
    "verify_placement",
    "verify_schedule",
]

if TYPE_CHECKING:
    from packing.act.diff import Diff, apply_diff, diff, read_diff
    from packing.act.migrate import plan_migration, read_migration, replay_migration, state_after
    from packing.act.rehearse import Rehearsal, read_log, rehearse
    from packing.act.schedule import read_schedule, solve_schedule, verify_schedule
    from packing.act.shortage import ShortageAnswer, answer_shortage, conceded
    from packing.act.simulate import Simulation, simulate
    from packing.describe import read_events, read_placement, read_problem
    from packing.describe.calibration import calibrate, read_calibration
    from packing.domain.events import Timeline
    from packing.domain.hardware import InstanceType, Pool
    from packing.domain.migration import Migration, MigrationOptions
    from packing.domain.placement import Placement
    from packing.domain.problem import Problem
    from packing.domain.schedule import Schedule
    from packing.domain.shortage import Concession
    from packing.domain.weights import Weights
    from packing.domain.words import Hosting, Isolation, Sharing, Status
    from packing.domain.workload import Copies, Mode, Model, Slo, Tenant, Traffic
    from packing.errors import Fault, InternalError, NoPlacementError, PackingError, ProblemError
    from packing.explain.api import cheapest_repairs, conflict_set, explain_placement, marginal_values
    from packing.explain.conflict import ConflictSet
    from packing.explain.explanation import Explanation
    from packing.explain.repairs import Repair, apply_repair
    from packing.solve.api import solve_placement
    from packing.solve.check import verify_placement
    from packing.solve.context import Progress
    from packing.solve.result import Result
    from packing.solve.strategies import strategies


def __getattr__(name: str) -> Any:
    """Load a public name from where it lives (PEP 562)."""
    from importlib import import_module

    where = _WHERE.get(name)
    if where is None:
        raise AttributeError(f"module 'packing' has no attribute {name!r}")
    value = getattr(import_module(where), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*(name for name in globals() if name.startswith("__")), *__all__})
