"""A diff for the terminal, in the style of infrastructure plans: + comes, - goes, ~ changes; endpoint by endpoint, node by node."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from packing.act.diff import Diff
from packing.act.diff.types import CopyChange, Seat
from packing.domain.placement import Endpoint, Node, Placement
from packing.domain.units import show_bytes
from packing.report.diff_totals import totals
from packing.report.page import Line, Page
from packing.report.words import HOSTING_WORDS, money, plural

STYLES = {"+": "green", "-": "red", "~": "yellow", " ": ""}
MOST_LINES = 60
"""A longer list of changes is counted instead, unless all rows are asked for."""


def change_list(diff: Diff, old: Placement, page: Page | None = None) -> str:
    """Text of a diff.

    Parameters
    ----------
    diff : what is shown.
    old : the placement that it was made for: it knows what the nodes are that stay.
    page : width, colours, and whether everything is shown; default: 80 columns, no colours.
    """
    page = page or Page()
    if diff.is_empty:
        return page.render([Line("No changes: both placements run the same."), *_remarks(diff, old)])
    detail = list(_Detail(diff, old, page).lines())
    body = detail if page.rows is None or len(detail) <= MOST_LINES else list(totals(diff, old, page))
    count = plan_line(diff)  # in one line however narrow the page: people search for it
    return (
        page.render([*body, Line("")])
        + replace(page, width=max(page.width, len(count))).render([Line(count, "bold")])
        + page.render([*_remarks(diff, old)])
    )


def plan_line(diff: Diff) -> str:
    """What there is to do, in one line."""
    counts = diff.counts
    nodes = f"{plural(counts.nodes_opened, 'node')} to start, {counts.nodes_closed:,} to stop"
    copies = f"{plural(counts.copies_added, 'copy', 'copies')} to add, {counts.copies_moved:,} to move"
    return f"Plan: {nodes}; {copies}, {counts.copies_changed:,} to change, {counts.copies_removed:,} to remove."


def _remarks(diff: Diff, old: Placement) -> Iterator[Line]:
    counts = diff.counts
    if counts.loads:
        yield Line(f"To load: {plural(counts.loads, 'copy', 'copies')}, {show_bytes(counts.bytes_loaded)}; {counts.copies_kept:,} stay as they are.")
    if not diff.smallest:
        yield Line("Fewer loads may be possible: the placements were too large to try every matching.")
    if counts.copies_restated:
        yield Line(f"{plural(counts.copies_restated, 'copy', 'copies')} with other figures (requests/s, latency): nothing is loaded for them.")
    if diff.cost_per_hour_before != diff.after.cost_per_hour:
        yield Line(f"Cost: {money(diff.cost_per_hour_before)} -> {money(diff.after.cost_per_hour)} USD/h")
    if missing := sum(left.copies for left in diff.after.unplaced):
        yield Line(f"The new placement leaves out {plural(missing, 'copy', 'copies')} of {plural(len(diff.after.unplaced), 'model')}.")
    answered = diff.after.problem
    if old.problem and answered and not old.answers(answered):  # one that does not say which problem it answers denies none
        yield Line("The placements answer different problems (their hashes differ).")


class _Detail:
    """Every endpoint with its nodes, and every node with its copies, as far as they change."""

    def __init__(self, diff: Diff, old: Placement, page: Page) -> None:
        self.diff, self.page = diff, page
        self.nodes: dict[str, Node] = {node.id: node for node in (*old.nodes, *diff.nodes.opened)}
        self.endpoints: dict[str, Endpoint] = {each.name: each for each in (*old.endpoints, *diff.endpoints.opened)}
        self.behind = {name: node.endpoint for name, node in self.nodes.items()}
        self.behind.update({change.id: change.endpoint_after for change in diff.nodes.changed})
        self.copies = self._copies()

    def lines(self) -> Iterator[Line]:
        """The whole list."""
        opened, closed = {each.name for each in self.diff.endpoints.opened}, {each.name for each in self.diff.endpoints.closed}
        resized = {each.name: each for each in self.diff.endpoints.resized}
        touched = self._touched()
        names = {*opened, *closed, *resized, *(self.behind.get(node, "") for node in touched)}
        for name in sorted(names, key=lambda name: (name not in self.endpoints, _natural(name))):
            sign = "+" if name in opened else "-" if name in closed else "~" if name in resized else " "
            size = f": {resized[name].nodes_before} -> {resized[name].nodes_after} nodes" if name in resized else ""
            yield Line(f"{sign} endpoint {name}{self._kind(name)}{size}", STYLES[sign] or "bold")
            for node in sorted((node for node in touched if self.behind.get(node, "") == name), key=_natural):
                yield from self._node(node)

    def _kind(self, endpoint: str) -> str:
        known = self.endpoints.get(endpoint)
        return f" ({HOSTING_WORDS[known.hosting]}, {known.instance_type})" if known else " (not listed)"

    def _touched(self) -> set[str]:
        nodes = self.diff.nodes
        return {*(each.id for each in (*nodes.opened, *nodes.closed)), *(each.id for each in nodes.changed), *self.copies}

    def _node(self, name: str) -> Iterator[Line]:
        nodes = self.diff.nodes
        opened, closed = {each.id for each in nodes.opened}, {each.id for each in nodes.closed}
        changed = {each.id: each for each in nodes.changed}
        sign = "+" if name in opened else "-" if name in closed else "~" if name in changed else " "
        node = self.nodes.get(name)
        text = f"  {sign} node {name} ({node.pool})" if node else f"  {sign} node {name} (not listed)"
        if name in changed:
            change = changed[name]
            text += f" from endpoint {change.endpoint_before}"
            if change.hosting_before != change.hosting_after:
                text += f", was {HOSTING_WORDS[change.hosting_before] if change.hosting_before else 'not listed'}"
        yield Line(text, STYLES[sign])
        for (mark, what), count in sorted(
            Counter(self.copies.get(name, ())).items(), key=lambda item: ("+~-".index(item[0][0]), _natural(item[0][1]))
        ):
            times = f"{count} {self.page.times} " if count > 1 else ""
            yield Line(f"      {mark} {times}{what}", STYLES[mark])

    def _copies(self) -> dict[str, list[tuple[str, str]]]:
        """Signs and texts of copies, by the node that they are shown at: where they go, or where they went from."""
        found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        copies = self.diff.copies
        for added in copies.added:
            found[added.node].append(("+", f"{added.model}#{added.copy_index}{_on(added.accelerators)}, {show_bytes(added.mode.size)}"))
        for removed in copies.removed:
            found[removed.node].append(("-", f"{removed.model}#{removed.copy_index}{_on(removed.accelerators)}"))
        for change in copies.moved:
            found[change.after.node].append(("~", f"{change.model}#{change.copy_index}{_on(change.after.accelerators)}, {_from(change)}"))
            if change.before.node != change.after.node:
                found[change.before.node].append(("-", f"{change.model}#{change.copy_index} moves to {change.after.node}"))
        for change in copies.changed:
            found[change.after.node].append(("~", f"{change.model}#{change.copy_index}{_on(change.after.accelerators)}, {', '.join(_other(change))}"))
        return found


def _on(accelerators: Iterable[int]) -> str:
    numbers = sorted(accelerators)
    return f" on {','.join(map(str, numbers))}" if numbers else ""


def _from(change: CopyChange) -> str:
    if change.before.node != change.after.node:
        return ", ".join([f"from {change.before.node}", *_other(change)])
    return ", ".join([f"was{_on(change.before.accelerators)}", *_other(change)])


def _other(change: CopyChange) -> Iterator[str]:
    """What differs in how it runs."""
    before, after = change.before, change.after
    if before.hosting != after.hosting:
        yield f"{_hosted(before)} -> {_hosted(after)}"
    for name in ("accelerator", "accelerators", "precision", "memory_per_accelerator", "compute_share", "vcpus", "host_memory", "resources"):
        was, will = getattr(before.mode, name), getattr(after.mode, name)
        if was != will:
            shown = (show_bytes(was), show_bytes(will)) if "memory" in name else (was, will)
            yield f"{name.replace('_', ' ')} {shown[0]} -> {shown[1]}"


def _hosted(seat: Seat) -> str:
    return HOSTING_WORDS[seat.hosting] if seat.hosting else "not listed"


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """n-2 before n-10."""
    import re

    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", name) if part)
