"""The support platform: complete, verified, how cheap beside baselines, how long, how much memory."""

from __future__ import annotations

from packing.bench.baselines import Baseline, best_fit, dedicated
from packing.bench.cases import solved_row
from packing.bench.options import Options
from packing.bench.platform_file import platform_file
from packing.bench.report import Report, Row, Target
from packing.describe import expand, read_problem
from packing.domain.words import Hosting

LIMIT_S, WANTED_S, WANTED_MIB, WANTED_SAVING = 30.0, 60.0, 2_000, 0.30
COLUMNS = (
    "status",
    "usd_per_hour",
    "objective",
    "gap",
    "unplaced",
    "copies",
    "nodes",
    *(str(hosting) for hosting in Hosting),
    "violations",
    "seconds",
    "peak_mib",
)


def run(options: Options) -> Report:
    """Solve by the strategy asked for and by greedy, and set the baselines beside it."""
    problem = read_problem(platform_file(options))
    expanded = expand(problem)
    limit = options.seconds(LIMIT_S, quick=0.0)
    best = solved_row(problem, time_limit=limit, workers=options.workers, strategy=options.strategy)
    greedy = solved_row(problem, time_limit=0.0, workers=1, strategy="greedy")
    baselines = [dedicated(expanded), best_fit(expanded), best_fit(expanded, "cheapest")]
    alone = baselines[0].placement.cost_per_hour
    saving = 1 - best["usd_per_hour"] / alone if alone else 0.0
    rows = [_solved(f"packing ({options.strategy}, {limit:g} s)", best), _solved("packing (greedy)", greedy), *map(_baseline, baselines)]
    complete = not best["unplaced"]
    right = not best["violations"] and not greedy["violations"] and all(each.verification.ok for each in baselines)
    return Report(
        "platform",
        tuple({**row, "of_dedicated": row["usd_per_hour"] / alone if alone else None} for row in rows),
        (
            Target("complete", f"{best['unplaced']} copies missing", complete, hard=not options.quick and options.file is None),
            Target("every placement verified", "yes" if right else "no", right, hard=True),
            Target(f"at least {WANTED_SAVING:.0%} cheaper than dedicated endpoints", f"{saving:.1%}", saving >= WANTED_SAVING),
            Target(f"in less than {WANTED_S:g} s", f"{best['seconds']:.1f} s", best["seconds"] < WANTED_S),
            Target(f"in less than {WANTED_MIB:,} MiB", f"{best['peak_mib']:.0f} MiB", best["peak_mib"] < WANTED_MIB),
            Target(
                "all three hosting options", ", ".join(str(each) for each in Hosting if best[str(each)]), all(best[str(each)] for each in Hosting)
            ),
        ),
        ("dedicated endpoints as if stock had no end; best-fit with the stock of the file.",),
    )


def _solved(name: str, found: Row) -> Row:
    return {"plan": name, **{column: found[column] for column in COLUMNS}}


def _baseline(baseline: Baseline) -> Row:
    placement = baseline.placement
    count = {str(hosting): sum(endpoint.hosting is hosting for endpoint in placement.endpoints) for hosting in Hosting}
    return {
        "plan": baseline.name,
        "status": str(placement.status),
        "usd_per_hour": placement.cost_per_hour,
        "objective": placement.objective if baseline.name != "dedicated" else None,
        "unplaced": baseline.unplaced,
        "copies": len(placement.copies),
        "nodes": len(placement.nodes),
        **count,
        "violations": len(baseline.verification.violations),
    }
