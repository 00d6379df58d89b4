"""What was left out, and which rule refused it."""

from __future__ import annotations

from collections.abc import Iterator

from packing.report.account import Account
from packing.report.page import Line, Page, heading, wrapped
from packing.report.words import plural


def lines(account: Account, page: Page) -> Iterator[Line]:
    """Each model with missing copies, with every reason, in the order of the placement: the lowest priority first."""
    missing = account.placement.unplaced
    if not missing:
        return
    models = account.models()
    priority = {name: model.priority for name, model in models.items()}
    yield heading(f"Left out ({plural(sum(left.copies for left in missing), 'copy', 'copies')} of {plural(len(missing), 'model')})")
    shown = page.shown(len(missing))
    for left in missing[:shown]:
        rank = f" (priority {priority[left.model]})" if priority.get(left.model) else ""
        yield from wrapped(f"{left.model}{rank}: {plural(left.copies, 'copy', 'copies')}", page, style="yellow")
        for reason in left.reasons:
            yield from wrapped(f"{reason.rule}: {reason.detail}", page, "      ")
    if shown < len(missing):
        yield Line(f"  … and {len(missing) - shown:,} more models (--all shows them)")
    yield from wrapped("`packing explain FILE --model NAME` tries what would help.", page)
