"""Plain tables that fit a width: columns as wide as their contents, the flexible one gets what is left."""

from __future__ import annotations

from collections.abc import Sequence

GAP = "  "
NARROWEST = 8
"""Characters that a column keeps as long as there is another one to cut."""


def cut(text: str, width: int) -> str:
    """The text, shortened to `width` characters."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…" if width > 0 else ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int, right: Sequence[int] = (), flexible: int = -1) -> list[str]:
    """Lines of a table.

    Parameters
    ----------
    head : titles of the columns.
    rows : cells as text, as many in each row as there are titles.
    width : characters that a line may have.
    right : columns that are aligned to the right.
    flexible : column that is cut first if the table is too wide (-1: the last); then the widest are.
    """
    flexible %= len(head)
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    spare = width - len(GAP) * len(head) - sum(widths)
    least = min(widths[flexible], NARROWEST)
    missing = max(0, -spare)
    widths[flexible], missing = max(least, widths[flexible] - missing), max(0, missing - (widths[flexible] - least))
    while missing > 0 and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
        missing -= 1

    def line(row: Sequence[str]) -> str:
        cells = [cut(cell, size) for cell, size in zip(row, widths, strict=True)]
        padded = [cell.rjust(size) if column in right else cell.ljust(size) for column, (cell, size) in enumerate(zip(cells, widths, strict=True))]
        return cut((GAP + GAP.join(padded)).rstrip(), width)

    return [line(head), *(line(row) for row in rows)]
