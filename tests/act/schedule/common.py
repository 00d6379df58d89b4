"""Days so small that everything can be worked out by hand."""

from __future__ import annotations

from random import Random
from typing import Any

from packing.describe import expand, problem_from
from packing.domain.problem import Problem
from packing.domain.schedule import Schedule
from packing.generate.small import random_problem
from packing.verify.schedule import ScheduleVerification, verify_schedule

GIB = 2**30
BOX = {"name": "box", "accelerator": "X", "accelerators": 1, "memory_per_accelerator": 16 * GIB, "price_per_hour": 3.6}


def model(name: str, rates: Any, load_s: float = 60.0, **more: Any) -> dict[str, Any]:
    """10 requests/s from one copy of 10 GiB: one copy fills a box. It tolerates a cold start of two hours."""
    mode = {"accelerator": "X", "memory_per_accelerator": 10 * GIB, "requests_per_second": 10.0, "load_s": load_s}
    return {"name": name, "traffic": rates, "copies": {"min": 1}, "cold_start_s": 7200, "hosting": ["inference_component"], "modes": [mode], **more}


def day(*models: dict[str, Any], slots: int = 4, count: int | None = None, **more: Any) -> Problem:
    """Boxes at 3.60 USD/h; cost alone counts."""
    pool = {"name": "a", "instance_type": "box"} | ({} if count is None else {"count": count})
    given = {"weights": {"cost": 1}, "instance_types": [BOX], "fleet": [pool], "models": list(models), "slots": slots, **more}
    return problem_from(given)


def two() -> Problem:
    """One model all day, another one in the first half."""
    return day(model("always", [10, 10, 10, 10]), model("early", [10, 10, 0, 0]))


def checked(problem: Problem, schedule: Schedule) -> ScheduleVerification:
    expanded = expand(problem)
    return verify_schedule(expanded.problem, schedule, expanded.digest)


def random_day(seed: int) -> Problem:
    """A random problem whose models come and go."""
    problem, draw = random_problem(seed), Random(seed)
    slots = draw.choice([2, 3, 5, 8])
    models = []
    for each in problem.models:
        if each.traffic is not None:
            peak = max(each.traffic.requests_per_second)
            rates = tuple(draw.choice([0.0, 0.0, peak, peak / 2]) for _ in range(slots))
            changed = {"traffic": each.traffic.model_copy(update={"requests_per_second": rates}), "cold_start_s": draw.choice([0.0, 600.0])}
            models.append(each.model_copy(update=changed))
        else:
            models.append(each)
    return problem.model_copy(update={"slots": slots, "models": tuple(models)})
