"""The models: how many copies of each, in which mode, and what they deliver against what is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from packing.domain.placement import PlacedCopy
from packing.domain.units import MICRO, show_bytes
from packing.domain.words import Hosting
from packing.domain.workload import Mode, Model
from packing.report.account import Account
from packing.report.page import Line, Page, heading
from packing.report.table import table
from packing.report.words import HOSTING_WORDS


def lines(account: Account, page: Page) -> Iterator[Line]:
    """One row for each model; many models are counted by hosting option, accelerators and precision."""
    copies: defaultdict[str, list[PlacedCopy]] = defaultdict(list)
    for copy in account.placement.copies:
        copies[copy.model].append(copy)
    if not copies:
        return
    hosting = _hosting(account)
    yield heading(f"Models ({len(copies):,})")
    if page.fits(len(copies)):
        models = account.models()
        head = ["model", "copies", "hosting", "mode", "requests/s", "TTFT ms"]
        rows = [_row(name, copies[name], models.get(name), hosting, page) for name in sorted(copies)]
        yield from map(Line, table(head, rows, page.table_width, right=(1, 4, 5), flexible=0))
        return
    groups: defaultdict[tuple[str, str], list[PlacedCopy]] = defaultdict(list)
    for each in account.placement.copies:
        groups[_option(each, hosting), _mode(each.mode, page)].append(each)
    ordered = sorted(groups.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1]))
    shown = page.shown(len(ordered))
    rows = [
        [option, mode, f"{len({copy.model for copy in members}):,}", f"{len(members):,}", _range([copy.mode.size for copy in members])]
        for (option, mode), members in ordered[:shown]
    ]
    yield from map(Line, table(["hosting", "mode", "models", "copies", "memory of a copy"], rows, page.table_width, right=(2, 3), flexible=1))
    if shown < len(ordered):
        yield Line(f"  … and {sum(len(members) for _, members in ordered[shown:]):,} more copies in {len(ordered) - shown:,} other modes")


def _hosting(account: Account) -> dict[str, Hosting]:
    """Hosting option by node."""
    return {node: endpoint.hosting for endpoint in account.placement.endpoints for node in endpoint.nodes}


def _option(copy: PlacedCopy, hosting: dict[str, Hosting]) -> str:
    option = hosting.get(copy.node)
    return HOSTING_WORDS[option] if option else "?"


def _row(name: str, copies: list[PlacedCopy], model: Model | None, hosting: dict[str, Hosting], page: Page) -> list[str]:
    modes = list(dict.fromkeys(_mode(copy.mode, page) for copy in copies))
    options = sorted({_option(copy, hosting) for copy in copies})
    rates = [copy.mode.requests_per_second for copy in copies]
    served = f"{sum(rate or 0 for rate in rates):.4g}" if any(rate is not None for rate in rates) else "-"
    asked = f" of {model.peak_micro / MICRO:.4g}" if model and model.peak_micro else ""
    waits = [copy.mode.ttft_ms for copy in copies if copy.mode.ttft_ms is not None]
    return [name, f"{len(copies):,}", " + ".join(options), " | ".join(modes), served + asked, f"{max(waits):,.0f}" if waits else "-"]


def _mode(mode: Mode, page: Page) -> str:
    """The mode in short, e.g. ``4 × A10G bf16``."""
    where = f"{mode.accelerators} {page.times} {mode.accelerator}" if mode.accelerator else "CPU"
    return f"{where} {mode.precision}" if mode.precision else where


def _range(sizes: list[int]) -> str:
    low, high = show_bytes(min(sizes)), show_bytes(max(sizes))
    return low if low == high else f"{low} to {high}"
