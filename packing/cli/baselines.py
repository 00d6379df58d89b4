"""What the same demand would cost in other ways, to compare a placement with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from packing.cli.output import on_terminal, say
from packing.report.account import Baseline

if TYPE_CHECKING:
    from packing.domain.placement import Placement
    from packing.report import Account
    from packing.solve import Result

MOST_COPIES = 5_000
"""Best-fit looks at every open node for every copy: above this it would take longer than the search."""


def with_baselines(account: Account, result: Result, *, seed: int) -> Account:
    """The account with the cost of every model alone, of best-fit without a choice of hosting, and of greedy."""
    from packing.bench.baselines import best_fit, dedicated

    if on_terminal(sys.stderr):
        say("comparing with other ways to place the same …")
    expanded = result.expanded
    ways: dict[str, Callable[[], Placement]] = {"every model alone": lambda: dedicated(expanded).placement}
    if len(account.placement.copies) <= MOST_COPIES:
        ways["best fit, hosting fixed"] = lambda: best_fit(expanded, "cheapest").placement
    if result.strategy != "greedy":
        ways["greedy"] = lambda: _greedy(result, seed)
    return replace(account, baselines={name: _told(make()) for name, make in ways.items()})


def _told(placement: Placement) -> Baseline:
    return Baseline(placement.cost_per_hour, sum(left.copies for left in placement.unplaced))


def _greedy(result: Result, seed: int) -> Placement:
    from packing.solve import solve_placement

    return solve_placement(result.expanded.described, strategy="greedy", time_limit=0.0, seed=seed).placement
