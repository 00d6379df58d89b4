"""Money and service, added up over time in whole numbers: micro-USD/h x ms, millionths of requests/s x ms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from packing.domain.demand import throughput_in_force
from packing.domain.hardware import price_micro_usd
from packing.domain.problem import Problem
from packing.domain.units import MICRO, MILLI
from packing.domain.workload import Model
from packing.verify.replay.fleet import Fleet

MS_PER_HOUR = 3_600_000


@dataclass(slots=True)
class Sums:
    """What has been added up."""

    cost: int = 0
    """micro-USD/h x ms"""
    below: Counter[str] = field(default_factory=Counter)
    """ms, by model"""
    refused: Counter[str] = field(default_factory=Counter)
    """micro-requests/s x ms, by model"""

    @property
    def cost_usd(self) -> float:
        """USD."""
        return self.cost / (MICRO * MS_PER_HOUR)

    @property
    def below_s(self) -> float:
        """Seconds, summed over models."""
        return self.below.total() / MILLI

    @property
    def requests(self) -> float:
        """Requests refused."""
        return self.refused.total() / (MICRO * MILLI)

    def add(self, other: Sums) -> None:
        """Take what another one has added up."""
        self.cost += other.cost
        self.below.update(other.below)
        self.refused.update(other.refused)


class Meter:
    """Follows a fleet. `watch` when problem or fleet are others, `changed` after a model's copies change, `run` to let time pass."""

    def __init__(self, slots: int, slot_ms: int) -> None:
        self.slots, self.slot_ms = slots, slot_ms
        self.now = 0
        self.sums = Sums()
        self._models: dict[str, tuple[Model, tuple[int, ...], bool]] = {}
        self._short: dict[str, list[tuple[bool, int]]] = {}
        self._prices: dict[str, int] = {}
        self._owned = 0
        self._nodes: Counter[str] = Counter()

    def watch(self, problem: Problem, fleet: Fleet) -> None:
        """From now on this problem (expanded) and this fleet count."""
        kinds = {kind.name: kind for kind in problem.instance_types}
        prices = {pool.label: price_micro_usd(pool, kinds[pool.instance_type]) for pool in problem.fleet}
        self._owned = sum(prices[pool.label] * (pool.count or 0) for pool in problem.fleet if pool.owned)
        self._prices = {pool.label: prices[pool.label] for pool in problem.fleet if not pool.owned}
        self._models = {
            model.name: (model, model.rate_micro(self.slots) or (0,) * self.slots, throughput_in_force(model)) for model in problem.models
        }
        self._nodes = Counter(node.pool for node in fleet.nodes.values())
        self._short = {}
        self.changed(fleet, self._models)

    def node(self, pool: str, more: int) -> None:
        """A node of a pool comes (1) or goes (-1)."""
        self._nodes[pool] += more

    def changed(self, fleet: Fleet, models: Iterable[str]) -> None:
        """Look again at what these models serve."""
        for name in models:
            if name in self._models:
                short = list(self._shortage(fleet, name))
                self._short.pop(name, None)
                if any(below for below, _ in short):
                    self._short[name] = short

    def _shortage(self, fleet: Fleet, name: str) -> Iterator[tuple[bool, int]]:
        """By slot: whether the model is below its SLO, and how many millionths of a request/s are refused."""
        model, demand, counted = self._models[name]
        serving = [running.copy.mode.rps_micro or 0 for running in fleet.of.get(name, {}).values() if running.serving]
        rate = sum(serving)
        for asked in demand:
            # Where nobody says what a copy serves, one copy serves everything.
            refused = max(0, asked - rate) if counted else asked if not serving else 0
            yield len(serving) < model.copies.min or refused > 0, refused

    def run(self, until: int) -> None:
        """Let time pass up to `until` (ms)."""
        if until <= self.now:
            return
        span = until - self.now
        self.sums.cost += span * (self._owned + sum(self._prices.get(pool, 0) * count for pool, count in self._nodes.items()))
        if self._short:
            shares = self._by_slot(self.now, until)
            for name, short in self._short.items():
                self.sums.below[name] += sum(share for share, (below, _) in zip(shares, short, strict=True) if below)
                self.sums.refused[name] += sum(share * refused for share, (_, refused) in zip(shares, short, strict=True))
        self.now = until

    def _by_slot(self, start: int, end: int) -> list[int]:
        """How many ms of [start, end) lie in each slot."""
        rounds, rest = divmod(end - start, self.slots * self.slot_ms)
        shares = [rounds * self.slot_ms] * self.slots
        at, stop = start, start + rest
        while at < stop:
            border = min(stop, (at // self.slot_ms + 1) * self.slot_ms)
            shares[at // self.slot_ms % self.slots] += border - at
            at = border
        return shares

    def take(self) -> Sums:
        """What has been added up since the last time."""
        sums, self.sums = self.sums, Sums()
        return sums
