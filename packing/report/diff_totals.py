"""A long diff, counted: endpoint by endpoint the nodes by pool and the copies by model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from packing.act.diff import Diff
from packing.domain.placement import Placement
from packing.report.page import Line, Page, heading
from packing.report.words import plural

STYLES = {"+": "green", "-": "red", "~": "yellow"}


def totals(diff: Diff, old: Placement, page: Page) -> Iterator[Line]:
    """Sections for endpoints, nodes and copies, each with as many rows as the page has."""
    yield from _section("Endpoints", _endpoints(diff), page)
    yield from _section("Nodes", _nodes(diff, old), page)
    yield from _section("Copies", _copies(diff), page)
    yield Line("(--all shows every node and copy)")


def _section(title: str, rows: list[tuple[str, str]], page: Page) -> Iterator[Line]:
    if not rows:
        return
    yield heading(title)
    shown = page.shown(len(rows))
    for sign, text in rows[:shown]:
        yield Line(f"  {sign} {text}", STYLES[sign])
    if shown < len(rows):
        yield Line(f"  … and {len(rows) - shown:,} more")


def _endpoints(diff: Diff) -> list[tuple[str, str]]:
    found = [("+", f"{each.name}, {plural(len(each.nodes), 'node')} of {each.instance_type}") for each in diff.endpoints.opened]
    found += [("-", f"{each.name}, {plural(len(each.nodes), 'node')} of {each.instance_type}") for each in diff.endpoints.closed]
    return found + [("~", f"{each.name}: {each.nodes_before:,} -> {each.nodes_after:,} nodes") for each in diff.endpoints.resized]


def _nodes(diff: Diff, old: Placement) -> list[tuple[str, str]]:
    pool_of = {node.id: node.pool for node in old.nodes}
    found = []
    for sign, names in (
        ("+", Counter(node.pool for node in diff.nodes.opened)),
        ("-", Counter(node.pool for node in diff.nodes.closed)),
        ("~", Counter(f"{pool_of[node.id]}, behind another endpoint" for node in diff.nodes.changed)),
    ):
        found += [(sign, f"{plural(count, 'node')} of {pool}") for pool, count in names.most_common()]
    return found


def _copies(diff: Diff) -> list[tuple[str, str]]:
    """Models with most to load first."""
    by_model: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for what in ("added", "removed", "moved", "changed"):
        for copy in getattr(diff.copies, what):
            by_model[copy.model][what] += 1
    rows = []
    for model, counts in sorted(by_model.items(), key=lambda item: (-item[1].total(), item[0])):
        signs = {"+" if what == "added" else "-" if what == "removed" else "~" for what in counts}
        rows.append((signs.pop() if len(signs) == 1 else "~", f"{model}: " + ", ".join(f"{count:,} {what}" for what, count in counts.items())))
    return rows
