"""What came out, how good it is known to be, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.words import Status
from packing.report.account import Account
from packing.report.page import Line, Page, wrapped
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
    """What other ways to do it would cost, and what is saved."""
    ours = account.placement.cost_per_hour
    size = max((len(name) for name in account.baselines), default=0)
    for name, cost in account.baselines.items():
        if cost is None:
            compared = "not possible"
        elif cost > 0:
            compared = f"{money(cost):>12} USD/h; this plan {'saves' if ours <= cost else 'costs more by'} {percent(abs(1 - ours / cost), 1)}"
        else:
            compared = f"{money(cost):>12} USD/h"
        yield Line(f"    {name.ljust(size)}  {compared}"[: page.width])
