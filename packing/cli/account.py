"""From a result (or a file) to what is reported, and onto the screen."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from packing.cli.output import colourful, emit, on_terminal, terminal_width, unicode_capable
from packing.domain.placement import Placement, Scores
from packing.report import Account, summary
from packing.report.page import ROWS, Line, Page

if TYPE_CHECKING:
    from packing.solve import Result


def account_of(result: Result) -> Account:
    """What is reported of a result; one without a placement becomes an empty placement with its status and reasons."""
    placement = result.placement if result.has_placement else _nothing(result)
    return Account(
        placement, result.expanded.problem, elapsed_s=result.elapsed_s, limit=result.limit, strategy=result.strategy, removed=result.removed,
        complete_is_impossible=result.complete_is_impossible, moves=result.change is not None,
        blocked=() if result.change is None else result.change.blocked,
    )  # fmt: skip


def _nothing(result: Result) -> Placement:
    nothing = Scores(model_size=0.0, performance=0.0, isolation=0.0, cost=0.0, scalability=0.0)
    return Placement(
        problem=result.digest, status=result.status, objective=result.objective, bound=result.bound, gap=result.gap,
        cost_per_hour=result.cost_per_hour or 0.0, unplaced=result.unplaced, fitness=nothing,
    )  # fmt: skip


def show(account: Account, *, everything: bool = False) -> None:
    """Print the summary on stdout, as the terminal can show it."""
    emit(summary(account, page(everything=everything)))


def fitted(lines: Iterable[str]) -> str:
    """Lines as the terminal can show them: those that are too wide go on below."""
    return page().render([Line(line) for line in lines])


def page(*, everything: bool = False) -> Page:
    """How the terminal can show a report."""
    return Page(
        width=terminal_width(), colour=colourful(), unicode=unicode_capable(), rows=None if everything else ROWS, screen=on_terminal(sys.stdout)
    )
