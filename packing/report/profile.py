"""Traffic profiles for people: a row a model, the day as a line of bars, and what sharing saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil

from packing.domain.units import MICRO, show_bytes
from packing.forecast import SLOTS, Forecast, Peak
from packing.forecast.warn import warnings
from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import table

BARS = 24


def profile_lines(forecast: Forecast, rates: Mapping[str, Sequence[int]], peak: Peak, page: Page, *, memory: bool, pooled: bool) -> list[Line]:
    """All of the report.

    Parameters
    ----------
    rates : by model and slot, millionths of a request per second.
    peak : of the sum over all models.
    memory : whether the sum is one of bytes rather than of requests/s.
    """
    history = forecast.history
    title = f"{_many(len(history.models), 'model')}, {_many(len(history.cycles), 'cycle')} of {_many(history.slots, 'slot')} of {history.slot_hours:g} h ({history.time_zone})"
    lines = [heading(title), *_models(forecast, rates, page), Line("")]
    lines.append(heading("Together"))
    lines += [line for each in (*_together(peak, memory=memory, pooled=pooled), *_left_out(peak), *_kept(forecast)) for line in wrapped(each, page)]
    said = warnings(forecast)
    return [*lines, *([Line(""), heading("What to know")] if said else []), *(line for each in said for line in wrapped(each, page, style="yellow"))]


def _models(forecast: Forecast, rates: Mapping[str, Sequence[int]], page: Page) -> list[Line]:
    history = forecast.history
    ordered = sorted(rates, key=lambda name: (-max(rates[name]), name))
    head = ["model", "requests", "mean/s", "peak/s", "slot", "profile", "input", "output"]
    rows = []
    for name in ordered[: page.shown(len(ordered))]:
        known = [rate for rate in history.series(name) if rate is not None]
        mean = sum(known) / len(known) / MICRO if known else 0.0
        peak = max(rates[name])
        lengths = [f"{each[name].mean:,.0f}" if name in each else "" for each in (history.inputs, history.outputs)]
        requests = f"{history.requests[name]:,}" if name in history.requests else ""
        rows.append([name, requests, f"{mean:.3g}", f"{peak / MICRO:.3g}", str(rates[name].index(peak)), _bars(rates[name], page), *lengths])
    wanted = [column for column in range(len(head)) if column in {0, 2, 3} or any(row[column] for row in rows)]
    kept = [[row[column] for column in wanted] for row in rows]
    right = [place for place, column in enumerate(wanted) if column in {1, 2, 3, 4, 6, 7}]
    lines = [Line(text) for text in table([head[column] for column in wanted], kept, page.table_width, right=right, flexible=0)]
    more = len(ordered) - len(rows)
    return [*lines, *([Line(f"  … and {more:,} more (--all shows them)")] if more else [])]


def _bars(rates: Sequence[int], page: Page) -> str:
    """The profile in at most `BARS` characters: each the largest of the slots that it stands for."""
    if len(rates) == 1 or not max(rates):
        return ""
    width = -(-len(rates) // BARS)
    return "".join(page.level(max(rates[at : at + width]) / max(rates)) for at in range(0, len(rates), width))


def _together(peak: Peak, *, memory: bool, pooled: bool) -> list[str]:
    def show(amount: Fraction) -> str:
        return show_bytes(ceil(amount)) if memory else f"{float(amount):,.4g} requests/s"

    saved = sorted(peak.saved)
    saving = f"sharing saves {peak.saving:.0%}" if peak.saving else "sharing saves nothing"
    lines = [f"peak of the sum {show(peak.planned)} (slot {peak.slot}), sum of the peaks {show(peak.sum_of_peaks)}: {saving}"]
    if len(saved) > 1:
        lines.append(f"on the days themselves it would have saved {sum(saved) / len(saved):.0%} on average, {saved[0]:.0%} at least")
    if pooled:
        lines.append("the profiles are parts of that sum: they hold for these models behind shared nodes, not for each alone")
    elif peak.sum_of_quantiles > 0 and peak.planned < peak.sum_of_quantiles:
        lines.append(f"sum of these profiles in its largest slot {show(peak.sum_of_quantiles)}; --pooled plans the sum instead")
    return lines


def _left_out(peak: Peak) -> list[str]:
    if not peak.left_out:
        return []
    least = min(peak.left_out, key=lambda each: each.served)
    mean = sum(each.served for each in peak.left_out) / len(peak.left_out)
    text = f"planned from the other days, a day had {mean:.1%} of its traffic within the sum's plan on average, {least.served:.1%} at worst"
    return [text, f"margin for the error of the forecast: {float(peak.margin) - 1:+.1%}"]


def _kept(forecast: Forecast) -> list[str]:
    """Both shares, since a bursty model keeps far fewer of its requests than of its slots."""
    kept, level = forecast.kept, forecast.level
    if kept is None:
        return []
    shares = f"{kept.slots:.1%} of their slots and {kept.requests:.1%} of their requests"
    advice = f"; --of requests plans for {level.quantile:g} of the requests" if level.of == SLOTS and kept.requests < level.quantile else ""
    return [
        f"each model alone, planned from the other days and without margin, kept {shares} (asked for: {level.quantile:g} of the {level.of}){advice}"
    ]


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
