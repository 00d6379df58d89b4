"""A fleet so small that everything can be worked out by hand."""

from __future__ import annotations

from typing import Any

from packing.describe import problem_from
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.solve.api import solve_placement

GIB = 2**30
BOX = {"name": "box", "accelerator": "X", "accelerators": 1, "memory_per_accelerator": 16 * GIB, "price_per_hour": 3.6}


def model(name: str = "m", **more: Any) -> dict[str, Any]:
    """10 requests/s from one copy of 10 GiB, loaded in a minute."""
    mode = {"accelerator": "X", "memory_per_accelerator": 10 * GIB, "requests_per_second": 10.0, "load_s": 60.0}
    return {"name": name, "traffic": 10.0, "copies": {"min": 1, "max": 4}, "modes": [mode], **more}


def problem(*models: dict[str, Any], fleet: Any = None, **more: Any) -> Problem:
    """Boxes at 3.60 USD/h; cost alone counts."""
    pools = fleet or [{"name": "a", "instance_type": "box", "count": 2}]
    return problem_from({"weights": {"cost": 1}, "instance_types": [BOX], "fleet": pools, "models": list(models or (model(),)), **more})


def placed(given: Problem) -> Placement:
    return solve_placement(given, time_limit=0, processes=False).placement
