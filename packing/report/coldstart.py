"""Cold starts of multi-model nodes for people: node by node, the models that wait longest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packing.coldstart.answer import ModelColdStarts
from packing.coldstart.placement import NodeColdStarts, Promise
from packing.domain.units import show_bytes
from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import blocks
from packing.report.words import percent, plural

HEAD = ("model", "requests/s", "loaded", "loads/h", "p50", "p95", "p99", "promised", "kept for")
"""p50, p95, p99: of the wait of all requests."""
HOW = {"exact": "predicted", "che": "predicted with Che's approximation", "simulated": "simulated"}


def cold_start_report(nodes: Sequence[NodeColdStarts], page: Page | None = None) -> str:
    """Text of the cold starts of some nodes; nodes that thrash or break a promise come first, then those that load most.

    Parameters
    ----------
    nodes : from `packing.coldstart.of_placement`.
    page : width, colours, and whether everything is shown; default: 80 columns, no colours.
    """
    page = page or Page()
    if not nodes:
        return page.render([Line("No node is behind a multi-model endpoint: every model is always loaded.")])
    ordered = sorted(nodes, key=_urgency)
    shown = page.shown(len(ordered))
    lines = list(_verdict(nodes, page))
    for each in ordered[:shown]:
        lines += [Line(""), *_node(each, page)]
    if shown < len(ordered):
        lines += [Line(""), Line(f"… and {plural(len(ordered) - shown, 'more node', 'more nodes')} (--all shows them)")]
    return page.render(lines)


def _urgency(each: NodeColdStarts) -> tuple[bool, bool, float, str]:
    broken = any(promise.kept is False for promise in each.promises)
    return not broken, not each.figures.thrashing, -max(slot.loading_share for slot in each.figures.slots), each.node


def _verdict(nodes: Sequence[NodeColdStarts], page: Page) -> Iterator[Line]:
    thrashing = [each.node for each in nodes if each.figures.thrashing]
    broken = [promise for each in nodes for promise in each.promises if promise.kept is False]
    promises = sum(len(each.promises) for each in nodes)
    said = f"{plural(len(nodes), 'multi-model node')}, {HOW[nodes[0].figures.how]}"
    said += f"; {len(broken)} of {plural(promises, 'promise')} broken" if promises else ""
    yield heading(said)
    if thrashing:
        yield from wrapped(f"thrashing: {', '.join(thrashing)}", page, style="red")


def _node(each: NodeColdStarts, page: Page) -> Iterator[Line]:
    figures, total = each.figures, each.figures.total
    yield heading(f"{figures.node} ({each.endpoint})")
    crowded = f"over-committed {figures.over_commit:.2f} times" if figures.over_commit > 1 else "all fit at once"
    memory = f"{plural(len(figures.models), 'model')} on {show_bytes(each.shared.capacity)}, {crowded}"
    found = "no requests" if total.hit is None else f"{percent(total.hit, 1)} of the requests find their model loaded"
    yield from wrapped(f"{memory}; {found}", page)
    carried = f"{show_bytes(round(total.reload_bytes_per_s))}/s in the mean"
    if figures.load_bytes_per_s is not None:
        carried += f", {show_bytes(round(figures.load_bytes_per_s))}/s during a load"
    yield from wrapped(
        f"{total.cold_starts_per_hour:.3g} loads per hour, {carried}; {percent(total.loading_share, 1)} of the time spent loading", page
    )
    if figures.thrashing:
        worst = max(range(len(figures.slots)), key=lambda slot: figures.slots[slot].loading_share)
        share = percent(figures.slots[worst].loading_share)
        where = "" if len(figures.slots) == 1 else f" in {plural(len(figures.thrashing), 'slot')}, most in slot {worst}"
        limit = percent(each.shared.loading_limit)
        yield from wrapped(f"THRASHING{where}: {share} of the time goes into loads, the limit is {limit}", page, style="red")
    yield from _models(each, page)
    for notice in (*each.notices, *figures.notices):
        yield from wrapped(f"note: {notice}", page)


def _models(each: NodeColdStarts, page: Page) -> Iterator[Line]:
    promises = {promise.model: promise for promise in each.promises}
    ordered = sorted(each.figures.models, key=_longest)
    shown = page.shown(len(ordered))
    rows = [_row(model, promises.get(model.name)) for model in ordered[:shown]]
    first, *others = blocks(HEAD, rows, page.table_width, right=(1, 2, 3, 4, 5, 6, 8), flexible=0)
    yield from map(Line, first)
    for model, texts in zip(ordered[:shown], others, strict=True):
        promise = promises.get(model.name)
        style = "red" if promise is not None and promise.kept is False else ""
        yield from (Line(text, style) for text in texts)
    if shown < len(ordered):
        yield Line(f"  … and {len(ordered) - shown:,} more (--all shows them)")


def _longest(model: ModelColdStarts) -> tuple[float, float, float, str]:
    """Longest waits first; then the fewest hits."""
    waits, hit = model.total.waits, model.total.hit
    none = (0.0, 0.0)
    p99, p95 = none if waits is None else (waits.quantile(0.99), waits.quantile(0.95))
    return -p99, -p95, 1.0 if hit is None else hit, model.name


def _row(model: ModelColdStarts, promise: Promise | None) -> tuple[str, ...]:
    total = model.total
    if total.hit is None:
        return model.name, "0", *("",) * 7
    waits = ("?",) * 3 if total.waits is None else tuple(f"{total.waits.quantile(share):.3g} s" for share in (0.5, 0.95, 0.99))
    return model.name, f"{total.requests_per_second:.3g}", percent(total.hit, 1), f"{total.cold_starts_per_hour:.3g}", *waits, *_promised(promise)


def _promised(promise: Promise | None) -> tuple[str, str]:
    if promise is None:
        return "", ""
    kept = "?" if promise.within is None else percent(promise.within, 1) + ("" if promise.kept else " !")
    return f"{100 * promise.quantile:g} % in {promise.cold_start_s:g} s", kept
