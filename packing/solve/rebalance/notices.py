"""Rules that the current placement breaks: what could not stay as it was, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from packing.compile.current import notice
from packing.compile.data import Compiled
from packing.describe.expand import Expanded
from packing.domain.placement import Placement
from packing.domain.rules import Rule
from packing.errors import Fault
from packing.solve.rebalance.mend import staying
from packing.verify import verify

TOLD_ALREADY = {Rule.MODE, Rule.LATENCY, Rule.HOSTING, Rule.STREAMING, Rule.COLD_START, Rule.STOCK, Rule.COPIES, Rule.THROUGHPUT}
"""Rules that the copies themselves were found to break before (`compile_change`), and what the answer says is missing."""
SIDE_BY_SIDE = set(Rule) - TOLD_ALREADY
"""Rules that copies break with one another, or by where they are."""


def broken_rules(compiled: Compiled, expanded: Expanded, current: Placement) -> Iterator[Fault]:
    """The rules that copies of the current placement break which could stay by themselves: a notice each.

    The checker is asked only where something does not fit together: of a large fleet it takes its time.
    """
    if fits_together(compiled):
        return
    for each in verify(expanded.problem, current, expanded.digest).violations:
        if each.rule in SIDE_BY_SIDE:
            yield notice(each.where, each.rule, f"Rule {each.rule}: {each.detail}.")


def fits_together(compiled: Compiled) -> bool:
    """Whether all copies that may stay by themselves break no rule together."""
    assert compiled.home is not None
    together = staying(compiled)
    if sum(len(node.copies) for node in together) < sum(len(node.copies) for node in compiled.home.nodes):
        return False
    zones: dict[int, Counter[int]] = {}
    for node in together:
        for index, _ in node.copies:
            zones.setdefault(compiled.candidates[index].model, Counter())[compiled.pools[node.pool].zone] += 1
    models = compiled.models
    return all(
        len(found) >= min(models[index].min_zones, found.total()) and max(found.values()) <= models[index].max_per_zone
        for index, found in zones.items()
    )
