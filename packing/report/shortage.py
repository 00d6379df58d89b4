"""The answer to a shortage for the terminal: what each model goes without, and what brings it back."""

from __future__ import annotations

from collections.abc import Iterator

from packing.act.shortage import Addition, Loss, ShortageAnswer
from packing.domain.shortage import Concession, Stage
from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import blocks
from packing.report.words import money, plural

HEAD = ("model", "priority", "copies", "requests/s", "gives up", "brought back by")


def shortage_page(answer: ShortageAnswer, page: Page | None = None) -> str:
    """Text of an answer to a shortage; default page: 80 columns, no colours."""
    page = page or Page()
    return page.render(list(_lines(answer, page)))


def _lines(answer: ShortageAnswer, page: Page) -> Iterator[Line]:
    cost = f"{money(answer.placement.cost_per_hour)} USD/h"
    if answer.complete:
        yield Line(f"Nothing is short: everything asked for is placed, at {cost}.", "bold green")
        return
    count = len(answer.losses)
    yield Line(f"Short: {count:,} of {plural(len(answer.conceded.models), 'model')} must give something up. The rest costs {cost}.", "bold yellow")
    yield from wrapped(_certainty(answer), page)
    yield Line("")
    rows = [row for loss in answer.losses for row in _rows(loss, page)]
    shown = rows[: page.shown(len(rows))]
    titles, *found = blocks(HEAD, shown, page.table_width, right=(1, 2, 3))
    yield from map(heading, titles)
    yield from (Line(text) for texts in found for text in texts)
    if len(shown) < len(rows):
        yield Line(f"  … and {plural(len(rows) - len(shown), 'row')} more (--all shows them)")
    yield Line("")
    if answer.brought_back_by is not None:
        yield from wrapped(f"Everything comes back with {_stock(answer.brought_back_by, page)}.", page, indent="")
    yield from wrapped(f"To be taken back in this order: {_order(answer.restore, page)}.", page, indent="")


def _certainty(answer: ShortageAnswer) -> str:
    if answer.proven:
        return "Proven: of what is given up nothing can be taken back, however much less important models give up."
    by = {"time": "time was up", "cancelled": "it was interrupted"}.get(answer.limit or "", "not every question was answered for sure")
    return f"Not proven: less may be enough ({by})."


def _rows(loss: Loss, page: Page) -> Iterator[tuple[str, ...]]:
    """One row for each concession; what belongs to the whole model stands in the first."""
    rate = "" if loss.rate is None or loss.rate_asked is None else f"{loss.rate:.4g} of {loss.rate_asked:.4g}"
    copies = f"{loss.copies:,} of {loss.copies_asked:,}" if loss.copies < loss.copies_asked else f"{loss.copies:,}"
    back = _stock(loss.brought_back_by, page) if loss.brought_back_by else loss.note
    for number, each in enumerate(loss.concessions):
        whole = (loss.model, f"{loss.priority:,}", copies, rate) if number == 0 else ("", "", "", "")
        yield (*whole, words(each, loss, page), back if number == 0 else "")


def words(concession: Concession, loss: Loss, page: Page) -> str:
    """What is given up, in a few words with figures."""
    before, after = concession.before, concession.after
    match concession.stage:
        case Stage.RESERVE:
            return f"reserve ({before})"
        case Stage.SPREAD:
            return f"spread ({after} of {before} zones)"
        case Stage.COPIES:
            return f"traffic above {_number(after)}/s"
        case Stage.ACCELERATORS:
            slow = [f"{name} {factor:.2f} {page.times} SLO" for name, factor in (("TTFT", loss.ttft_factor), ("TPOT", loss.tpot_factor)) if factor]
            return ", ".join(slow) or f"latency to {_number(after)} {page.times} SLO"
        case Stage.PRECISION:
            return f"runs in {', '.join(loss.precisions) or _names(after)}"
        case Stage.HOSTING:
            return f"hosted {', '.join(loss.hostings) or _names(after)}".replace("_", " ")
        case Stage.SCALE_TO_ZERO:
            return "scaled to zero" if after == 0 else f"scaled to {after} of {before} copies"
        case Stage.REFUSAL:
            return "refused" if after == 0 else f"refused beyond {after} of {before} copies"


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)


def _names(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _stock(addition: Addition, page: Page) -> str:
    return f"{addition.nodes:,} {page.times} {addition.pool} ({money(addition.price_per_hour)} USD/h)"


def _order(restore: tuple[Concession, ...], page: Page) -> str:
    shown = restore[: page.shown(len(restore))]
    names = [f"{each.model} ({each.stage.replace('_', ' ')})" for each in shown]
    return ", ".join(names) + (f" and {len(restore) - len(shown)} more" if len(shown) < len(restore) else "")
