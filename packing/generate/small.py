"""Random whole problems, small and full of special cases: for tests, not for benchmarks."""

from __future__ import annotations

from packing.domain.calibration import Calibration, Fit
from packing.domain.hardware import InstanceType
from packing.domain.problem import Problem
from packing.domain.weights import PRESETS, Axis, Weights
from packing.domain.words import Survive
from packing.domain.workload import Model
from packing.generate.choose import Chooser, SeededChooser
from packing.generate.hardware import draw_pools, draw_types
from packing.generate.limits import SMALL, TINY, Limits
from packing.generate.names import draw_name
from packing.generate.workload import crowd, draw_model, draw_seldom, draw_tenants, worth_placing


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
    types = draw_types(chooser, limits)
    crowded = chooser.chance(25)
    tenants = draw_tenants(chooser, limits, crowded=crowded)
    problem = Problem(
        name=draw_name(chooser, "random", 50),
        slots=slots,
        slot_hours=chooser.pick((1.0, 1.0, 0.25, 24.0)),
        robust=chooser.pick((0.5, 0.8, 0.95)) if chooser.chance(12) else None,
        loading_limit=chooser.pick((0.2, 0.2, 0.05, 0.5)),
        calibration=_calibration(types) if chooser.chance(5) else None,
        survive=chooser.pick((Survive.NODE, Survive.ZONE)) if chooser.chance(8) else Survive.NONE,
        weights=draw_weights(chooser),
        multi_model_size_ratio=chooser.pick((5.0, 1.0, 2.5, 100.0)),
        tenants=tenants,
        instance_types=types,
        fleet=draw_pools(chooser, limits, types),
        models=_models(chooser, limits, slots, types, tuple(tenant.name for tenant in tenants), crowded=crowded),
    )
    return within(lines_of_machines(chooser, few_models_together(chooser, problem)), limits)


def few_models_together(chooser: Chooser, problem: Problem) -> Problem:
    """The problem, at times with a limit on the models on a node of it, or of some instance types. Drawn last: the rest of a seed's problem stays."""
    if chooser.chance(12):
        problem = problem.model_copy(update={"max_models_per_node": chooser.integer(1, 3)})
    types = [
        kind.model_copy(update={"max_models_per_node": chooser.integer(1, 2)}) if chooser.chance(10) else kind for kind in problem.instance_types
    ]
    return problem.model_copy(update={"instance_types": tuple(types)})


def lines_of_machines(chooser: Chooser, problem: Problem) -> Problem:
    """The problem, at times with rates of storage and network of some instance types. Drawn last, too."""
    types = []
    for kind in problem.instance_types:
        rates = {}
        if chooser.chance(10):
            rates = {"storage_gb_per_s": chooser.pick((0.2, 3.2)), "network_gb_per_s": chooser.pick((None, 1.25))}
        types.append(kind.model_copy(update=rates) if rates else kind)
    return problem.model_copy(update={"instance_types": tuple(types)})


def _calibration(types: tuple[InstanceType, ...]) -> Calibration:
    """Own measurements that change no figure: modes are given, none is derived."""
    fits = [Fit(engine="vllm", accelerator=kind.accelerator, points=3) for kind in types if kind.accelerator]
    return Calibration(source="drawn", fits=tuple({fit.accelerator: fit for fit in fits}.values()))


def within(problem: Problem, limits: Limits) -> Problem:
    """The problem without what asks for more copies than `limits` allow: the reserve of all, or figures at a confidence.

    Both ask for copies on top of what each model was given: models opt out of the reserve one by one, as a file would say it.
    """
    models, left = list(problem.models), limits.copies - copies_asked(problem.model_copy(update={"survive": Survive.NONE}))
    if left < 0:
        problem, left = problem.model_copy(update={"robust": None}), limits.copies - sum(map(worth_placing, models))
    for index, model in enumerate(models):
        if problem.survive is not Survive.NONE and model.survive is None:
            more = _expected(problem, model.model_copy(update={"survive": problem.survive})) - _expected(problem, model)
            models[index] = model if more <= left else model.model_copy(update={"survive": Survive.NONE})
            left -= more if more <= left else 0
    return problem.model_copy(update={"models": tuple(models)})


def copies_asked(problem: Problem) -> int:
    """Copies that are worth placing, of all models together, at the confidence and with the reserve that the problem asks for."""
    reserve = None if problem.survive is Survive.NONE else problem.survive
    return sum(_expected(problem, model if model.survive is not None else model.model_copy(update={"survive": reserve})) for model in problem.models)


def _expected(problem: Problem, model: Model) -> int:
    from packing.capacity.robust import robust_mode

    if problem.robust is None:
        return worth_placing(model)
    confidence = problem.robust
    return worth_placing(model.model_copy(update={"modes": tuple(robust_mode(mode, confidence) for mode in model.modes)}))


def _models(
    chooser: Chooser, limits: Limits, slots: int, types: tuple[InstanceType, ...], tenants: tuple[str, ...], *, crowded: bool
) -> tuple[Model, ...]:
    """Models one after the other until their number or the copies that they may ask for are used up; some equal the one before, some are a long tail."""
    left, models, tail = limits.copies, list[Model](), chooser.chance(8)
    for index in range(chooser.integer(1, limits.models)):
        if not left:
            break
        if models and worth_placing(models[-1]) <= left and chooser.chance(10):
            models.append(models[-1].model_copy(update={"name": draw_name(chooser, f"model-{index}")}))
            left -= worth_placing(models[-1])
            continue
        if tail and chooser.chance(80):
            models.append(draw_seldom(chooser, limits, index, slots=slots, types=types, tenants=tenants))
            left -= 1
            continue
        copies = chooser.integer(1, min(left, limits.copies_each))
        left -= copies
        drawn = draw_model(chooser, limits, index, copies=copies, slots=slots, types=types, tenants=tenants)
        models.append(crowd(chooser, drawn) if crowded else drawn)
    return tuple(models)


def draw_weights(chooser: Chooser) -> Weights:
    """A preset, one function alone, or any five small numbers that are not all zero."""
    shape = chooser.integer(0, 3)
    if shape == 0:
        return PRESETS[chooser.pick(sorted(PRESETS))]
    if shape == 1:
        return Weights(cost=1)
    if shape == 2 and chooser.chance(30):
        return Weights(**{chooser.pick(tuple(Axis)): 0.5})
    size, performance, isolation, cost, scalability = (chooser.integer(0, 3) for _ in range(5))
    return Weights(model_size=size, performance=performance, isolation=isolation, cost=cost + 1, scalability=scalability)
