"""Random pairs of placements: every plan replayed state by state, every "no order exists" searched for exhaustively."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.domain.migration import Migration, MigrationOptions, Outcome
from packing.domain.words import Sharing
from packing.errors import PackingError
from tests.oracles.pairs import Pair, cycle, random_pair

COUNT, QUICK = 2_000, 6
EFFORT = 20_000


def run(options: Options) -> Report:
    """Half of the pairs are of tiny problems, on which the exhaustive search answers as well; the others are larger."""
    count = options.number(COUNT, QUICK)
    rows: list[Row] = []
    faults: list[str] = []
    for size in ("tiny", "small"):
        pairs = (pair for seed in range(count // 2) if (pair := random_pair(seed, tiny=size == "tiny")) is not None)
        rows.append(_judged(size, pairs, faults))
    rows.append(_judged("swap cycles, one spare", (cycle(length, 1, sharing) for length in range(2, 7) for sharing in _SHARED), faults))
    rows.append(_judged("swap cycles, none spare", (cycle(length, 0, sharing) for length in range(2, 7) for sharing in _SHARED), faults))
    states, wrong = sum(row["states"] for row in rows), len(faults)
    impossible, confirmed = sum(row["impossible"] for row in rows), sum(row["confirmed"] for row in rows)
    tiny, spare, none = rows[0], rows[2], rows[3]
    targets = (
        Target(
            f"{rows[0]['pairs'] + rows[1]['pairs']:,} random pairs: every plan replayed, 0 states with a violation",
            f"{states:,} states, {wrong} faults",
            not wrong,
            hard=True,
        ),
        Target("no way that was claimed not to be", f"{impossible} impossible, {confirmed} confirmed, 0 refuted", not wrong, hard=True),
        Target(
            "no plan that deadlocks, or that its own replay refuses", f"{sum('Error' in fault for fault in faults)} refused", not faults, hard=True
        ),
        Target("every tiny pair answered for certain", f"{tiny['not_found']} not found", not tiny["not_found"]),
        Target(
            "swap cycles of 2 to 6 with one spare accelerator solved",
            f"{spare['ordered']} of {spare['pairs']}",
            spare["ordered"] == spare["pairs"],
            hard=True,
        ),
        Target(
            "swap cycles without room: impossible, confirmed",
            f"{none['confirmed']} of {none['pairs']}",
            none["confirmed"] == none["pairs"],
            hard=True,
        ),
    )
    return Report("migration", tuple(rows), targets, tuple(faults[:20]))


_SHARED = (Sharing.EXCLUSIVE, Sharing.MEMORY)


def _judged(size: str, pairs: Iterator[Pair], faults: list[str]) -> Row:
    from packing.act.migrate import plan_migration, replay_migration

    seen: Counter[str] = Counter(dict.fromkeys(("pairs", "moves", *Outcome, "bounced", "dipped", "confirmed", "unconfirmed", "states"), 0))
    slowest = spent = 0.0
    for pair in pairs:
        begun = time.perf_counter()
        options = MigrationOptions(effort=EFFORT, remedies=False)
        try:
            migration = plan_migration(pair.problem, pair.old, pair.new, old_problem=pair.old_problem, by_name=pair.by_name, options=options)
        except PackingError as error:  # the replay inside refused the plan, or worse
            faults.append(f"{pair.name}: {type(error).__name__}: {error}")
            seen["pairs"] += 1
            continue
        took = time.perf_counter() - begun
        slowest, spent = max(slowest, took), spent + took
        replayed = replay_migration(pair.problem, pair.old, pair.new, migration, old_problem=pair.old_problem)
        faults += [f"{pair.name}: {each}" for each in replayed.violations[:3]]
        seen.update(pairs=1, states=replayed.states, moves=migration.totals.loads, bounced=bool(migration.bounces), dipped=bool(migration.dips))
        seen[migration.status] += 1
        if migration.status is Outcome.IMPOSSIBLE:
            seen[_confirmed(pair, migration, faults)] += 1
    return {"problems": size, **seen, "mean s": spent / max(1, seen["pairs"]), "longest s": slowest}


def _confirmed(pair: Pair, migration: Migration, faults: list[str]) -> str:
    """`confirmed` or `unconfirmed` (too large for the exhaustive search, or the old placement breaks rules)."""
    from packing.act.migrate.match import match
    from packing.domain.joined import joined
    from packing.domain.running import running
    from tests.oracles.exhaustive_migration import migration_possible

    start = running(pair.old, pair.problem.problem)
    together = joined(pair.problem.problem, start, pair.old_problem.problem)
    try:
        possible = migration_possible(together, start, match(start, pair.new, by_name=pair.by_name).placement)
    except ValueError:
        return "unconfirmed"
    if possible:
        faults.append(f"{pair.name}: there is a way, though {migration.status} is claimed")
    return "confirmed"
