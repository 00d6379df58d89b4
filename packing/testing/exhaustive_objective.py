"""Coefficients of the objective for the exhaustive search: docs/fitness.md once more, written for reading, not for speed."""

from __future__ import annotations

import math
from fractions import Fraction

from packing.domain.hardware import InstanceType, Pool, price_micro_usd
from packing.domain.problem import Problem, isolation_of
from packing.domain.weights import Axis
from packing.domain.words import Hosting, Isolation, Sharing
from packing.domain.workload import Mode, Model
from packing.testing.exhaustive_node import NodeRules, _profile
from packing.testing.needs import needs_of

_OPERATIONS = {Hosting.SINGLE_MODEL: Fraction(1), Hosting.MULTI_MODEL: Fraction(1, 4), Hosting.INFERENCE_COMPONENT: Fraction(0)}
_GIVEN = {Hosting.MULTI_MODEL: Fraction(0), Hosting.INFERENCE_COMPONENT: Fraction(1, 3), Hosting.SINGLE_MODEL: Fraction(1)}
_ASKED = {Isolation.SHARED: Fraction(0), Isolation.CONTAINER: Fraction(1, 3), Isolation.INSTANCE: Fraction(2, 3), Isolation.ENDPOINT: Fraction(1)}
_HALF = Fraction(1, 2)


def _units(value: Fraction) -> int:
    """Nearest 1e-9, halves up."""
    return math.floor(value * 10**9 + _HALF)


