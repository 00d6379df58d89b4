"""Plain tables for every report. What does not fit the width is never cut: cells go on below, or the row is laid out in another way.

Layouts, of which the one with the fewest lines is taken among those that fit: one line a row; without columns that repeat others; cells that go
on in the lines below; the first cell, which names the row, in a line of its own; and, where not even that fits, each row as a list of figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

GAP = "  "
_ANYWHERE = re.compile(r" +")
_BEHIND_A_COMMA = re.compile(r"(?<=[,;]) +")

Row = Sequence[str]
Block = list[str]
"""Lines of one row."""


def table(head: Row, rows: Sequence[Row], width: int | None, right: Sequence[int] = (), flexible: int = -1, drop: Sequence[int] = ()) -> list[str]:
    """Lines of a table; parameters as for `blocks`."""
    return [line for block in blocks(head, rows, width, right, flexible, drop) for line in block]


def blocks(head: Row, rows: Sequence[Row], width: int | None, right: Sequence[int] = (), flexible: int = -1, drop: Sequence[int] = ()) -> list[Block]:
    """Lines of the head, and of each row, so that something can be written below a row.

    Parameters
    ----------
    head : titles of the columns.
    rows : cells as text, as many in each row as there are titles. The first cell names the row: it stays in one piece, but for commas.
    width : characters that a line may have; None: as many as it needs. Only a single name that is longer than that makes a longer line.
    right : columns that are aligned to the right; their cells stay in one piece.
    flexible : column whose cells go on in the next line before those of others do (-1: the last); then the widest do.
    drop : columns that are left out, in this order, where there is no room: they show again what others say.
    """
    columns = _Columns(head, rows, frozenset(right), flexible % len(head))
    kept = list(range(len(head)))
    if columns.fits(kept, width):
        return columns.lines(kept, columns.natural)
    assert width is not None, "without a width everything fits"
    for column in drop:
        kept.remove(column)
        if columns.fits(kept, width):
            return columns.lines(kept, columns.natural)
    found = [made for make in (columns.wrapped, columns.hanging) if (made := make(kept, width)) is not None]
    return min(found, key=lambda made: sum(map(len, made))) if found else columns.listed(kept, width)


class _Columns:
    """Cells with what is known of each column."""

    def __init__(self, head: Row, rows: Sequence[Row], right: frozenset[int], flexible: int) -> None:
        self.head, self.rows, self.right, self.flexible = head, rows, right, flexible
        cells = list(zip(head, *rows, strict=True))
        self.natural = [max(map(len, column)) for column in cells]
        self.narrow = [max(len(piece) for cell in column for piece in self._pieces(cell, at)) for at, column in enumerate(cells)]

    def fits(self, kept: Sequence[int], width: int | None) -> bool:
        """Whether one line a row is enough."""
        return width is None or self._total(kept, self.natural) <= width

    def lines(self, kept: Sequence[int], widths: Sequence[int], indent: str = "") -> list[Block]:
        """Rows in columns of these widths."""
        return [list(self._row(row, kept, widths, indent)) for row in (self.head, *self.rows)]

    def wrapped(self, kept: Sequence[int], width: int, indent: str = "") -> list[Block] | None:
        """Cells go on in the lines below; None where a name or a figure would have to be broken."""
        widths = list(self.natural)
        missing = len(indent) + self._total(kept, widths) - width
        if missing > sum(widths[at] - self.narrow[at] for at in kept):
            return None
        given = min(max(missing, 0), widths[self.flexible] - self.narrow[self.flexible]) if self.flexible in kept else 0
        widths[self.flexible] -= given
        for _ in range(missing - given):
            widest = max((at for at in kept if widths[at] > self.narrow[at]), key=lambda at: widths[at])
            widths[widest] -= 1
        return self.lines(kept, widths, indent)

    def hanging(self, kept: Sequence[int], width: int) -> list[Block] | None:
        """The name of each row in a line of its own, the rest of the row below it."""
        first, *rest = kept
        below = self.wrapped(rest, width, GAP) if rest else None
        if below is None:
            return None
        names = [self._fill(row[first], first, width - len(GAP)) if row[first] else [] for row in (self.head, *self.rows)]
        return [[*(GAP + name for name in name_lines), *block] for name_lines, block in zip(names, below, strict=True)]

    def listed(self, kept: Sequence[int], width: int) -> list[Block]:
        """No head; the name of each row, and below it each figure behind its title."""
        first, *rest = kept
        found: list[Block] = [[]]
        for row in self.rows:
            figures = [f"{self.head[at]} {row[at]}".strip() for at in rest if row[at]]
            marked = [figure + ("," if number + 1 < len(figures) else "") for number, figure in enumerate(figures)]
            names = self._fill(row[first], first, width - len(GAP)) if row[first] else []
            found.append([*(GAP + name for name in names), *(2 * GAP + text for text in _filled(marked, width - 2 * len(GAP)))])
        return found

    def _total(self, kept: Sequence[int], widths: Sequence[int]) -> int:
        return sum(len(GAP) + widths[at] for at in kept)

    def _pieces(self, cell: str, at: int) -> list[str]:
        """What stays together: figures, and names of rows but for lists of them; else words. A title may break between its words."""
        if cell == self.head[at]:
            return _ANYWHERE.split(cell)
        return [cell] if at in self.right else (_BEHIND_A_COMMA if at == 0 else _ANYWHERE).split(cell)

    def _fill(self, cell: str, at: int, width: int) -> list[str]:
        return [cell] if len(cell) <= width else list(_filled(self._pieces(cell, at), width))

    def _row(self, row: Row, kept: Sequence[int], widths: Sequence[int], indent: str) -> Iterator[str]:
        filled = [self._fill(row[at], at, widths[at]) for at in kept]
        for texts in zip_longest(*filled, fillvalue=""):
            padded = [self._aligned(at)(text, widths[at]) for at, text in zip(kept, texts, strict=True)]
            yield (indent + GAP + GAP.join(padded)).rstrip()

    def _aligned(self, at: int) -> Callable[[str, int], str]:
        return str.rjust if at in self.right else str.ljust


def _filled(pieces: Sequence[str], width: int) -> Iterator[str]:
    """Pieces side by side, as many in each line as fit; one that is too long by itself is broken between its words, never within one."""
    line = ""
    for piece in pieces:
        for part in [piece] if len(piece) <= width else _ANYWHERE.split(piece):
            joined = f"{line} {part}" if line else part
            if line and len(joined) > width:
                yield line
                joined = part
            line = joined
    yield line
