"""What came of a simulation: event by event, in all, and policy beside policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from packing.act.simulate import Account, Simulation, Way
from packing.domain.units import show_bytes
from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import blocks, table
from packing.report.words import hours, money, plural

WAYS = {Way.NONE: "", Way.ORDERED: "in order", Way.WITH_DIPS: "with dips", Way.COLD: "cold"}
NOTICES = 5
"""Notices of one event that are shown unless all are asked for."""
MINUTE, HOUR = 60, 3600


def simulation_report(simulations: Mapping[str, Simulation], page: Page | None = None) -> str:
    """Text of one simulation, or of several of the same timeline under different policies.

    Parameters
    ----------
    simulations : by the name of the policy.
    page : width, colours, and whether everything is shown; default: 80 columns, no colours.
    """
    page = page or Page()
    lines: list[Line] = []
    for name, simulation in simulations.items():
        if len(simulations) > 1:
            lines += [heading(f"Policy {name}"), Line("")]
        lines += [*_episodes(simulation, page), Line(""), *_notices(simulation, page), *_models(simulation, page)]
    lines += _comparison(simulations, page) if len(simulations) > 1 else _totals(next(iter(simulations.values())), page)
    return page.render(lines)


def _episodes(simulation: Simulation, page: Page) -> Iterator[Line]:
    """A row for each time at which something happened, what it was below it."""
    yield heading(f"{hours(simulation.until)}, event by event")
    head = ("hour", "missing", "moved", "loads", "migration", "below SLO", "refused", "USD")
    rows = [
        (
            f"{each.at:g}", _count(each.missing), _count(each.account.moved), _count(each.account.loads),
            _way(each.way, each.migration_s, interrupted=each.interrupted), _time(each.account.below_slo_s), _requests(each.account.refused_requests),
            money(each.account.cost_usd),
        )
        for each in simulation.episodes
    ]  # fmt: skip
    first, *figures = blocks(head, rows, page.table_width, right=(0, 1, 2, 3, 5, 6, 7), flexible=4)
    yield from map(Line, first)
    for each, texts in zip(simulation.episodes, figures, strict=True):
        yield from map(Line, texts)
        for what in each.happened:
            yield from wrapped(what, page, indent="          ", style="cyan")


def _way(way: Way, seconds: float, *, interrupted: bool) -> str:
    if way is Way.NONE:
        return ""
    said = "" if way is Way.ORDERED else f" {WAYS[way]}"
    return f"{_time(seconds) or '0 s'}{said}{' (cut)' if interrupted else ''}"


def _notices(simulation: Simulation, page: Page) -> Iterator[Line]:
    if not any(each.notices for each in simulation.episodes):
        return
    yield heading("Notes")
    for each in simulation.episodes:
        shown = each.notices if page.rows is None else each.notices[:NOTICES]
        for notice in shown:
            yield from wrapped(f"{each.at:g} h: {notice}", page)
        if len(shown) < len(each.notices):
            yield Line(f"  {each.at:g} h: … and {len(each.notices) - len(shown):,} more (--all shows them)")
    yield Line("")


def _models(simulation: Simulation, page: Page) -> Iterator[Line]:
    if not simulation.models:
        return
    yield heading("Models that went short")
    shown = page.shown(len(simulation.models))
    rows = [(each.model, _time(each.below_slo_s), _requests(each.refused_requests)) for each in simulation.models[:shown]]
    yield from map(Line, table(("model", "below SLO", "refused"), rows, page.table_width, right=(1, 2), flexible=0))
    if shown < len(simulation.models):
        yield Line(f"  … and {len(simulation.models) - shown:,} more (--all shows them)")
    yield Line("")


def _totals(simulation: Simulation, page: Page) -> list[Line]:
    total = simulation.total
    lost = f", {plural(total.nodes_lost, 'node')} and {plural(total.copies_lost, 'copy', 'copies')} lost" if total.nodes_lost else ""
    short = f"{_time(total.below_slo_s)} below SLO summed over models, {_requests(total.refused_requests) or 'no'} requests refused"
    return [
        heading("In all"),
        *wrapped(f"{money(total.cost_usd)} USD over {hours(simulation.until)}", page),
        *wrapped(f"{plural(total.moved, 'copy', 'copies')} moved; {plural(total.loads, 'load')}, {show_bytes(total.bytes_loaded)}", page),
        *wrapped(f"{plural(total.nodes_started, 'node')} started, {total.nodes_stopped:,} stopped{lost}", page),
        *wrapped(short if total.below_slo_s else "every model served its traffic all the time", page),
    ]


def _comparison(simulations: Mapping[str, Simulation], page: Page) -> list[Line]:
    """The policies side by side."""
    head = ("policy", "USD", "moved", "loads", "loaded", "started", "stopped", "below SLO", "refused")
    rows: Sequence[Sequence[str]] = [(name, *_row(simulation.total)) for name, simulation in simulations.items()]
    return [heading("Policies compared"), *map(Line, table(head, rows, page.table_width, right=tuple(range(1, len(head))), flexible=0))]


def _row(total: Account) -> tuple[str, ...]:
    counts = (f"{total.moved:,}", f"{total.loads:,}", show_bytes(total.bytes_loaded), f"{total.nodes_started:,}", f"{total.nodes_stopped:,}")
    return money(total.cost_usd), *counts, _time(total.below_slo_s) or "0 s", _requests(total.refused_requests) or "0"


def _count(number: int) -> str:
    return f"{number:,}" if number else ""


def _time(seconds: float) -> str:
    """Seconds, minutes or hours, with one decimal at most; nothing for none."""
    if seconds < 2 * MINUTE:
        return f"{seconds:.3g} s" if seconds else ""
    return f"{seconds / MINUTE:.1f} min" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} h"


def _requests(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}" if number else ""
