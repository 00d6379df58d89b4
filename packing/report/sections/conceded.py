"""Rules that what is in service cannot keep in this fleet, and is left in service all the same."""

from __future__ import annotations

from collections.abc import Iterator

from packing.report.account import Account
from packing.report.page import Line, Page, heading, wrapped
from packing.report.words import plural


def lines(account: Account, page: Page) -> Iterator[Line]:
    """Each model with the rule that it does not keep, in the order of the placement."""
    conceded = account.placement.conceded
    if not conceded:
        return
    yield heading(f"Conceded ({plural(len(conceded), 'model')}: in service, though the fleet does not let it keep a rule)")
    shown = page.shown(len(conceded))
    for each in conceded[:shown]:
        yield from wrapped(f"{each.model}: {each.rule}: in {plural(each.kept, 'zone')}, {each.asked} asked for", page, style="yellow")
    if shown < len(conceded):
        yield Line(f"  … and {len(conceded) - shown:,} more models (--all shows them)")
