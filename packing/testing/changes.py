"""A problem a while later: random changes of the kind that happens to a fleet, for tests of whatever reacts to them."""

from __future__ import annotations

from random import Random

from packing.domain.hardware import Pool
from packing.domain.problem import Problem
from packing.domain.words import Hosting, Isolation
from packing.domain.workload import Copies, Mode, Model


def changed_problem(problem: Problem, random: Random, changes: int = 2) -> Problem:
    """The same problem after some random changes: models come, go, grow and shrink; stock, prices and tenants change."""
    for _ in range(changes):
        problem = random.choice(_CHANGES)(problem, random)
    return problem


def _with(problem: Problem, *, models: tuple[Model, ...] | None = None, fleet: tuple[Pool, ...] | None = None) -> Problem:
    return problem.model_copy(update={"models": problem.models if models is None else models, "fleet": problem.fleet if fleet is None else fleet})


def remove_model(problem: Problem, random: Random) -> Problem:
    """One model fewer, if there are two."""
    if len(problem.models) < 2:
        return problem
    gone = random.randrange(len(problem.models))
    return _with(problem, models=problem.models[:gone] + problem.models[gone + 1 :])


def fresh_name(problem: Problem, like: str) -> str:
    """A name that no model has, made of one that some model has, no longer than a name may be."""
    names = {model.name for model in problem.models}
    return next(name for number in range(1000) if (name := f"{like[:190]}-{number}") not in names)


def add_model(problem: Problem, random: Random) -> Problem:
    """One model more, like one that is there."""
    like = random.choice(problem.models)
    return _with(problem, models=(*problem.models, like.model_copy(update={"name": fresh_name(problem, like.name)})))


def rename_model(problem: Problem, random: Random) -> Problem:
    """One model goes, and one that equals it in all but the name comes in its place."""
    index = random.randrange(len(problem.models))
    model = problem.models[index]
    return _replaced(problem, index, model.model_copy(update={"name": fresh_name(problem, model.name)}))


def swap_models(problem: Problem, random: Random) -> Problem:
    """One name means another model from now on: its modes, traffic and counts are those of some model."""
    index = random.randrange(len(problem.models))
    like = random.choice(problem.models)
    return _replaced(problem, index, like.model_copy(update={"name": problem.models[index].name}))


def measure_anew(problem: Problem, random: Random) -> Problem:
    """The modes of one model measured anew: other figures, or another need of memory, too."""
    index = random.randrange(len(problem.models))
    model, factor, need = problem.models[index], random.choice((0.5, 0.9, 1.25)), random.choice((1.0, 1.0, 0.75, 1.1))
    return _replaced(problem, index, model.model_copy(update={"modes": tuple(_measured(mode, factor, need) for mode in model.modes)}))


def _measured(mode: Mode, factor: float, need: float) -> Mode:
    def scaled(figure: float | None) -> float | None:
        return None if figure is None else round(figure * factor, 3)

    figures = {name: scaled(getattr(mode, name)) for name in ("requests_per_second", "ttft_ms", "tpot_ms", "load_s")}
    return mode.model_copy(update={**figures, "memory_per_accelerator": int(mode.memory_per_accelerator * need)})


def ask_for_zones(problem: Problem, random: Random) -> Problem:
    """One model is to be in two zones, whether the fleet has two or not."""
    index = random.randrange(len(problem.models))
    model = problem.models[index]
    if model.copies.max is not None and model.copies.max < 2:
        return problem
    return _replaced(problem, index, model.model_copy(update={"min_zones": 2}))


def isolate_model(problem: Problem, random: Random) -> Problem:
    """What one model shares with others changes: copies that run may have to part."""
    index = random.randrange(len(problem.models))
    model, level = problem.models[index], random.choice(tuple(Isolation))
    if level is Isolation.ENDPOINT and Hosting.SINGLE_MODEL not in model.hosting:
        return problem
    return _replaced(problem, index, model.model_copy(update={"isolation": level}))


def empty_pool(problem: Problem, random: Random) -> Problem:
    """One pool has nothing any more, whatever runs on it."""
    index = random.randrange(len(problem.fleet))
    pool = problem.fleet[index].model_copy(update={"count": 0})
    return _with(problem, fleet=(*problem.fleet[:index], pool, *problem.fleet[index + 1 :]))


def resize_model(problem: Problem, random: Random) -> Problem:
    """Another number of copies for one model."""
    index = random.randrange(len(problem.models))
    model = problem.models[index]
    least = random.randint(0, 4)
    most = None if model.copies.max is None else max(least, model.copies.max)
    return _replaced(problem, index, model.model_copy(update={"copies": Copies(min=least, max=most)}))


def move_traffic(problem: Problem, random: Random) -> Problem:
    """Another rate for one model that has traffic."""
    index = random.randrange(len(problem.models))
    model = problem.models[index]
    if model.traffic is None:
        return problem
    factor = random.choice((0.0, 0.4, 0.9, 1.1, 2.0))
    rates = tuple(round(rate * factor, 6) for rate in model.traffic.requests_per_second)
    return _replaced(problem, index, model.model_copy(update={"traffic": model.traffic.model_copy(update={"requests_per_second": rates})}))


def _replaced(problem: Problem, index: int, model: Model) -> Problem:
    return _with(problem, models=(*problem.models[:index], model, *problem.models[index + 1 :]))


def change_stock(problem: Problem, random: Random) -> Problem:
    """More or fewer nodes of one pool."""
    index = random.randrange(len(problem.fleet))
    pool = problem.fleet[index]
    count = random.randint(0, 4) if pool.count is None else max(0, pool.count + random.choice((-2, -1, 1, 2)))
    return _with(problem, fleet=(*problem.fleet[:index], pool.model_copy(update={"count": count}), *problem.fleet[index + 1 :]))


def change_price(problem: Problem, random: Random) -> Problem:
    """Another price for one pool."""
    index = random.randrange(len(problem.fleet))
    pool = problem.fleet[index].model_copy(update={"price_per_hour": round(random.uniform(0.1, 20), 2)})
    return _with(problem, fleet=(*problem.fleet[:index], pool, *problem.fleet[index + 1 :]))


def remove_pool(problem: Problem, random: Random) -> Problem:
    """One pool fewer, if there are two."""
    if len(problem.fleet) < 2:
        return problem
    gone = random.randrange(len(problem.fleet))
    return _with(problem, fleet=problem.fleet[:gone] + problem.fleet[gone + 1 :])


_CHANGES = (
    remove_model, add_model, resize_model, move_traffic, change_stock, change_stock, change_price, remove_pool,
    rename_model, swap_models, measure_anew, ask_for_zones, isolate_model, empty_pool,
)  # fmt: skip
