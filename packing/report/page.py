"""The page that a summary is written on: how wide, with which characters and colours, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import NamedTuple

from packing.report.bars import bar, level
from packing.report.table import cut

ROWS = 15
"""Rows of a section before it says "and so many more"."""


class Line(NamedTuple):
    """One line and its style in the words of rich, e.g. ``bold green``."""

    text: str
    style: str = ""


def heading(text: str) -> Line:
    """The title of a section."""
    return Line(text, "bold")


@dataclass(frozen=True, slots=True)
class Page:
    """How to write.

    Parameters
    ----------
    width : characters in a line.
    colour : whether styles are shown.
    unicode : whether block and braille characters can be shown.
    rows : rows that a section may have; None: all.
    """

    width: int = 80
    colour: bool = False
    unicode: bool = True
    rows: int | None = ROWS

    def fits(self, count: int) -> bool:
        """Whether so many rows are shown one by one."""
        return self.rows is None or count <= self.rows

    def shown(self, count: int) -> int:
        """How many of `count` rows are shown."""
        return count if self.rows is None else min(count, self.rows)

    def bar(self, share: float, width: int) -> str:
        """A horizontal bar."""
        return bar(share, width, plain=not self.unicode)

    def level(self, share: float) -> str:
        """A single character as full as `share`."""
        return level(share, plain=not self.unicode)

    @property
    def times(self) -> str:
        """The sign in "3 × node"."""
        return "×" if self.unicode else "x"

    def render(self, lines: Sequence[Line]) -> str:
        """The text; with colours only where they are wanted."""
        lines = [Line(self._fitted(line.text), line.style) for line in lines]
        if not self.colour:
            return "".join(f"{line.text}\n" for line in lines)
        from rich.console import Console
        from rich.text import Text

        buffer = StringIO()
        console = Console(file=buffer, force_terminal=True, width=self.width, highlight=False)
        for line in lines:
            console.print(Text(line.text, style=line.style), soft_wrap=True)
        return buffer.getvalue()

    def _fitted(self, text: str) -> str:
        """The text cut to the width, in characters that can be shown."""
        text = cut(text.rstrip(), self.width)
        return text if self.unicode else text.replace("…", "~")


def wrapped(text: str, page: Page, indent: str = "  ", style: str = "") -> list[Line]:
    """A sentence over as many lines as it needs, indented; the following lines a little more."""
    import textwrap

    return [Line(line, style) for line in textwrap.wrap(text, page.width, initial_indent=indent, subsequent_indent=indent + "  ")]
