"""What each pool of the fleet gives: nodes of its stock, price, and how full their accelerators are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from packing.domain.hardware import price_micro_usd
from packing.domain.units import MICRO
from packing.report.account import Account
from packing.report.occupancy import NodeUse, node_uses
from packing.report.page import Line, Page, heading
from packing.report.table import table
from packing.report.words import money


def lines(account: Account, page: Page) -> Iterator[Line]:
    """One row for each pool that is used (or owned), the most expensive first; nothing where the problem is not known."""
    if account.problem is None:
        return
    kinds = account.instance_types()
    uses: defaultdict[str, list[NodeUse]] = defaultdict(list)
    for use in node_uses(account):
        uses[use.node.pool].append(use)
    pools = [pool for pool in account.problem.fleet if pool.owned or uses[pool.label]]
    if not pools:
        return
    yield heading("Fleet (full: mean share of the memory in use when it is fullest)")
    priced = []
    for pool in pools:
        used = uses[pool.label]
        paid = pool.count if pool.owned and pool.count is not None else len(used)
        cost = paid * price_micro_usd(pool, kinds[pool.instance_type]) / MICRO
        stock = f"{len(used):,}" + (f" of {pool.count:,}" if pool.count is not None else "")
        priced.append((cost, [pool.label, stock, money(cost), _mean(used), page.bar(_share(used), 10)]))
    priced.sort(key=lambda item: -item[0])
    shown = page.shown(len(priced))
    yield from map(
        Line,
        table(["pool", "nodes", "USD/h", "full", ""], [row for _, row in priced[:shown]], page.table_width, right=(1, 2, 3), flexible=0, drop=(4,)),
    )
    if shown < len(priced):
        yield Line(f"  … and {len(priced) - shown:,} more pools for {money(sum(cost for cost, _ in priced[shown:]))} USD/h")


def _share(uses: list[NodeUse]) -> float:
    shares = [share for use in uses for share in use.shares]
    return sum(shares) / len(shares) if shares else 0.0


def _mean(uses: list[NodeUse]) -> str:
    return f"{100 * _share(uses):.0f} %" if any(use.shares for use in uses) else "-"
