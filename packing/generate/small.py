"""Random whole problems, small and full of special cases: for tests, not for benchmarks."""

from __future__ import annotations

from packing.domain.hardware import InstanceType
from packing.domain.problem import Problem
from packing.domain.weights import PRESETS, Weights
from packing.domain.workload import Model
from packing.generate.choose import Chooser, SeededChooser
from packing.generate.hardware import draw_instance_type, draw_pools
from packing.generate.limits import SMALL, TINY, Limits
from packing.generate.workload import draw_model, draw_tenants


def random_problem(seed: int, *, tiny: bool = False) -> Problem:
    """A random problem with explicit modes and its own instance types; the same seed gives the same problem.

    Parameters
    ----------
    seed : any integer.
    tiny : at most four copies on a handful of nodes, so that an exhaustive search can judge the answer.

    Returns
    -------
    A problem without input faults. It need not have a complete placement: models that fit nowhere and pools
    without stock are part of the mix.
    """
    return draw_problem(SeededChooser(f"{'tiny' if tiny else 'small'}-{seed}"), TINY if tiny else SMALL)


def draw_problem(chooser: Chooser, limits: Limits) -> Problem:
    """A problem from the decisions of `chooser`, within `limits`."""
    slots = chooser.integer(1, limits.slots)
    types = tuple(draw_instance_type(chooser, limits, index) for index in range(chooser.integer(1, limits.pools)))
    tenants = draw_tenants(chooser, limits)
    return Problem(
        name="random",
        slots=slots,
        weights=draw_weights(chooser),
        multi_model_size_ratio=chooser.pick((5.0, 1.0, 2.5, 100.0)),
        tenants=tenants,
        instance_types=types,
        fleet=draw_pools(chooser, limits, types),
        models=_models(chooser, limits, slots, types, tuple(tenant.name for tenant in tenants)),
    )


def _models(chooser: Chooser, limits: Limits, slots: int, types: tuple[InstanceType, ...], tenants: tuple[str, ...]) -> tuple[Model, ...]:
    """Models one after the other until their number or the copies that they may ask for are used up."""
    left, models = limits.copies, list[Model]()
    for index in range(chooser.integer(1, limits.models)):
        if not left:
            break
        copies = chooser.integer(1, min(left, limits.copies_each))
        left -= copies
        models.append(draw_model(chooser, limits, index, copies=copies, slots=slots, types=types, tenants=tenants))
    return tuple(models)


def draw_weights(chooser: Chooser) -> Weights:
    """A preset, cost alone, or any five small numbers that are not all zero."""
    shape = chooser.integer(0, 2)
    if shape == 0:
        return PRESETS[chooser.pick(sorted(PRESETS))]
    if shape == 1:
        return Weights(cost=1)
    size, performance, isolation, cost, scalability = (chooser.integer(0, 3) for _ in range(5))
    return Weights(model_size=size, performance=performance, isolation=isolation, cost=cost + 1, scalability=scalability)
