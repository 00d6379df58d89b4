"""The page that a summary is written on: how wide, with which characters and colours, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import NamedTuple

from packing.report.bars import bar, level

ROWS = 15
"""Rows of a section before it says "and so many more"."""
FEW = 6
"""Names in a row before it says so."""


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
    screen : whether somebody looks at it on a screen of this width; False: it goes into a file or another program, and tables are as wide
        as they need.
    """

    width: int = 80
    colour: bool = False
    unicode: bool = True
    rows: int | None = ROWS
    screen: bool = True

    @property
    def table_width(self) -> int | None:
        """Characters that a line of a table may have; None: as many as it needs."""
        return self.width if self.screen else None

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
        lines = [Line(self._shown(part), line.style) for line in lines for part in self._folded(line.text.rstrip())]
        if not self.colour:
            return "".join(f"{line.text}\n" for line in lines)
        from rich.console import Console
        from rich.text import Text

        buffer = StringIO()
        console = Console(file=buffer, force_terminal=True, width=self.width, highlight=False)
        for line in lines:
            console.print(Text(line.text, style=line.style), soft_wrap=True)
        return buffer.getvalue()

    def _folded(self, text: str) -> list[str]:
        """The line, over several where it is wider than the screen; the following ones a little more to the right."""
        if not self.screen or len(text) <= self.width:
            return [text]
        indent = text[: len(text) - len(text.lstrip())]
        return folded(text.lstrip(), self.width, indent, indent + "    ") or [""]

    def _shown(self, text: str) -> str:
        """In characters that can be shown."""
        return text if self.unicode else text.replace("…", "~")

    def named(self, names: Sequence[str]) -> str:
        """Names in a row: all of them, or on a screen that is not asked to show everything the first few."""
        few = names if self.rows is None or not self.screen or len(names) <= FEW + 1 else names[:FEW]
        return ", ".join(few) + (f" and {len(names) - FEW:,} more" if len(few) < len(names) else "")


def folded(text: str, width: int, indent: str, following: str) -> list[str]:
    """A text over as many lines as it needs. No word is broken, so that names stay whole: one that is wider than a line gets one of its own."""
    import textwrap

    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=following, break_long_words=False, break_on_hyphens=False, replace_whitespace=False
    )


def wrapped(text: str, page: Page, indent: str = "  ", style: str = "") -> list[Line]:
    """A sentence over as many lines as it needs, indented; the following lines a little more."""
    return [Line(line, style) for line in folded(text, page.width, indent, indent + "  ")]
