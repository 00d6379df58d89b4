"""What came of a rehearsal: the models that missed, worst first; the nodes; the whole."""

from __future__ import annotations

from collections.abc import Iterator

from packing.act.rehearse import ModelRehearsal, Rehearsal
from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import table
from packing.report.words import hours, money, percent, plural

ROUTING_WORDS = {"random": "at random", "least_outstanding": "to the copy with the fewest requests"}


def rehearsal_report(rehearsal: Rehearsal, page: Page | None = None) -> str:
    """Text of a rehearsal.

    Parameters
    ----------
    page : width, colours, and whether everything is shown; default: 80 columns, no colours.
    """
    page = page or Page()
    return page.render([*_models(rehearsal, page), *_nodes(rehearsal, page), *_notices(rehearsal, page), *_whole(rehearsal, page)])


def _models(rehearsal: Rehearsal, page: Page) -> Iterator[Line]:
    """Those below the target; with --all every model."""
    below = [model for model in rehearsal.models if model.requests and (model.attainment or 0.0) < rehearsal.target]
    listed = list(rehearsal.models) if page.rows is None else below
    if not listed:
        return
    yield heading("Models below the target, worst first" if page.rows is not None else "Models, worst first")
    yield Line("  TTFT in ms; plan: as the placement states it; slot: the worst one")
    shown = listed[: page.shown(len(listed))]
    head = ("model", "requests", "in SLO", "p50", "p95", "p99", "plan", "cold", "refused", "slot")
    yield from map(Line, table(head, [_row(model) for model in shown], page.table_width, right=tuple(range(1, len(head))), flexible=0))
    if len(shown) < len(listed):
        yield Line(f"  … and {len(listed) - len(shown):,} more (--all shows them)")
    yield Line("")


def _row(model: ModelRehearsal) -> tuple[str, ...]:
    ttft = model.ttft_ms
    return (
        model.model, f"{model.requests:,}", "–" if model.attainment is None else _floored(model.attainment), _ms(ttft.p50), _ms(ttft.p95), _ms(ttft.p99),
        _ms(model.planned_ttft_ms),
        _count(model.cold_starts), _count(model.refused), "" if model.worst_slot is None else str(model.worst_slot),
    )  # fmt: skip


def _nodes(rehearsal: Rehearsal, page: Page) -> Iterator[Line]:
    """Those that load the most, and those that are busiest."""
    if not rehearsal.nodes:
        return
    ranked = sorted(rehearsal.nodes, key=lambda node: (-node.worst_loading, -node.utilisation, node.node))
    shown = ranked[: page.shown(len(ranked))]
    yield heading("Nodes, those that load the most and the busiest first")
    rows = [
        (
            node.node, node.instance_type, f"{node.hours:g}", f"{node.served:,}", percent(node.utilisation), percent(node.loading, 1),
            percent(node.worst_loading, 1), _count(node.loads), _count(node.evictions),
        )
        for node in shown
    ]  # fmt: skip
    head = ("node", "type", "hours", "served", "in use", "loading", "worst slot", "loads", "evictions")
    yield from map(Line, table(head, rows, page.table_width, right=(2, 3, 4, 5, 6, 7, 8), flexible=1))
    if len(shown) < len(ranked):
        yield Line(f"  … and {len(ranked) - len(shown):,} more (--all shows them)")
    yield Line("")


def _notices(rehearsal: Rehearsal, page: Page) -> Iterator[Line]:
    if rehearsal.notices:
        yield heading("Notes")
        for notice in rehearsal.notices:
            yield from wrapped(notice, page)
        yield Line("")


def _whole(rehearsal: Rehearsal, page: Page) -> Iterator[Line]:
    yield heading("In all")
    source = (
        f"{plural(rehearsal.requests, 'request')} in {hours(rehearsal.hours)} ({rehearsal.requests_from}); routed {ROUTING_WORDS[rehearsal.routing]}"
    )
    yield from wrapped(source, page)
    if rehearsal.attainment is None:
        yield from wrapped("no requests came, so that nothing was judged", page)
    else:
        kept = f"{rehearsal.models_kept:,} of {plural(rehearsal.models_asked, 'model')} kept {percent(rehearsal.target, 1)} of theirs within it"
        yield from wrapped(f"{_floored(rehearsal.attainment)} of the requests within their SLO; {kept}", page)
        ends = f"{rehearsal.served:,} served, {rehearsal.refused:,} refused, {rehearsal.in_flight:,} still there at the end"
        yield from wrapped(f"{ends}; {plural(rehearsal.cold_starts, 'cold start')}, {plural(rehearsal.loads, 'load')}", page)
    yield from wrapped(f"{money(rehearsal.cost_usd)} USD, that is {money(rehearsal.cost_per_day)} USD a day", page)
    if rehearsal.thrashing:
        names = ", ".join(rehearsal.thrashing[:8]) + (f" and {len(rehearsal.thrashing) - 8} more" if len(rehearsal.thrashing) > 8 else "")
        yield from wrapped(f"thrashing (loading for too much of some slot): {names}", page, style="red")


def _floored(share: float) -> str:
    """A percentage that says 100 only where it is all."""
    return f"{int(share * 1e4 + 1e-9) / 100:.2f} %"


def _ms(value: float | None) -> str:
    """Milliseconds; seconds where there are very many."""
    return "–" if value is None else f"{value:,.0f}" if value < 1e6 else f"{value / 1000:,.0f} s"


def _count(number: int) -> str:
    return f"{number:,}" if number else ""
