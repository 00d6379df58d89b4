"""Random timelines of events for a problem: for tests of whatever replays them."""

from __future__ import annotations

from random import Random
from typing import Any

from packing.domain.problem import Problem


def random_events(problem: Problem, random: Random, count: int) -> list[dict[str, Any]]:
    """Events that may happen to this problem, as plain data, their times in order; some at the same time, some in quick succession."""
    models, at, found = {model.name: model for model in problem.models}, 0.0, list[dict[str, Any]]()
    for number in range(count):
        at = round(at + random.choice((0.0, 0.01, 0.05, 0.5, 2.0)), 6)
        pool = random.choice(problem.fleet)
        model = models[random.choice(sorted(models))]
        new = model.model_copy(update={"name": f"new-{number}"})
        events: list[dict[str, Any]] = [
            {"kind": "node_lost", "pool": pool.label, "count": random.randint(1, 2)},
            {"kind": "node_lost", "node": f"n-{random.randint(0, 3)}"},
            {"kind": "stock", "pool": pool.label, "count": random.randint(0, 5)},
            {"kind": "price", "pool": pool.label, "price_per_hour": random.randint(0, 900) / 100},
            {"kind": "model_added", "model": new},
            {"kind": "traffic", "factor": random.choice((0.0, 0.5, 1.3, 2.0))},
        ]
        if pool.count is not None:
            events.append({"kind": "node_back", "pool": pool.label, "count": random.randint(1, 2)})
        if len(models) > 1:
            events.append({"kind": "model_removed", "model": model.name})
        event = random.choice(events)
        if event["kind"] == "model_added":
            models[new.name] = new
        elif event["kind"] == "model_removed":
            del models[model.name]
        found.append({"at": at, **event})
    return found
