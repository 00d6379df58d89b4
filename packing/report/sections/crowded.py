"""Accelerators that copies share without a compute share: what was measured alone is slower there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from packing.capacity.crowded import Crowd, crowds
from packing.report.account import Account
from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import table
from packing.report.words import percent, plural


def lines(account: Account, page: Page) -> Iterator[Line]:
    """One row for each set of models, those that are asked for more than an accelerator has first."""
    found = crowds(account.problem, account.placement) if account.problem is not None else []
    if not found:
        return
    groups: defaultdict[tuple[object, ...], list[Crowd]] = defaultdict(list)
    for crowd in found:
        groups[crowd[2:]].append(crowd)
    ordered = sorted(groups.values(), key=lambda members: (-members[0].asked, -members[0].slowdown, members[0].models))
    yield heading(f"Accelerators shared without a compute share ({len(found):,})")
    over = sum(crowd.asked > 1 for crowd in found)
    if over:
        text = f"{plural(over, 'accelerator is', 'accelerators are')} asked for more than their copies can deliver together, as they state it"
        yield from wrapped(f"{text}: state compute_share, or measure while the neighbours are busy", page, style="bold yellow")
    shown = page.shown(len(ordered))
    rows = [[_models(each[0], page), f"{len(each):,}", percent(each[0].asked), f"{each[0].slowdown:.3g} {page.times}"] for each in ordered[:shown]]
    yield from map(Line, table(["models", "accelerators", "asked", "slower"], rows, page.table_width, right=(1, 2, 3), flexible=0))
    if shown < len(ordered):
        yield Line(f"  … and {len(ordered) - shown:,} more sets of models (--all shows them)")
    yield from wrapped("asked: of one accelerator in the busiest slot; slower: times of a copy while all its neighbours are busy", page)


def _models(crowd: Crowd, page: Page) -> str:
    counted = Counter(crowd.models)
    return page.named([name if count == 1 else f"{count} {page.times} {name}" for name, count in counted.items()])
