"""All suites: those of the wheel, and those about public instances, peers, profiles and second opinions of the tests."""

from __future__ import annotations

from collections.abc import Mapping

from packing.bench.options import Options
from packing.bench.report import Report
from packing.bench.suites import SUITES as OF_THE_WHEEL
from packing.bench.suites import Suite
from packing.bench.suites import run_suite as run_any


def _here(module: str, sentence: str, duration: str) -> Suite:
    return Suite(f"benchmarks.suites.{module}", sentence, duration)


LABORATORY: Mapping[str, Suite] = {
    "peers": _here("peers", "generated fleets beside first-fit, best-fit, Karpenter's rule and naive CP-SAT", "40 minutes"),
    "naive": _here("naive", "naive CP-SAT beside ours, at every size where it answers", "8 minutes"),
    "profile": _here("profile", "where the time of rows of the target table goes", "5 minutes"),
    "vectorpack": _here("vectorpack", "Vectorpack's instances: gap to the optimum, beside published heuristics (needs --data)", "12 hours"),
    "openb-online": _here("openb_online", "openb trace, tasks arriving one by one, beside the FGD rule (needs --data)", "3 minutes"),
    "openb-defrag": _here("openb_defrag", "openb cluster as an online rule leaves it: GPUs recovered by few moves (needs --data)", "12 minutes"),
    "openb-offline": _here("openb_offline", "openb trace, all tasks at once, against a bound (needs --data)", "2 minutes"),
    "reassignment": _here("reassignment", "machine reassignment set A: distance to the best published costs (needs --data)", "50 minutes"),
    "migration": _here("migration", "pairs of placements: migrations replayed state by state, impossibility confirmed (2,000)", "1 hour"),
    "traffic": _here("traffic", "tenants over a week: planned from its first days, judged on the rest (needs --data)", "5 minutes"),
}
SUITES: Mapping[str, Suite] = {**OF_THE_WHEEL, **LABORATORY}


def run_suite(name: str, options: Options) -> Report:
    """Run one suite by name."""
    return run_any(name, options, SUITES)
