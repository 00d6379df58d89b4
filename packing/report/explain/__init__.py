"""An explanation for the terminal: what cannot hold together and what helps, or who pays for what, and why not otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from packing.explain.explanation import Explanation
from packing.report.explain import alternatives, conflict, headline, models, values
from packing.report.page import Line, Page

SECTIONS: tuple[Callable[[Explanation, Page], Iterator[Line]], ...] = (
    headline.lines,
    conflict.members,
    conflict.repairs,
    models.table_of_all,
    models.one,
    alternatives.lines,
    values.lines,
)
"""What is shown, in this order; a section without anything to say yields nothing."""


def page_of(explanation: Explanation, page: Page | None = None) -> str:
    """Text of an explanation; default: 80 columns, no colours."""
    page = page or Page()
    blocks = [block for section in SECTIONS if (block := list(section(explanation, page)))]
    lines: list[Line] = []
    for block in blocks:
        lines += [Line(""), *block] if lines else block
    return page.render(lines)
