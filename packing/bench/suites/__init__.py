"""The list of suites. One suite is one module with ``run(options) -> Report``; imported only when it is run."""

from __future__ import annotations

from importlib import import_module

from packing.bench.options import Options
from packing.bench.report import Report

SUITES: dict[str, tuple[str, str]] = {
    "platform": ("platform", "the support platform example, beside dedicated endpoints, greedy and plain best-fit"),
    "random": ("random_fleets", "random small fleets: violations found by the checker (10,000)"),
    "tiny": ("tiny", "tiny fleets: differences from an exhaustive search (2,000)"),
    "exact": ("exact", "100 copies over 5 pools: proven optimal, and when"),
    "greedy": ("greedy", "greedy on 10,000 and 100,000 copies: seconds and memory"),
    "startup": ("startup", "import packing, packing --help"),
    "determinism": ("determinism", "same bytes over hash seeds, shuffled input and beside another job"),
    "peers": ("peers", "generated fleets beside first-fit, best-fit, Karpenter's rule and naive CP-SAT"),
    "scale": ("scale", "the target table on synthetic fleets, 100 to 100,000 copies: gaps, seconds, memory"),
    "naive": ("naive", "naive CP-SAT beside ours, at every size where it answers"),
    "explain": ("explain", "infeasible problems: conflict sets irreducible, repairs that work at their price (1,000)"),
    "profile": ("profile", "where the time of rows of the target table goes"),
    "limits": ("limits", "suites and odd shapes under a limit of 5 s: whole calls, memory; the checker over copies"),
    "growth": ("growth", "1,000 to 100,000 copies of the same shapes: time to a gap of 2 %"),
    "vectorpack": ("vectorpack", "Vectorpack's instances: gap to the optimum, beside published heuristics (needs --data)"),
    "rebalance": ("rebalance", "from what runs: fewest moves, 1 % of the models changed, 5 % of the nodes lost"),
    "openb-online": ("openb_online", "openb trace, tasks arriving one by one, beside the FGD rule (needs --data)"),
    "openb-defrag": ("openb_defrag", "openb cluster as an online rule leaves it: GPUs recovered by few moves (needs --data)"),
    "openb-offline": ("openb_offline", "openb trace, all tasks at once, against a bound (needs --data)"),
    "reassignment": ("reassignment", "machine reassignment set A: distance to the best published costs (needs --data)"),
    "schedule": ("schedule", "the platform over a day of 24 slots, beside placements that stay the same; one slot against 24"),
    "migration": ("migration", "pairs of placements: migrations replayed state by state, impossibility confirmed (2,000)"),
    "rehearse": ("rehearse", "a day of the platform replayed: seconds, and whether the plan keeps its promises"),
    "traffic": ("traffic", "tenants over a week: planned from its first days, judged on the rest (needs --data)"),
    "overcommit": ("overcommit", "long tails that share memory in turns: nodes saved, promises judged by simulation"),
    "coldstart": ("coldstart", "cold starts of multi-model nodes: predicted beside simulated (500 random nodes)"),
}
"""name on the command line: (module, what it measures)"""


def run_suite(name: str, options: Options) -> Report:
    """Run one suite by name."""
    module = import_module(f"packing.bench.suites.{SUITES[name][0]}")
    report: Report = module.run(options)
    return report
