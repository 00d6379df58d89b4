"""The summary of a placement for the terminal: what was decided, what it costs, how good it is, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from packing.report.account import Account
from packing.report.page import Line, Page
from packing.report.sections import certainty, conceded, copies, crowded, decision, endpoints, fleet, headline, left_out, nodes, removed, scores

SECTIONS: tuple[Callable[[Account, Page], Iterator[Line]], ...] = (
    headline.lines,
    certainty.lines,
    scores.lines,
    endpoints.lines,
    fleet.lines,
    nodes.lines,
    copies.lines,
    crowded.lines,
    left_out.lines,
    conceded.lines,
    removed.lines,
    decision.lines,
)
"""What a summary consists of, in this order; a section without anything to say yields nothing."""


def summary(account: Account, page: Page | None = None) -> str:
    """Text of a summary.

    Parameters
    ----------
    account : what is reported.
    page : width, characters, colours and how much; default: 80 columns, no colours.
    """
    page = page or Page()
    blocks = [block for section in SECTIONS if (block := list(section(account, page)))]
    lines: list[Line] = []
    for block in blocks:
        lines += [Line(""), *block] if lines else block
    return page.render(lines)
