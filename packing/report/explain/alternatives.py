"""Every other way to run a model: the rule that refuses it, or what forcing it would cost."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.explain.alternatives import Alternative
from packing.explain.explanation import Explanation
from packing.report.explain.models import mode_words
from packing.report.page import Line, Page, heading, wrapped
from packing.report.words import HOSTING_WORDS, plural


def lines(explanation: Explanation, page: Page) -> Iterator[Line]:
    """What could be done first, the cheapest first; then what rules refuse."""
    if explanation.model is None or not explanation.alternatives:
        return
    record = next(each for each in explanation.expanded.problem.models if each.name == explanation.model)
    yield heading(f"{explanation.model}: why not otherwise (all its copies moved there, everything else free to move)")
    for each in sorted(explanation.alternatives, key=_rank):
        if each.mode is not None:
            name = f"mode {each.mode} ({mode_words(record.modes[each.mode])})"
        else:
            assert each.hosting is not None
            name = f"{each.instance_type}, {HOSTING_WORDS[each.hosting]}"
        yield from wrapped(f"{name}: {verdict(each)}", page)


def _rank(each: Alternative) -> tuple[bool, bool, bool, int, int]:
    tried = each.missing is not None
    return (each.mode is not None, bool(each.refused), not tried, each.missing or 0, each.units or 0)


def verdict(each: Alternative) -> str:
    """Why not, in words."""
    sure = "proven" if each.proven else "not proven to be the least"
    if each.refused:
        return "refused by " + "; ".join(f"{refusal.rule}: {refusal.detail}" for refusal in each.refused)
    if each.missing is None:
        return each.detail or "not tried in the time given"
    if each.missing and each.missing > 0:
        stock = f"; {each.detail}" if each.detail else ""
        return f"would leave out {plural(each.missing, 'more copy', 'more copies')} ({sure}{stock})"
    if each.units is None or each.cost_per_hour is None:
        return f"would leave out others ({sure})"
    if each.units == 0 and each.cost_per_hour == 0:
        return "this is how it is run" if each.here else f"just as good ({sure})"
    part = "; some copies run like that now" if each.here else ""
    return f"objective {each.units / OBJECTIVE_UNITS:+.6f}, {each.cost_per_hour:+,.2f} USD/h ({sure}{part})"
