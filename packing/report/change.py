"""What a change comes to: copies that move, what their loads cost, and what is proven of it."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.units import show_bytes
from packing.report.page import Line, Page, heading, wrapped
from packing.report.words import percent, plural
from packing.solve.result import Change


def change_lines(change: Change, page: Page) -> Iterator[Line]:
    """The account of a change, as `packing rebalance` shows it."""
    yield heading("Moves")
    moved = f"{plural(change.moved, 'copy', 'copies')} moved, {change.added:,} added, {change.removed:,} removed; {change.stayed:,} stay"
    loaded = f"{show_bytes(change.loaded_bytes)} to load" if change.loaded_bytes else "nothing to load"
    yield from wrapped(f"{moved}; {loaded}", page)
    if change.blocked:
        yield from wrapped(f"not drained for want of moves: {', '.join(change.blocked)}", page, style="yellow")
    yield from wrapped(f"with the price of the moves ({change.move_price:.6f}): objective {change.objective:.6f}, {_proof(change)}", page)


def _proof(change: Change) -> str:
    if change.proven:
        return "proven: nothing better is possible"
    if change.bound is None:
        return "how far from the best possible is not known"
    gap = max(0.0, change.objective - change.bound) / change.objective if change.objective > 0 else 0.0
    return f"proven within {percent(gap, 2)} of the best possible"
