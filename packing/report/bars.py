"""Bars and a small radar chart made of characters."""

from __future__ import annotations

import math
from collections.abc import Sequence

EIGHTHS = " ▏▎▍▌▋▊▉█"
LEVELS = "▁▂▃▄▅▆▇█"
BLANK = 0x2800
"""The braille character without dots."""
DOT_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bit of each dot (row, column) of a braille character, as Unicode numbers them."""


def bar(share: float, width: int, *, plain: bool = False) -> str:
    """A horizontal bar of `width` characters, filled by `share` (clipped to 0..1)."""
    share = min(max(share, 0.0), 1.0)
    if plain:
        full = round(share * width)
        return "#" * full + "." * (width - full)
    eighths = round(share * width * 8)
    full, rest = divmod(eighths, 8)
    text = "█" * full + (EIGHTHS[rest] if rest else "")
    return text + "░" * (width - len(text))


def level(share: float, *, plain: bool = False) -> str:
    """One character that is as full as `share`: for nodes with many accelerators."""
    share = min(max(share, 0.0), 1.0)
    if plain:
        return "." if share == 0 else str(min(9, int(share * 10)))
    return "·" if share == 0 else LEVELS[min(7, int(share * 8))]


def radar(scores: Sequence[float], width: int = 22, height: int = 11) -> list[str]:
    """A radar chart in braille characters, first axis upwards, the others clockwise.

    The outline of 1 is dotted, the polygon of the scores is drawn through. Returns `height` lines of `width` characters.
    """
    columns, rows = 2 * width, 4 * height
    cells = [[0] * width for _ in range(height)]
    centre_x, centre_y = (columns - 1) / 2, (rows - 1) / 2

    def corner(axis: int, share: float) -> tuple[float, float]:
        angle = 2 * math.pi * axis / len(scores)
        # Braille dots are about square, so that one radius serves both directions.
        radius = min(columns, rows) / 2 - 1
        return centre_x + share * radius * math.sin(angle), centre_y - share * radius * math.cos(angle)

    def dot(x: float, y: float) -> None:
        column, row = round(x), round(y)
        if 0 <= column < columns and 0 <= row < rows:
            cells[row // 4][column // 2] |= DOT_BITS[row % 4][column % 2]

    def line(start: tuple[float, float], end: tuple[float, float], every: int) -> None:
        steps = max(1, round(max(abs(end[0] - start[0]), abs(end[1] - start[1]))))
        for step in range(0, steps + 1, every):
            dot(start[0] + (end[0] - start[0]) * step / steps, start[1] + (end[1] - start[1]) * step / steps)

    for axis in range(len(scores)):
        following = (axis + 1) % len(scores)
        line(corner(axis, 1.0), corner(following, 1.0), every=3)
        line(corner(axis, scores[axis]), corner(following, scores[following]), every=1)
    return ["".join(chr(BLANK + cell) if cell else " " for cell in row) for row in cells]
