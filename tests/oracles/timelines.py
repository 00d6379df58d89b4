"""Random timelines of events for a problem: for tests of whatever replays them."""

from __future__ import annotations

from random import Random
from typing import Any

from packing.domain.problem import Problem


def random_timeline(problem: Problem, random: Random, count: int) -> dict[str, Any]:
    """A whole timeline as plain data: events, how long a slot lasts, and, for some, when it ends: also before its last events."""
    timeline: dict[str, Any] = {"slot_hours": random.choice((1.0, 0.5, 24.0)), "events": random_events(problem, random, count)}
    if random.random() < 0.5:
        timeline["until"] = round(timeline["events"][-1]["at"] + random.choice((0.25, 3.0)), 6)
    return timeline


def random_events(problem: Problem, random: Random, count: int) -> list[dict[str, Any]]:
    """Events that may happen to this problem, as plain data, their times in order; some at the same time, some in quick succession."""
    models, at, found = {model.name: model for model in problem.models}, 0.0, list[dict[str, Any]]()
    endless = {each.label for each in problem.fleet if each.count is None}
    for number in range(count):
        at = round(at + random.choice((0.0, 0.01, 0.05, 0.5, 2.0)), 6)
        pool = random.choice(problem.fleet)
        model = models[random.choice(sorted(models))]
        like = random.choice((model, problem.models[0]))
        new = like.model_copy(update={"name": f"new-{number}"})
        whose: list[dict[str, Any]] = [{}]
        whose += [{"model": model.name}] if model.traffic is not None else []
        whose += [{"tenant": tenant.name} for tenant in problem.tenants[:1]]
        events: list[dict[str, Any]] = [
            {"kind": "node_lost", "pool": pool.label, "count": random.randint(1, 2)},
            {"kind": "node_lost", "node": f"n-{random.randint(0, 3)}"},
            {"kind": "node_lost", "pool": pool.label},
            {"kind": "stock", "pool": pool.label, "count": random.randint(0, 5)},
            {"kind": "price", "pool": pool.label, "price_per_hour": random.randint(0, 900) / 100},
            {"kind": "model_added", "model": new},
            {"kind": "traffic", **random.choice(whose), "factor": random.choice((0.0, 0.5, 1.3, 2.0))},
        ]
        if model.traffic is not None:
            rates = [round(rate * random.choice((0.0, 0.5, 1.5)), 6) for rate in model.traffic.requests_per_second]
            lengths = random.choice(({}, {"output_tokens": 64.0}, {"input_tokens": 64.0}))
            events.append({"kind": "traffic", "model": model.name, "traffic": {"requests_per_second": rates, **lengths}})
        if not pool.owned:
            events.append({"kind": "stock", "pool": pool.label, "count": None})
        if pool.label not in endless:
            events.append({"kind": "node_back", "pool": pool.label, "count": random.randint(1, 2)})
        if len(models) > 1:
            events.append({"kind": "model_removed", "model": model.name})
        event = random.choice(events)
        if event["kind"] == "model_added":
            models[new.name] = new
        elif event["kind"] == "model_removed":
            del models[model.name]
        if event["kind"] == "stock":
            endless = endless - {pool.label} if event["count"] is not None else endless | {pool.label}
        found.append({"at": at, **event})
    return found