class Coefficients:
    """a(i, m, h), b(p), e(i) and d."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.needs = [needs_of(model) for model in problem.models]
        self.kinds = {kind.name: kind for kind in problem.instance_types}
        self.weight = {axis: problem.weights.share(axis) for axis in Axis}
        self.tenants = {tenant.name: tenant for tenant in problem.tenants}
        self.owned = sum((pool.count or 0) * self._price(pool) for pool in problem.fleet if pool.owned)
        alone = [best for best in (self._dedicated(model) for model in problem.models) if best is not None]
        self.reference = self.owned + sum(cost for cost, _ in alone) or max((self._price(pool) for pool in problem.fleet), default=0)
        self.nodes = sum(nodes for _, nodes in alone)

    def copy(self, model: int, mode: int, hosting: Hosting, *, in_turns: bool = False) -> int:
        """a(i, m, h); `in_turns`: on an over-committed node."""
        which = self.problem.models[model]
        form = which.modes[mode]
        copies = self.needs[model].copies(form)
        assert copies is not None, "the node rules let no such mode pass"
        asked = _ASKED[isolation_of(which, self.tenants)]
        performance = Fraction(7, 10) * _late(which, form)
        performance += Fraction(3 if in_turns else 2, 10) * (hosting is Hosting.MULTI_MODEL) + Fraction(1, 10) * (hosting is Hosting.SINGLE_MODEL)
        loss = self.weight[Axis.MODEL_SIZE] * (1 - _size(form)) + self.weight[Axis.PERFORMANCE] * performance
        loss += self.weight[Axis.ISOLATION] * (1 - max(asked, _GIVEN[hosting])) + self.weight[Axis.SCALABILITY] * _HALF * _OPERATIONS[hosting]
        return _units(loss / (len(self.problem.models) * max(1, copies)))

    def node(self, pool: Pool) -> int:
        """b(p)."""
        loss = Fraction(0)
        if self.reference and not pool.owned:
            loss += self.weight[Axis.COST] * Fraction(self._price(pool), self.reference)
        if self.nodes:
            loss += self.weight[Axis.SCALABILITY] * _HALF / self.nodes
        return _units(loss)

    def missing(self, model: int) -> int:
        """e(i)."""
        loss = self.weight[Axis.MODEL_SIZE] + self.weight[Axis.PERFORMANCE] + self.weight[Axis.ISOLATION] + self.weight[Axis.SCALABILITY] / 2
        return _units(loss / (len(self.problem.models) * max(1, self.needs[model].asked)))

    def constant(self) -> int:
        """d."""
        return _units(self.weight[Axis.COST] * Fraction(self.owned, self.reference)) if self.reference else 0

    def _price(self, pool: Pool) -> int:
        return price_micro_usd(pool, self.kinds[pool.instance_type])

    def _dedicated(self, model: Model) -> tuple[int, int] | None:
        """Cost and nodes of the model alone on its own cheapest endpoint."""
        ways: list[tuple[int, int]] = []
        needs = needs_of(model)
        for pool in self.problem.fleet:
            for mode in model.modes:
                copies, together = needs.copies(mode), self._together(model, mode, self.kinds[pool.instance_type])
                if copies is not None and together > 0:
                    nodes = max(math.ceil(Fraction(max(1, copies)) / together), model.min_zones)
                    ways.append((nodes * self._price(pool), nodes))
        return min(ways, default=None)

    def _together(self, model: Model, mode: Mode, kind: InstanceType) -> Fraction:
        """q: copies that fit into one empty node."""
        # Hosting, isolation and the like do not matter to the baseline: ask the node rules of a model without wishes.
        plain = Model(name=model.name, slo=model.slo, modes=(mode,))
        rules = NodeRules(Problem(models=(plain,)))
        if mode.accelerators > kind.accelerators or not rules.allows(kind, Hosting.INFERENCE_COMPONENT, ((0, 0, tuple(range(mode.accelerators))),)):
            return Fraction(0)
        endless = Fraction(10**30)
        limits = [endless, Fraction(needs_of(model).node or endless)]
        if mode.accelerators:
            limits.append(kind.accelerators // mode.accelerators * _stacked(mode, kind, endless))
        limits += [_times(kind.vcpu_milli, mode.vcpu_milli, endless), _times(kind.host_memory, mode.host_memory, endless)]
        limits += [_times(kind.resource_milli.get(name, 0), amount, endless) for name, amount in mode.resource_milli.items()]
        return min(limits)


def _times(capacity: int | None, need: int, endless: Fraction) -> Fraction:
    return endless if capacity is None or need == 0 else Fraction(capacity // need)


def _stacked(mode: Mode, kind: InstanceType, endless: Fraction) -> Fraction:
    """Copies on one accelerator."""
    if kind.effective_sharing is Sharing.EXCLUSIVE:
        return Fraction(1)
    limits = [_times(kind.memory_per_accelerator, mode.memory_per_accelerator, endless), _times(10**6, mode.compute_micro, endless)]
    if kind.effective_sharing is Sharing.MIG and kind.mig is not None:
        profile = _profile(kind, mode)
        assert profile is not None, "the node rules let no such mode pass"
        limits += [Fraction(kind.mig.compute_slices // profile.compute_slices), Fraction(kind.mig.memory_slices // profile.memory_slices)]
    return min(limits)


def _latency(model: Model, mode: Mode) -> int | None:
    """Microseconds of a whole request."""
    if mode.ttft_ms is None and mode.tpot_ms is None:
        return None
    tokens = Fraction(str(model.traffic.output_tokens)) if model.traffic else Fraction(128)
    first, each = (math.ceil(Fraction(str(figure or 0)) * 1000) for figure in (mode.ttft_ms, mode.tpot_ms))
    return first + math.ceil(tokens * each)


def _late(model: Model, mode: Mode) -> Fraction:
    known = [latency for latency in (_latency(model, each) for each in model.modes) if latency is not None]
    if not known or min(known) == 0:
        return Fraction(0)
    own = _latency(model, mode)
    return 1 - Fraction(min(known), max(known) if own is None else own)


def _size(mode: Mode) -> Fraction:
    """0 at 1 GiB, a tenth more for each doubling, straight between doublings, 1 at 1 TiB."""
    size = mode.memory_per_accelerator * mode.accelerators if mode.accelerators else mode.host_memory
    grade, floor = Fraction(0), 2**30
    while size >= 2 * floor and grade < 1:
        grade, floor = grade + Fraction(1, 10), 2 * floor
    return min(Fraction(1), grade + max(Fraction(0), Fraction(size - floor, 10 * floor)))
