"""The list of suites. One suite is one module with ``run(options) -> Report``; imported only when it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from packing.bench.options import Options
from packing.bench.report import Report


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite of the command line.

    Parameters
    ----------
    module : dotted name of the module with ``run(options) -> Report``.
    sentence : what it measures.
    duration : estimate, in words, of how long it takes at its full size on two cores: number of solves times their limit, or what a kept run took.
    """

    module: str
    sentence: str
    duration: str


def _here(module: str, sentence: str, duration: str) -> Suite:
    return Suite(f"packing.bench.suites.{module}", sentence, duration)


SUITES: Mapping[str, Suite] = {
    "platform": _here("platform", "the support platform example, beside dedicated endpoints, greedy and plain best-fit", "1 minute"),
    "random": _here("random_fleets", "random small fleets: violations found by the checker (10,000)", "2 hours"),
    "tiny": _here("tiny", "tiny fleets: differences from an exhaustive search (2,000)", "1 hour"),
    "exact": _here("exact", "100 copies over 5 pools: proven optimal, and when", "1 minute"),
    "greedy": _here("greedy", "greedy on 10,000 and 100,000 copies: seconds and memory", "2 minutes"),
    "startup": _here("startup", "import packing, packing --help", "10 seconds"),
    "determinism": _here("determinism", "same bytes over hash seeds, shuffled input and beside another job", "4 minutes"),
    "scale": _here("scale", "the target table on synthetic fleets, 100 to 100,000 copies: gaps, seconds, memory", "1 hour"),
    "explain": _here("explain", "infeasible problems: conflict sets irreducible, repairs that work at their price (1,000)", "2 hours"),
    "limits": _here("limits", "suites and odd shapes under a limit of 5 s: whole calls, memory; the checker over copies", "5 minutes"),
    "growth": _here("growth", "1,000 to 100,000 copies of the same shapes: time to a gap of 2 %", "45 minutes"),
    "rebalance": _here("rebalance", "from what runs: fewest moves, 1 % of the models changed, 5 % of the nodes lost", "21 minutes"),
    "schedule": _here("schedule", "the platform over a day of 24 slots, beside placements that stay the same; one slot against 24", "12 minutes"),
    "rehearse": _here("rehearse", "a day of the platform replayed: seconds, and whether the plan keeps its promises", "5 minutes"),
    "overcommit": _here("overcommit", "long tails that share memory in turns: nodes saved, promises judged by simulation", "4 minutes"),
    "coldstart": _here("coldstart", "cold starts of multi-model nodes: predicted beside simulated (500 random nodes)", "12 minutes"),
}
"""By name on the command line. Those about public instances, peers and profiles stand in the project's `benchmarks/`, outside the wheel."""


def run_suite(name: str, options: Options, suites: Mapping[str, Suite] = SUITES) -> Report:
    """Run one suite by name."""
    report: Report = import_module(suites[name].module).run(options)
    return report
