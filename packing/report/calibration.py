"""What `packing calibrate` found: errors before and after, bands, parameters that moved, contradictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import table
from packing.report.words import percent, plural

if TYPE_CHECKING:
    from packing.capacity.refit import Contradiction, Judged, Refit
    from packing.domain.calibration import Situation

FIGURES = ("TTFT", "TPOT", "requests/s")


def calibration_summary(found: Refit, rows: int, page: Page | None = None) -> str:
    """Text for the terminal.

    Parameters
    ----------
    found : the calibration and how it came about.
    rows : rows that were read.
    page : width, characters, colours.
    """
    page = page or Page()
    points = sum(each.situation.points for each in found.judged)
    lines = [heading(f"{plural(rows, 'row')}, {plural(points, 'situation')}, {plural(len(found.judged), 'model')} on measured hardware")]
    for block in (_errors(found.judged, page), _bands(found.judged, page), _moved(found, page), _odd(found.contradictions, page)):
        own = list(block)
        lines += [Line(""), *own] if own else []
    return page.render(lines)


def _name(each: Judged) -> str:
    situation = each.situation
    return f"{situation.engine}, {situation.accelerator}, {situation.architecture}"


def _errors(judged: Sequence[Judged], page: Page) -> Iterator[Line]:
    yield heading("Relative errors, median / 90th percentile")
    yield from wrapped("before: with the library's figures; after: with own parameters, on points that the fit had not seen", page)
    rows = []
    for each in judged:
        for at, figure in enumerate(FIGURES):
            before, after = (f"{percent(pair[0])} / {percent(pair[1])}" for pair in (each.before[at], each.after[at]))
            points = str(each.situation.points) if at == 0 else ""
            rows.append([_name(each) if at == 0 else "", points, figure, before, after if each.moved else "the same"])
    yield from map(Line, table(["measured", "situations", "figure", "before", "after"], rows, page.table_width, right=(1, 3, 4), flexible=0))


def _bands(judged: Sequence[Judged], page: Page) -> Iterator[Line]:
    yield heading("90 % bands within what was measured (half-widths)")
    rows = []
    for each in judged:
        bands = each.situation.bands
        widths = [percent(width or 0.0) for width in (bands.ttft, bands.tpot, bands.requests_per_second)]
        rows.append([_name(each), *widths])
    yield from map(Line, table(["measured", *FIGURES], rows, page.table_width, right=(1, 2, 3), flexible=0))
    for each in judged:
        yield from wrapped(f"{_name(each)}: {_ranges(each.situation)}", page)


def _ranges(situation: Situation) -> str:
    """What was measured, in words."""
    spans = ((situation.input_tokens, "input tokens"), (situation.output_tokens, "output tokens"), (situation.concurrency, "in flight"))
    parts = [f"{span.least:g}" + ("" if span.least == span.most else f" to {span.most:g}") + f" {text}" for span, text in spans]
    return ", ".join([*situation.precisions, f"degree {', '.join(map(str, situation.degrees))}", *parts])


def _moved(found: Refit, page: Page) -> Iterator[Line]:
    if found.moved:
        yield heading("Parameters that moved")
        rows = [[f"{engine}, {accelerator}", name, f"{old:.3g}", f"{new:.3g}"] for engine, accelerator, name, old, new in found.moved]
        yield from map(Line, table(["of", "parameter", "the library's", "own"], rows, page.table_width, right=(2, 3)))
    for notice in found.notices:
        yield from wrapped(notice, page)


def _odd(contradictions: Sequence[Contradiction], page: Page) -> Iterator[Line]:
    if contradictions:
        yield heading("Measurements that contradict each other: their band was widened")
    for each in contradictions[: page.rows]:
        m = each.point.measurement
        where = f"{m.architecture.name} on {m.parallel} x {m.chip.name}, {m.prompt:g} in, {m.output:g} out, {m.batch} in flight"
        rows = ", ".join(map(str, each.point.rows))
        text = f"rows {rows}: {where}: {each.figure} from {1000 * each.least:.4g} to {1000 * each.most:.4g} ms; a band of {percent(each.band)} holds no two such"
        yield from wrapped(text, page)
    if page.rows is not None and len(contradictions) > page.rows:
        yield Line(f"  … and {len(contradictions) - page.rows:,} more")
