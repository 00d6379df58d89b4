"""The nodes, with an occupancy bar for each accelerator; nodes that look the same are shown once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from packing.report.account import Account
from packing.report.occupancy import NodeUse, node_uses
from packing.report.page import Line, Page, heading, wrapped
from packing.report.words import HOSTING_WORDS, percent, plural

INDENT = "      "
LONGEST_BAR = 12
FIGURE = 6
"""Characters of "100 % " behind a bar."""


def lines(account: Account, page: Page) -> Iterator[Line]:
    """Two lines for each arrangement: what it holds, and a bar for each accelerator (host memory on CPU nodes)."""
    uses = node_uses(account)
    if not uses:
        return
    groups: dict[tuple[object, ...], list[NodeUse]] = {}
    for use in uses:
        groups.setdefault(use.arrangement(), []).append(use)
    ordered = sorted(groups.values(), key=len, reverse=True)
    shown = page.shown(len(ordered))
    yield heading(f"Nodes ({len(uses):,}; a bar shows the memory of one accelerator in its busiest slot)")
    for members in ordered[:shown]:
        yield Line(f"  {_count(members, page)}  {_contents(members[0], page)}")
        yield from _bars(members[0], page)
        yield from _in_turns(members[0], page, hours_known=account.problem is not None)
    if shown < len(ordered):
        rest = sum(len(members) for members in ordered[shown:])
        yield Line(f"  … and {rest:,} more nodes in {plural(len(ordered) - shown, 'other arrangement')} (--all shows them)")


def _count(members: list[NodeUse], page: Page) -> str:
    return members[0].node.id if len(members) == 1 else f"{len(members):,} {page.times}"


def _contents(use: NodeUse, page: Page) -> str:
    """Type, zone, hosting and the models on the node, each with its number of copies."""
    models = Counter(copy.model for copy in use.copies)
    listed = page.named([name if count == 1 else f"{count} {page.times} {name}" for name, count in models.items()])
    zone = f" {use.node.zone}" if use.node.zone else ""
    more = f"{plural(len(models), 'model')}: " if len(models) > 1 else ""
    return f"{use.node.instance_type}{zone}, {HOSTING_WORDS[use.hosting]}: {more}{listed or 'empty'}"


def _bars(use: NodeUse, page: Page) -> Iterator[Line]:
    """The bars of one node: with figures where there is room, single characters where there are many."""
    if not use.shares:
        return
    room = (page.width - len(INDENT)) // len(use.shares)
    if room >= FIGURE + 5:
        size = min(LONGEST_BAR, room - FIGURE - 1)
        text = " ".join(f"{page.bar(share, size)}{percent(share):>{FIGURE - 1}} " for share in use.shares)
    elif room >= 4:  # three characters and a space
        text = " ".join(page.bar(share, room - 1) for share in use.shares)
    else:
        text = "".join(page.level(share) for share in use.shares)
    yield Line(INDENT + text, "green")


def _in_turns(use: NodeUse, page: Page, *, hours_known: bool) -> Iterator[Line]:
    """What the bars leave out where models take turns: within a slot, or where nobody says in which slots."""
    if not use.together or max(use.together) <= max(use.shares):
        return
    if hours_known:
        yield from wrapped(f"those with traffic at that time need {percent(max(use.together))} together, and take turns", page, INDENT)
        return
    yield from wrapped(
        f"largest model; all models together {percent(max(use.together))}, but they take turns: --problem tells what is loaded at once", page, INDENT
    )
