"""From one placement to the next: what starts, loads, goes and stops, when, and what it costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from packing.compile.coefficients import dedicated_baseline
from packing.domain.durations import load_ms, start_ms
from packing.domain.hardware import price_micro_usd
from packing.domain.placement import PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.schedule import DRAIN_S, Loaded, Started, Switch, Unloaded
from packing.domain.units import MICRO, MILLI, exact

MS_PER_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Cost:
    """Micro-USD of a switch: what is paid twice, and what its loads count for."""

    overlap: int
    move: int

    @property
    def both(self) -> int:
        """What switching counts for when plans are compared."""
        return self.overlap + self.move


class Prices:
    """What switching costs in one problem."""

    def __init__(self, problem: Problem, move_weight: float) -> None:
        kinds = {kind.name: kind for kind in problem.instance_types}
        self.longest = exact(problem.slot_hours) * MS_PER_HOUR
        """Milliseconds of a slot."""
        self.reference = dedicated_baseline(problem, kinds).total_cost
        self._weight = exact(move_weight)
        self._price = {pool.label: 0 if pool.owned else price_micro_usd(pool, kinds[pool.instance_type]) for pool in problem.fleet}
        self._start = {name: start_ms(kind) for name, kind in kinds.items()}
        levels = sorted({model.priority for model in problem.models})
        most = max(1, len(levels) - 1)
        self._rank = {model.name: Fraction(levels.index(model.priority), most) for model in problem.models}

    def hourly(self, pool: str) -> int:
        """Micro-USD per hour of one more node of a pool: nothing for owned ones."""
        return self._price[pool]

    def cost(self, old: Placement, new: Placement) -> Cost:
        """Of the switch between two placements."""
        change = _Change(old, new)
        lead = self._lead(change)
        overlap = sum(self._for(change.nodes[node], lead[node]) for node in change.starts)
        overlap += sum(self._for(change.nodes[node], DRAIN_S * MILLI) for node in change.stops)
        whole = sum(map(effort, old.copies))
        return Cost(overlap, sum(self._move(copy, whole) for copy in change.loads))

    def late(self, old: Placement, new: Placement) -> list[str]:
        """Nodes that would have to be asked for before the last slot begins."""
        change = _Change(old, new)
        return sorted(node for node, lead in self._lead(change).items() if lead > self.longest)

    def switch(self, slot: int, old: Placement, new: Placement) -> Switch:
        """The switch as it is written down."""
        change, cost = _Change(old, new), self.cost(old, new)
        lead = self._lead(change)
        return Switch(
            slot=slot,
            starts=tuple(Started(node=node, before_s=lead[node] / MILLI) for node in change.starts),
            loads=_loads(change.loads),
            unloads=tuple(Unloaded.model_validate({"model": copy.model, "copy": copy.copy_index, "node": copy.node}) for copy in change.unloads),
            stops=change.stops,
            lead_s=max(lead.values(), default=0) / MILLI,
            overlap_usd=cost.overlap / MICRO,
            move_usd=cost.move / MICRO,
        )

    def _lead(self, change: _Change) -> dict[str, int]:
        """Milliseconds before the slot at which each node is asked for, or its first load begins: its loads follow one another."""
        lead = {node: self._start[change.kinds[node]] for node in change.starts}
        for copy in change.loads:
            lead[copy.node] = lead.get(copy.node, 0) + load_ms(copy.mode)
        return lead

    def _for(self, pool: str, milliseconds: int) -> int:
        return -(-self._price[pool] * milliseconds // MS_PER_HOUR)

    def _move(self, copy: PlacedCopy, whole: int) -> int:
        if not whole:
            return 0
        price = self._weight * (1 + self._rank[copy.model]) * Fraction(effort(copy), whole) * self.reference
        return -(-price.numerator // price.denominator)


def effort(copy: PlacedCopy) -> int:
    """Load time × size, as in the price of a move of a rebalancing."""
    return load_ms(copy.mode) * max(1, copy.mode.size)


class _Change:
    """What two placements do not share, by name."""

    def __init__(self, old: Placement, new: Placement) -> None:
        before, after = {node.id: node for node in old.nodes}, {node.id: node for node in new.nodes}
        self.nodes = {name: node.pool for name, node in (before | after).items()}
        self.kinds = {name: node.instance_type for name, node in (before | after).items()}
        self.starts = tuple(sorted(after.keys() - before.keys()))
        self.stops = tuple(sorted(before.keys() - after.keys()))
        was, will = ({(copy.model, copy.copy_index): copy for copy in placement.copies} for placement in (old, new))
        self.loads = [will[name] for name in sorted(will.keys() - was.keys())]
        self.unloads = [was[name] for name in sorted(was.keys() - will.keys())]


def _loads(copies: list[PlacedCopy]) -> tuple[Loaded, ...]:
    """The loads of each node one after the other, the last one done when the slot begins."""
    before: dict[str, int] = defaultdict(int)
    found = []
    for copy in copies:
        took = load_ms(copy.mode)
        before[copy.node] += took
        named = {"model": copy.model, "copy": copy.copy_index, "node": copy.node}
        found.append(Loaded.model_validate({**named, "before_s": before[copy.node] / MILLI, "seconds": took / MILLI, "bytes": copy.mode.size}))
    return tuple(found)
