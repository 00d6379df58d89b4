"""What one more node, unit or level less isolation would be worth."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.explain.explanation import Explanation
from packing.explain.values import Value
from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import table


def lines(explanation: Explanation, page: Page) -> Iterator[Line]:
    """One row for each; and for isolation a sentence with what it costs."""
    found = explanation.values
    if found is None:
        return
    yield heading("What one more would be worth (by solving again)")
    untried = len(explanation.values_untried)
    if not found:
        nothing = "nothing here has a stock, a quota or an isolation to be loosened"
        yield Line(f"  {f'{untried} not tried in the time given (more --time-limit may tell)' if untried else nothing}")
        return
    rows = [_row(each) for each in found[: page.shown(len(found))]]
    head = ["change", "copies", "objective", "USD/h", "least USD/h", "proven"]
    yield from map(Line, table(head, rows, page.table_width, right=(1, 2, 3, 4), flexible=0))
    if len(rows) < len(found):
        yield Line(f"  … and {len(found) - len(rows)} more (--all shows them)")
    if untried:
        yield Line(f"  {untried} not tried in the time given (more --time-limit may tell)")
    yield from wrapped(
        "Changes; copies: more of them placed; USD/h: of the best placement found; least USD/h: of the cheapest one there is, between two figures where it is not known exactly.",
        page,
    )
    for each in found:
        saved = each.least_cost_per_hour
        if each.change.kind in {"isolation", "tenant_isolation"} and each.proven and saved is not None:
            whom = f"tenant {each.change.target}" if each.change.kind == "tenant_isolation" else each.change.target
            levels = f"{each.change.old} instead of {each.change.new}"
            yield from wrapped(f"Isolating {whom} ({levels}) costs {saved:,.2f} USD/h.", page)


def _row(each: Value) -> list[str]:
    return [
        each.sentence,
        f"{each.missing:+d}" if each.missing else "",
        "-" if each.units is None else f"{-each.units / OBJECTIVE_UNITS:+.6f}",
        _saved(each.cost_per_hour),
        _range(each),
        "yes" if each.proven else "no",
    ]


def _range(each: Value) -> str:
    """By how much the least cost changes: one figure, or the two between which it lies."""
    if each.least_cost_per_hour is not None:
        return _saved(each.least_cost_per_hour)
    low, high = each.least_cost_limits
    return "-" if low is None and high is None else f"{'?' if high is None else _saved(high)} … {'?' if low is None else _saved(low)}"


def _saved(amount: float | None) -> str:
    return "-" if amount is None else f"{-amount + 0.0:+,.2f}"
