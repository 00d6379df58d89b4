"""162 tenants over a week: planned from its first days, judged on the rest, beside who sees the judged days."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from benchmarks.public.folder import data_folder, skipped
from benchmarks.tenants import RULES, Judged, judge, week
from packing.bench.measure import measured
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target

FILE = Path("traffic") / "servegen_m_large_hourly_week.csv"
SPREADS, SPLITS = ("5x", "wide", "equal"), (4, 5)
SEEDS, QUICK = 20, 2
CHOSEN = "anew each hour, 5 % spare"
FIXED = "last two days' peak"
HOURS = 168
LINES, FEW_LINES = 1_000_000, 5_000
GIGABYTE = 10**9


def run(options: Options) -> Report:
    """Every rule on every pool, and fully correlated traffic."""
    with data_folder(options, _sample) as folder:
        if folder is None:
            return skipped("traffic")
        return _report(folder / FILE, options.repeats(SEEDS, QUICK), FEW_LINES if options.quick else LINES)


def _report(path: Path, seeds: int, lines: int) -> Report:
    from packing.forecast import read_history

    history = read_history(path)
    seen: dict[tuple[str, int, str], list[Judged]] = {}
    curves: list[Row] = []
    for spread in SPREADS:
        for seed in range(seeds if spread != "equal" else 1):
            pool = week(history, spread, seed)
            for days in SPLITS:
                for name, rule in RULES.items():
                    planned = rule(pool, days)
                    found = judge(pool, days, planned)
                    seen.setdefault((spread, days, name), []).append(found)
                    curves.append(
                        {
                            "spread": spread,
                            "seed": seed,
                            "days": days,
                            "rule": name,
                            "memory": found.memory,
                            "served": found.served,
                            "hours": found.hours,
                        }
                    )
                    if seed == 0 and days == SPLITS[0] and spread == SPREADS[0]:
                        curves[-1] |= {"planned": list(planned), "needed": list(pool.sums)}
    rows = tuple(_row(spread, days, name, found) for (spread, days, name), found in seen.items())
    return Report("traffic", rows, (*_targets(seen, path), _log(lines)), _by_seed(seen), tuple(curves))


def _row(spread: str, days: int, name: str, found: Sequence[Judged]) -> Row:
    return {
        "sizes": spread, "days planned from": days, "rule": name,
        "memory-hours, mean": mean(each.memory for each in found), "least": min(each.memory for each in found), "most": max(each.memory for each in found),
        "served %, mean": 100 * mean(each.served for each in found), "worst": 100 * min(each.served for each in found),
        "hours within %": 100 * mean(each.hours for each in found), "requests in such hours %": 100 * mean(each.unharmed for each in found),
        "changes a day": mean(each.changes for each in found),
        "both": f"{sum(each.both for each in found)} of {len(found)}",
    }  # fmt: skip


def _targets(seen: dict[tuple[str, int, str], list[Judged]], path: Path) -> tuple[Target, ...]:
    targets = []
    for spread in SPREADS:
        for name, kind in ((FIXED, "one fixed figure"), (CHOSEN, "planned anew each hour")):
            found = [each for days in SPLITS for each in seen[spread, days, name]]
            both = sum(each.both for each in found)
            wanted = f"sizes {spread}, {kind} ({name}): memory-hours <= 1.10 clairvoyant and >= 99 % served, every seed and split"
            shown = f"{both} of {len(found)}; memory-hours {max(each.memory for each in found):.3f} at most, served {100 * min(each.served for each in found):.2f} % at least"
            targets.append(Target(wanted, shown, both == len(found)))
    claimed = [_claimed(path, seed) for seed in range(5)]
    targets.append(Target("fully correlated traffic: no saving claimed", f"{max(claimed):g} at most in 5 x 3 forecasts", not any(claimed), hard=True))
    return tuple(targets)


def _log(lines: int) -> Target:
    """A request log of so many lines over a week, 300 models: read in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requests.csv"
        _write_log(path, lines)
        megabytes = path.stat().st_size / 10**6
        done = measured(_profile, str(path))
    text = f"{done.seconds:.1f} s ({lines / done.seconds:,.0f} lines/s), {done.peak_bytes / 10**6:.0f} MB of memory for {megabytes:.0f} MB, {done.value:,} requests counted"
    return Target(f"a log of {lines:,} lines: every request counted, below 1 GB", text, done.peak_bytes < GIGABYTE and done.value == lines, hard=True)


def _profile(path: str) -> int:
    """The whole way from a log to profiles; returns the requests counted."""
    from packing.forecast import forecast, read_history
    from packing.forecast.document import document

    made = forecast(read_history(path))
    data = document(made, {name: each.rates for name, each in made.models.items()}, pooled=False)
    return sum(model["seen"]["requests"] for model in data["models"])


def _write_log(path: Path, lines: int) -> None:
    generator, at, step = random.Random(0), 1_772_409_600.0, 7 * 86_400 / lines
    with path.open("w", encoding="utf-8") as stream:
        stream.write("timestamp,model,input_tokens,output_tokens,request_id\n")
        for number in range(lines):
            at += 2 * step * generator.random()
            stamp = datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="microseconds").removesuffix("+00:00")
            lengths = f"{int(generator.lognormvariate(6, 1.2))},{int(generator.lognormvariate(4.5, 1))}"
            stream.write(f"{stamp},m{generator.randrange(300)},{lengths},{number:032x}\n")


def _claimed(path: Path, seed: int) -> float:
    """The largest saving that forecasts claim for tenants that all follow one curve, each with its own scale and weight."""
    from packing.forecast import History, forecast, read_history

    history, generator = read_history(path), random.Random(seed)
    curve = [sum(rate or 0 for rate in column) for column in zip(*history.rates, strict=True)]
    factors = [generator.randint(1, 1000) for _ in history.models]
    together = History(history.models, history.slots, history.cells, tuple(tuple(rate * factor for rate in curve) for factor in factors))
    weights = {name: generator.randint(1, 10**9) for name in history.models}
    made = [forecast(together, 0.95, margin=margin) for margin in (1, "backtest")] + [forecast(together, 0.6, neighbours=1)]
    return max(each.peak_of_sum(weights=weights).saving for each in made)


def _by_seed(seen: dict[tuple[str, int, str], list[Judged]]) -> tuple[str, ...]:
    """One line for each pool: memory-hours and share served of each seed."""
    lines = ["memory-hours over the clairvoyant's / % of requests served, seed by seed:"]
    for name in (FIXED, CHOSEN):
        for spread in SPREADS:
            for days in SPLITS:
                each = ", ".join(f"{found.memory:.2f}/{100 * found.served:.1f}" for found in seen[spread, days, name])
                lines.append(f"{name}, sizes {spread}, {days} days: {each}")
    return tuple(lines)


def _sample(folder: Path) -> None:
    """Six tenants over a week: office hours, nights, and bursts."""
    generator = random.Random(0)
    rows = ["tenant," + ",".join(f"h{hour}" for hour in range(HOURS))]
    for tenant in range(6):
        busy = range(8, 18) if tenant % 2 else range(18, 24)
        rates = [generator.uniform(1, 3) * (1 if hour % 24 in busy else 0.1) for hour in range(HOURS)]
        rows.append(f"{tenant}," + ",".join(f"{rate:.4f}" for rate in rates))
    (folder / FILE).parent.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text("\n".join(rows) + "\n", encoding="utf-8")
