"""A day's plan for people: group by group, switch by switch, and what it costs beside one placement for all slots."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.schedule import Group, Schedule, Switch, slots_of
from packing.domain.units import show_bytes
from packing.report.page import Line, Page, heading, wrapped
from packing.report.table import table
from packing.report.words import hours, money, percent, plural

MINUTE = 60


def schedule_report(schedule: Schedule, page: Page | None = None) -> str:
    """Text of a schedule.

    Parameters
    ----------
    page : width, colours, and whether everything is shown; default: 80 columns, no colours.
    """
    page = page or Page()
    lines = [*_groups(schedule, page), Line(""), *_switches(schedule, page), *_costs(schedule, page), *_notices(schedule, page)]
    return page.render(lines)


def _groups(schedule: Schedule, page: Page) -> Iterator[Line]:
    yield heading(f"{plural(len(schedule.groups), 'placement')} for {hours(schedule.slots * schedule.slot_hours)}")
    most = max((group.placement.cost_per_hour for group in schedule.groups), default=0.0)
    rows = [_row(schedule, group, page, most) for group in schedule.groups]
    yield from map(Line, table(("slots", "nodes", "copies", "missing", "USD/h", ""), rows, page.table_width, right=(1, 2, 3, 4), drop=(5,)))


def _row(schedule: Schedule, group: Group, page: Page, most: float) -> tuple[str, ...]:
    placement, slots = group.placement, slots_of(group.first, group.slots, schedule.slots)
    missing = sum(left.copies for left in placement.unplaced)
    named = f"{slots[0]}" if len(slots) == 1 else f"{slots[0]} to {slots[-1]}"
    share = placement.cost_per_hour / most if most else 0.0
    figures = f"{len(placement.nodes):,}", f"{len(placement.copies):,}", f"{missing:,}" if missing else "", money(placement.cost_per_hour)
    return named, *figures, page.bar(share, 20)


def _switches(schedule: Schedule, page: Page) -> Iterator[Line]:
    if not schedule.switches:
        return
    yield heading("Before each slot")
    rows = [_switch(switch) for switch in schedule.switches]
    head = ("slot", "begins", "nodes", "loads", "loaded", "unloads", "stops", "overlap USD")
    yield from map(Line, table(head, rows, page.table_width, right=(0, 2, 3, 4, 5, 6, 7), flexible=1))
    yield Line("")


def _switch(switch: Switch) -> tuple[str, ...]:
    begins = f"{switch.lead_s / MINUTE:.1f} min before" if switch.lead_s else ""
    loaded = show_bytes(sum(load.bytes for load in switch.loads))
    counts = f"+{len(switch.starts):,}", f"{len(switch.loads):,}", loaded, f"{len(switch.unloads):,}", f"{len(switch.stops):,}"
    return f"{switch.slot}", begins, *counts, money(switch.overlap_usd)


def _costs(schedule: Schedule, page: Page) -> Iterator[Line]:
    yield heading("Cost of the day")
    overlap = f", {money(schedule.overlap_usd)} of it while old and new run beside one another" if schedule.switches else ""
    yield from wrapped(f"{money(schedule.cost_usd)} USD{overlap}", page)
    if schedule.constant_usd is not None and schedule.constant_usd > 0:
        saved = 1 - schedule.cost_usd / schedule.constant_usd
        yield from wrapped(f"{money(schedule.constant_usd)} USD with the best placement known for all slots: {percent(saved, 1)} saved", page)
    if schedule.bound_usd is not None and schedule.gap is not None:
        yield from wrapped(f"no complete schedule costs less than {money(schedule.bound_usd)} USD (gap {percent(schedule.gap, 1)})", page)
    else:
        yield from wrapped("nothing is proven of the least cost", page)


def _notices(schedule: Schedule, page: Page) -> Iterator[Line]:
    if not schedule.notices:
        return
    yield Line("")
    yield heading("Notes")
    shown = page.shown(len(schedule.notices))
    for notice in schedule.notices[:shown]:
        yield from wrapped(notice, page)
    if shown < len(schedule.notices):
        yield Line(f"  … and {len(schedule.notices) - shown:,} more (--all shows them)")
