"""What came out, how good it is known to be, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.words import Status
from packing.report.account import Account
from packing.report.page import Line, Page, wrapped
from packing.report.table import table
from packing.report.words import HOURS_PER_MONTH, ending, figures, money, percent, plural, verdict

STYLES = {Status.OPTIMAL: "bold green", Status.FEASIBLE: "bold green", Status.PARTIAL: "bold yellow"}


def lines(account: Account, page: Page) -> Iterator[Line]:
    """The first lines: verdict, objective, bound and gap, how the search ended, cost, baselines."""
    placement = account.placement
    yield from wrapped(f"{account.name}: {verdict(account)}", page, "", STYLES.get(placement.status, "bold red"))
    yield from wrapped(figures(account), page)
    if end := ending(account):
        yield from wrapped(end, page)
    models = len({copy.model for copy in placement.copies})
    yield from wrapped(
        f"{plural(len(placement.copies), 'copy', 'copies')} of {plural(models, 'model')} behind {plural(len(placement.endpoints), 'endpoint')} "
        f"on {plural(len(placement.nodes), 'node')}",
        page,
    )
    yield from wrapped(f"{money(placement.cost_per_hour)} USD an hour, {money(placement.cost_per_hour * HOURS_PER_MONTH)} USD a month", page)
    yield from _baselines(account, page)


def _baselines(account: Account, page: Page) -> Iterator[Line]:
    """What other ways to do it would cost, and what is saved against those that place just as many copies."""
    ours, missing = account.placement.cost_per_hour, sum(left.copies for left in account.placement.unplaced)
    rows = []
    for name, other in account.baselines.items():
        comparable = other.missing == missing and other.cost_per_hour > 0
        saved = percent(1 - ours / other.cost_per_hour, 1) if comparable else "-"
        rows.append([name, money(other.cost_per_hour), saved, f"leaves out {plural(other.missing, 'copy', 'copies')}" if other.missing else ""])
    if rows:
        yield from map(Line, table(["compared with", "USD/h", "saved", ""], rows, page.table_width, right=(1, 2)))
    if account.not_compared:
        yield from wrapped(f"not compared, time is up: {', '.join(account.not_compared)}", page)
