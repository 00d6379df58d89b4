"""Who pays how much of the objective for what, and where everybody is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.units import show_bytes
from packing.domain.workload import Mode
from packing.explain.explanation import Explanation
from packing.explain.terms import TERMS, ModelTerms
from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import table
from packing.report.words import HOSTING_WORDS, money, percent, plural

SHORT = {
    "model_size": "size", "performance": "performance", "isolation": "isolation", "operations": "operations", "node_price": "price",
    "node_number": "nodes", "missing": "missing",
}  # fmt: skip


def scaled(units: int) -> str:
    """Units of 1e-9 on the scale of 0..1."""
    return f"{units / OBJECTIVE_UNITS:.6f}"


def table_of_all(explanation: Explanation, page: Page) -> Iterator[Line]:
    """One row for each model, the one that pays most first; and what no model pays. Not if one model was asked about."""
    if explanation.model is not None:
        return
    whole = explanation.breakdown
    yield heading("Who pays for what (shares of the objective; they sum to the whole)")
    ordered = sorted(whole.models, key=lambda each: (-each.units, each.model))
    rows = [[each.model, scaled(each.units), money(each.price_per_hour), _mostly(each), _where(each)] for each in ordered[: page.shown(len(ordered))]]
    if len(rows) < len(ordered):
        rest = ordered[len(rows) :]
        paid = money(sum(each.price_per_hour for each in rest))
        rows.append([f"… {plural(len(rest), 'more model')}", scaled(sum(each.units for each in rest)), paid, "", ""])
    rows += [["owned nodes", scaled(whole.owned), "", "price", ""]] if whole.owned else []
    rows += [["empty nodes", scaled(whole.empty), "", "price", ""]] if whole.empty else []
    yield from map(Line, table(["model", "objective", "USD/h", "mostly", "where"], rows, page.table_width, right=(1, 2)))


def _mostly(model: ModelTerms) -> str:
    top = sorted(model.terms.items(), key=lambda each: -each[1])[:2]
    return ", ".join(f"{SHORT[name]} {percent(units / model.units)}" for name, units in top) if model.units else "nothing"


def _where(model: ModelTerms) -> str:
    counts: Counter[tuple[str, str]] = Counter()
    for place in model.places:
        counts[HOSTING_WORDS[place.hosting], place.instance_type] += place.copies
    return "; ".join(f"{count} on {kind}, {hosting}" for (hosting, kind), count in sorted(counts.items())) or "nowhere"


def one(explanation: Explanation, page: Page) -> Iterator[Line]:
    """The model that was asked about: its places, and every term that it pays."""
    if explanation.model is None:
        return
    mine = next(each for each in explanation.breakdown.models if each.model == explanation.model)
    record = next(each for each in explanation.expanded.problem.models if each.name == explanation.model)
    yield heading(f"{mine.model}: why here")
    for place in mine.places[: page.shown(len(mine.places))]:
        with_whom = f"with {', '.join(place.neighbours)}" if place.neighbours else "alone on it"
        zone = f" in {place.zone}" if place.zone else ""
        mode = f"mode {place.mode} ({mode_words(record.modes[place.mode])})"
        yield from wrapped(
            f"{plural(place.copies, 'copy', 'copies')} in {mode}, {HOSTING_WORDS[place.hosting]}, on {place.node} ({place.instance_type}{zone}), "
            f"{with_whom}: {money(place.price_per_hour)} USD/h",
            page,
        )
    if len(mine.places) > page.shown(len(mine.places)):
        yield Line(f"  … and {len(mine.places) - page.shown(len(mine.places))} more nodes (--all shows them)")
    if not mine.places:
        yield Line("  it is nowhere")
    rows = [[TERMS[name], scaled(units), percent(units / mine.units) if mine.units else "-"] for name, units in mine.terms.items()]
    rows.append(
        ["together", scaled(mine.units), percent(mine.units / explanation.breakdown.units) + " of all" if explanation.breakdown.units else "-"]
    )
    yield from map(Line, table(["pays for", "objective", "share"], rows, page.table_width, right=(1, 2)))


def mode_words(mode: Mode) -> str:
    """E.g. "2 A10G, 20 GiB each, bf16"."""
    if not mode.accelerators:
        return f"CPU, {show_bytes(mode.host_memory)}"
    each = " each" if mode.accelerators > 1 else ""
    return f"{mode.accelerators} {mode.accelerator}, {show_bytes(mode.memory_per_accelerator)}{each}" + (
        f", {mode.precision}" if mode.precision else ""
    )
