"""Hypothesis strategies: whole random problems and their parts.

They make the same problems as `packing.generate.random_problem`, from the same builders; hypothesis makes the
decisions, so that a failing example shrinks to few models on plain hardware.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.weights import Weights
from packing.domain.workload import Mode, Model, Tenant
from packing.generate.hardware import draw_instance_type, draw_pool
from packing.generate.limits import SMALL, TINY, Limits
from packing.generate.small import draw_problem, draw_weights
from packing.generate.workload import draw_mode, draw_model, draw_tenants

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover - depends on what is installed
    raise ImportError("packing.testing.strategies needs hypothesis: pip install 'packing[testing]'") from error

T = TypeVar("T")
__all__ = ["instance_types", "models", "modes", "pools", "problems", "tenants", "tiny_problems", "weights"]


class _Drawn:
    """Decisions that hypothesis makes (see `packing.generate.choose.Chooser`)."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def pick(self, options: Sequence[T]) -> T:
        return self._draw(st.sampled_from(options))

    def chance(self, percent: int) -> bool:
        return self._draw(st.integers(0, 99)) >= 100 - percent


@st.composite
def problems(draw: st.DrawFn, limits: Limits = SMALL) -> Problem:
    """Whole problems within `limits`: explicit modes, own instance types, every rule in play."""
    return draw_problem(_Drawn(draw), limits)


def tiny_problems() -> st.SearchStrategy[Problem]:
    """Problems of at most four copies, small enough for `packing.testing.exhaustive`."""
    return problems(TINY)


@st.composite
def instance_types(draw: st.DrawFn, limits: Limits = SMALL, index: int = 0) -> InstanceType:
    """Instance types: CPU, GPU or Neuron, of every sharing kind; named ``type-<index>``."""
    return draw_instance_type(_Drawn(draw), limits, index)


@st.composite
def pools(draw: st.DrawFn, instance_type: str = "type-0", limits: Limits = SMALL, index: int = 0) -> Pool:
    """Pools of one instance type: with and without stock, owned or rented, in different zones."""
    return draw_pool(_Drawn(draw), limits, instance_type, index)


@st.composite
def tenants(draw: st.DrawFn, limits: Limits = SMALL) -> tuple[Tenant, ...]:
    """Some tenants, of all isolation levels, some in conflict."""
    return draw_tenants(_Drawn(draw), limits)


@st.composite
def modes(draw: st.DrawFn, types: tuple[InstanceType, ...], *, traffic: bool = True) -> Mode:
    """Modes for one of `types` (or for CPUs); with `traffic` they state requests/s."""
    return draw_mode(_Drawn(draw), types, traffic=traffic)


@st.composite
def models(
    draw: st.DrawFn,
    types: tuple[InstanceType, ...],
    tenants: tuple[str, ...] = (),
    slots: int = 1,
    limits: Limits = SMALL,
    index: int = 0,
) -> Model:
    """Models with modes for `types`, of one of `tenants` (names) or of none; named ``model-<index>``."""
    drawn = _Drawn(draw)
    copies = drawn.integer(1, limits.copies_each)
    return draw_model(drawn, limits, index, copies=copies, slots=slots, types=types, tenants=tenants)


@st.composite
def weights(draw: st.DrawFn) -> Weights:
    """Weights: the presets, cost alone, or any small numbers."""
    return draw_weights(_Drawn(draw))
