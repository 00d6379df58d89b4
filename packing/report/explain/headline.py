"""What is being explained, and how good it is known to be."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.explain.explanation import Explanation
from packing.report.page import Line, Page, wrapped
from packing.report.words import money, plural


def lines(explanation: Explanation, page: Page) -> Iterator[Line]:
    """Verdict, objective and cost; a better placement, if one was found on the way."""
    name = explanation.expanded.problem.name or "placement"
    yield from wrapped(f"{name}: {_verdict(explanation)}", page, "", "bold green" if explanation.complete else "bold yellow")
    cost = money(explanation.placement.cost_per_hour)
    yield from wrapped(f"objective {explanation.breakdown.units / OBJECTIVE_UNITS:.6f}, {cost} USD an hour", page)
    if explanation.better is not None:
        better = explanation.better
        missing = sum(left.copies for left in better.unplaced)
        what = f", {plural(missing, 'copy', 'copies')} left out" if missing else ""
        assert better.objective is not None
        yield from wrapped(f"a better one was found: objective {better.objective:.6f}, {money(better.cost_per_hour)} USD an hour{what}", page)


def _verdict(explanation: Explanation) -> str:
    if explanation.complete:
        known = {True: "proven optimal", False: "but not the best", None: "how far from the best possible is not known"}
        return f"complete, {known[explanation.optimal]}"
    missing = plural(sum(left.copies for left in explanation.placement.unplaced), "copy", "copies")
    known = {
        True: "though a complete placement exists",
        False: "and it is proven that no placement is complete",
        None: "and it is not known whether a complete placement exists (more --time-limit may tell)",
    }
    return f"{missing} left out, {known[explanation.possible]}"
