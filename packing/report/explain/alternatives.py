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
    yield heading(f"{explanation.model}: why not otherwise (all its copies there, others free to move)")
    grouped: dict[tuple[str | None, str], list[Alternative]] = {}
    for each in sorted(explanation.alternatives, key=_rank):
        place = each.instance_type if each.mode is None else f"mode {each.mode} ({mode_words(record.modes[each.mode])})"
        grouped.setdefault((place, verdict(each)), []).append(each)
    for (place, said), alike in grouped.items():
        hostings = [HOSTING_WORDS[each.hosting] for each in alike if each.hosting is not None]
        how = ", any hosting" if len(hostings) == len(HOSTING_WORDS) else f", {' or '.join(hostings)}" if hostings else ""
        yield from wrapped(f"{place}{how}: {said}", page)


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
    if each.units < 0:
        return f"better: objective {each.units / OBJECTIVE_UNITS:+.6f}, {each.cost_per_hour:+,.2f} USD/h (the placement is not the best)"
    figures = f"{each.units / OBJECTIVE_UNITS:+.6f}, {each.cost_per_hour:+,.2f} USD/h"
    if each.proven:
        return f"objective {figures} (proven{part})"
    least = f"; proven: at least {each.least_units / OBJECTIVE_UNITS:+.6f}" if each.least_units is not None and each.least_units > 0 else ""
    return f"objective at most {figures}{f' ({(least + part)[2:]})' if least or part else ''}"
