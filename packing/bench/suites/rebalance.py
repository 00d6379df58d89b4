"""Re-solving from what runs: the fewest moves that make room, a change of one model in a hundred, the loss of one node in twenty."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from packing.bench.fragmented import fragmented
from packing.bench.measure import measured
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.bench.running_fleet import from_nothing, rebalanced, running, with_changed_models, with_stock, without_nodes

BEFORE_S, CHANGE_S, LOSS_S = 60.0, 5.0, 10.0
RESERVE = 0.55
"""Share of the seconds wanted that is given to the search: reading, compiling, naming and checking take the rest."""
QUICK_S = 0.3
MOST_MOVED, DEARER = 0.02, 0.01


def run(options: Options) -> Report:
    """Each seed is one fleet; every re-solve is measured from call to verified answer."""
    seeds = range(options.repeats(3))
    rows: list[Row] = [_fragmented()]
    for seed in seeds:
        rows += _fleet(seed, options)
    return Report("rebalance", tuple(rows), tuple(_targets(rows)), (
        "seconds: the whole call, reading and checking included. moved: copies that leave while another of their model comes up elsewhere.",
        "changed: 1 % of the models get 0.5, 1.5 or 2 times their copies. lost: 5 % of the nodes are gone, new ones can be had.",
        "lost, no stock: 5 % of the nodes are gone, and there are no others. From nothing fewer copies are missing, but others: large ones that run.",
        f"against: USD/h of a solve from nothing ({BEFORE_S:g} s) of the same problem, and the copies that it leaves out.",
    ))  # fmt: skip


def _fragmented() -> Row:
    found = measured(fragmented)
    return {"case": "7+6+7 of 3×8 in use, 4 wanted", "seconds": found.seconds, **found.value}


def _fleet(seed: int, options: Options) -> list[Row]:
    before = options.seconds(BEFORE_S)
    problem, current = measured(running, seed, before, small=options.quick).value
    left = without_nodes(current, seed)
    cases: list[tuple[str, Any, Any, float]] = [
        ("changed", with_changed_models(problem, seed), current, CHANGE_S),
        ("lost", problem, left, LOSS_S),
        ("lost, no stock", with_stock(problem, left), left, LOSS_S),
    ]
    rows = []
    for name, after, now, wanted in cases:
        found = measured(rebalanced, after, now, QUICK_S if options.quick else wanted * RESERVE, options.workers)
        against = measured(from_nothing, after, before, options.workers).value
        rows.append({
            "case": name, "seed": seed, "seconds": found.seconds, **found.value,
            "moved_%": 100 * found.value["moved"] / len(now.copies),
            "against_usd": against["usd_per_hour"], "against_unplaced": against["unplaced"],
            "dearer_%": 100 * (found.value["usd_per_hour"] / against["usd_per_hour"] - 1),
            "peak_mib": found.peak_bytes / 2**20,
        })  # fmt: skip
    return rows


def _targets(rows: Sequence[Row]) -> list[Target]:
    first, changed = rows[0], [row for row in rows if row["case"] == "changed"]
    lost, short = ([row for row in rows if row["case"] == name] for name in ("lost", "lost, no stock"))
    wrong = sum(row["violations"] for row in rows)

    def worst(of: Sequence[Row], name: str) -> float:
        return float(max(row[name] for row in of))

    return [
        Target("two moves make room, proven to be the fewest", f"{first['moved']} moves, proven: {first['proven']}", first["moved"] == 2 and first["proven"]),
        Target("the plan of the two moves replays", f"{first['waves']} waves, {first['replay']} violations", not first["replay"] and bool(first["waves"])),
        Target(f"1 % of the models changed: in {CHANGE_S:g} s", f"median {median(row['seconds'] for row in changed):.2f} s", worst(changed, "seconds") <= CHANGE_S),
        Target(f"at most {MOST_MOVED:.0%} of the copies moved", f"{worst(changed, 'moved_%'):.2f} %", worst(changed, "moved_%") <= 100 * MOST_MOVED),
        Target(f"cost within {DEARER:.0%} of a solve from nothing", f"{worst(changed, 'dearer_%'):+.2f} %", worst(changed, "dearer_%") <= 100 * DEARER),
        Target(f"5 % of the nodes lost: in {LOSS_S:g} s", f"median {median(row['seconds'] for row in lost):.2f} s", worst([*lost, *short], "seconds") <= LOSS_S),
        Target("everything is served again", f"{worst(lost, 'unplaced'):.0f} copies missing", not worst(lost, "unplaced")),
        Target("without stock: nothing that runs is dropped", f"{worst(short, 'removed'):.0f} copies", not worst(short, "removed")),
        Target("every placement verified", f"{wrong} violations", not wrong, hard=True),
    ]  # fmt: skip
