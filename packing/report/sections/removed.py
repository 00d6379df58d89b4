"""Which ways to serve the models the rules excluded before the search began."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from packing.report.account import Account
from packing.report.page import Line, Page, heading
from packing.report.table import table


def lines(account: Account, page: Page) -> Iterator[Line]:
    """One row for each rule that removed candidates, the most effective first; only where everything is shown."""
    if not account.removed or page.rows is not None:
        return
    candidates: defaultdict[str, int] = defaultdict(int)
    models: defaultdict[str, set[str]] = defaultdict(set)
    for each in account.removed:
        rule = str(each.rule)
        candidates[rule] += 1
        models[rule].add(each.model)
    yield heading("Ways to serve a model that rules removed before the search")
    ordered = sorted(candidates, key=lambda rule: (-candidates[rule], rule))
    rows = [[rule, f"{candidates[rule]:,}", f"{len(models[rule]):,}"] for rule in ordered]
    yield from map(Line, table(["rule", "candidates", "models"], rows, page.table_width, right=(1, 2)))
