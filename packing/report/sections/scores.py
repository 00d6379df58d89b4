"""The five scores: a small radar chart beside bars."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.weights import Axis
from packing.report.account import Account
from packing.report.bars import radar
from packing.report.page import Line, Page, heading
from packing.report.words import percent

RADAR_WIDTH, RADAR_HEIGHT = 22, 11
ROOM_FOR_RADAR = 72
"""Narrower pages get the bars alone."""


def lines(account: Account, page: Page) -> Iterator[Line]:
    """One bar for each axis, with its weight where the problem is known, beside the radar where there is room."""
    fitness = account.placement.fitness
    weights = account.problem.weights if account.problem else None
    yield heading("Scores (0 worst, 1 best; model size is a fact rather than a grade)")
    names = [axis.replace("_", " ") for axis in Axis]
    bars = [
        f"{name.ljust(11)}  {page.bar(fitness[axis], 20)} {fitness[axis]:.3f}"
        + (f"  weight {percent(float(weights.share(axis)))}" if weights else "")
        for name, axis in zip(names, Axis, strict=True)
    ]
    if not page.unicode or page.width < ROOM_FOR_RADAR:
        yield from (Line(f"  {text}", "cyan") for text in bars)
        return
    chart = radar([fitness[axis] for axis in Axis], RADAR_WIDTH, RADAR_HEIGHT)
    top = (RADAR_HEIGHT - 2 * len(bars) + 1) // 2
    beside = {top + 2 * index: text for index, text in enumerate(bars)}
    for row, drawn in enumerate(chart):
        yield Line(f" {drawn}  {beside.get(row, '')}", "cyan")
