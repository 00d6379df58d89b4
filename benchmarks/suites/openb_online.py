"""The openb cluster at 130 % arrival, tasks in random order, each placed at once: GPUs allocated, ours beside FGD."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, stdev

from benchmarks.peers.best_fit import best_fit
from benchmarks.peers.fgd import PUBLISHED, fgd
from benchmarks.public.arrivals import Outcome, arrive
from benchmarks.public.folder import data_folder, sample_openb, skipped
from benchmarks.public.openb import Task, Trace, inflated, read_trace
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.solve.greedy.online import future_room

RATIO = 1.3
OURS, PEER = "packing (future room)", "FGD, ties to the tightest node"

Rule = Callable[[Trace, Sequence[Task]], Outcome]

RULES: dict[str, Rule] = {
    OURS: lambda trace, tasks: arrive(trace, tasks, future_room, tightest_first=True),
    PEER: lambda trace, tasks: fgd(trace, tasks, tightest_first=True),
    "FGD, ties to the first node": lambda trace, tasks: fgd(trace, tasks, tightest_first=False),
    "best fit": best_fit,
}


def run(options: Options) -> Report:
    """Each seed is one order of arrival; all rules see the same ones."""
    with data_folder(options, sample_openb) as folder:
        return skipped("openb-online") if folder is None else _run(folder, options.repeats(10, quick=2))


def _run(folder: Path, seeds: int) -> Report:
    trace = read_trace(folder)
    outcomes: dict[str, list[Outcome]] = {name: [] for name in RULES}
    for seed in range(seeds):
        tasks = inflated(trace, RATIO, seed)
        for name, rule in RULES.items():
            outcomes[name].append(rule(trace, tasks))
    average = {name: mean(each.allocated for each in found) for name, found in outcomes.items()}
    behind = sum(ours.allocated < peer.allocated for ours, peer in zip(outcomes[OURS], outcomes[PEER], strict=True))
    faults = sum(each.faults for found in outcomes.values() for each in found)
    return Report(
        "openb-online",
        tuple(_row(name, found) for name, found in outcomes.items()),
        (
            Target(
                "at least the FGD rule in the same order, on average", f"{average[OURS]:.2%}, FGD {average[PEER]:.2%}", average[OURS] >= average[PEER]
            ),
            Target("in every order", f"behind in {behind} of {seeds}", not behind),
            Target(f"at least what the authors report ({PUBLISHED:.1%})", f"{average[OURS]:.2%}", average[OURS] >= PUBLISHED),
            Target("no node with more than it has", f"{faults} faults", not faults, hard=True),
        ),
        (f"{len(trace.nodes)} nodes, {trace.capacity / 1000:g} GPUs; arrivals ask for {RATIO:.0%} of them; {seeds} seeds.",),
    )


def _row(name: str, found: Sequence[Outcome]) -> Row:
    rates = [100 * each.allocated for each in found]
    return {
        "rule": name,
        "gpus_allocated_%": mean(rates),
        "spread": stdev(rates) if len(rates) > 1 else 0.0,
        "least": min(rates),
        "most": max(rates),
        "refused": mean(each.refused for each in found),
        "seconds": mean(each.seconds for each in found),
    }
