"""A day's plan: the platform over 24 slots beside placements that stay the same, and what slots cost the ordinary solve."""

from __future__ import annotations

from typing import Any

from packing.bench.measure import measured
from packing.bench.options import Options
from packing.bench.platform_file import platform_file
from packing.bench.report import Report, Row, Target
from packing.bench.scale_rows import THOUSAND
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.schedule import Schedule

LIMIT_S, WANTED_SAVING, SAME = 240.0, 0.25, 0.005
"""Seconds for each plan; what a day's plan saves; shares of the requests within the SLO that count as the same."""
SLOTS, SLOTS_LIMIT_S, SLOTS_GAP, WANTED_FACTOR = 24, 60.0, 0.04, 4.0
"""Of the second part: slots, seconds, the gap at which both solves stop, and how many times as long the one with slots may take."""


def run(options: Options) -> Report:
    """Three plans of one problem with the same time each; then one slot against 24, to the same gap."""
    problem = _problem(options)
    limit = options.seconds(LIMIT_S, quick=0.0)
    plans = [measured(_plan, name, problem, limit, options.workers, options.quick) for name in ("peak", "ordinary", "schedule")]
    rows = [{**found.value[0], "seconds": found.seconds} for found in plans]
    peak, _, schedule = rows
    curves = tuple({"name": row["plan"], "points": found.value[1]} for row, found in zip(rows, plans, strict=True))
    saving = 1 - schedule["usd_per_day"] / peak["usd_per_day"]
    same = schedule["attainment"] >= peak["attainment"] - SAME
    slots = [_slots(count, options) for count in (1, SLOTS)]
    factor = slots[1]["seconds"] / max(slots[0]["seconds"], 1e-9)
    closed = all(row["gap"] is not None and row["gap"] <= SLOTS_GAP for row in slots)
    wrong = sum(row["violations"] for row in (*rows, *slots))
    return Report(
        "schedule",
        (*rows, *slots),
        (
            Target("every plan verified", f"{wrong} violations", not wrong, hard=True),
            Target(f"at least {WANTED_SAVING:.0%} cheaper than the best placement that ignores time", f"{saving:.1%}", saving >= WANTED_SAVING),
            Target("at the same attainment of the SLO in rehearsal", f"{schedule['attainment']:.4f}, without time {peak['attainment']:.4f}", same),
            Target(f"{SLOTS} slots: at most {WANTED_FACTOR:g} times as long as one, to a gap of {SLOTS_GAP:.0%}", f"{factor:.2f} times{'' if closed else ', gap not reached'}", closed and factor <= WANTED_FACTOR),
        ),
        (
            "peak: every model with the largest traffic of its day in all slots. ordinary: one placement that knows the slots. schedule: `packing schedule`.",
            "usd_per_day: nodes while they run, start-up and drain included. proven: share of the cost that is proven to be necessary.",
            "attainment: requests within the SLO in `packing rehearse`, of a whole day of Poisson arrivals.",
            f"1,000 copies: row b of `scale`, with one slot and with {SLOTS}, solved until the gap is {SLOTS_GAP:.0%} ({SLOTS_LIMIT_S:g} s at most).",
        ),
        curves,
    )  # fmt: skip


def _problem(options: Options) -> Problem:
    from packing.describe import read_problem
    from packing.generate import generate

    if options.quick and options.file is None:
        return generate(THOUSAND, slots=6, models=10, shapes=5, copies=20)
    return read_problem(platform_file(options))


def at_peak(problem: Problem) -> Problem:
    """The problem with one slot, in which every model has the largest traffic of its day."""
    models = []
    for model in problem.models:
        if model.traffic is not None:
            most = (max(model.traffic.requests_per_second),)
            model = model.model_copy(update={"traffic": model.traffic.model_copy(update={"requests_per_second": most})})  # noqa: PLW2901
        models.append(model)
    return problem.model_copy(update={"slots": 1, "models": tuple(models)})


def _plan(name: str, problem: Problem, limit: float, workers: int, quick: bool) -> tuple[Row, list[tuple[int, float]]]:
    from packing.act.schedule import solve_schedule, verify_schedule
    from packing.describe import expand
    from packing.solve import solve_placement
    from packing.verify import verify

    whole = expand(problem).problem
    hours = problem.slots * problem.slot_hours
    plan: Placement | Schedule
    if name == "schedule":
        found = solve_schedule(problem, time_limit=limit, workers=workers)
        wrong, bound = len(verify_schedule(problem, found).violations), found.bound_usd
        placements, plan = [group.placement for group in found.groups], found
        points = [((group.first + slot) % found.slots, group.placement.cost_per_hour) for group in found.groups for slot in range(group.slots)]
        row: Row = {"groups": len(found.groups), "usd_per_day": found.cost_usd * 24 / hours, "overlap_usd": found.overlap_usd}
    else:
        result = solve_placement(at_peak(whole) if name == "peak" else whole, time_limit=limit, workers=workers)
        placement, bound = result.placement, None
        wrong, placements, plan = len(verify(result.expanded.problem, placement, result.digest).violations), [placement], placement
        points = [(slot, placement.cost_per_hour) for slot in range(problem.slots)]
        row = {"groups": 1, "usd_per_day": placement.cost_per_hour * 24, "overlap_usd": 0.0}
    row |= {
        "least_nodes": min(len(each.nodes) for each in placements),
        "most_nodes": max(len(each.nodes) for each in placements),
        "proven": None if bound is None else bound / (row["usd_per_day"] * hours / 24),
        "unplaced": sum(left.copies for each in placements for left in each.unplaced),
        "violations": wrong,
        "attainment": _attainment(whole, plan, quick=quick),
    }
    return {"plan": name, **row}, sorted(points)


def _attainment(problem: Problem, plan: Placement | Schedule, *, quick: bool) -> float:
    from packing.act.rehearse import rehearse

    found = rehearse(problem, plan, hours=0.1 if quick else None, same_problem=False)
    return found.attainment if found.attainment is not None else 1.0


def _slots(count: int, options: Options) -> Row:
    from packing.bench.cases import solved_row
    from packing.generate import generate

    knobs: dict[str, Any] = {"models": 10, "shapes": 5, "copies": 20} if options.quick else {}
    problem = generate(THOUSAND, slots=count, **knobs)
    row = solved_row(problem, time_limit=0.0 if options.quick else SLOTS_LIMIT_S, workers=options.workers, gap=SLOTS_GAP)
    return {
        "plan": f"1,000 copies, {count} {'slot' if count == 1 else 'slots'}",
        **{name: row[name] for name in ("copies", "gap", "unplaced", "violations", "seconds")},
    }
