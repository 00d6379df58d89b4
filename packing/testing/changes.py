"""A problem a while later: random changes of the kind that happens to a fleet, for tests of whatever reacts to them."""

from __future__ import annotations

from random import Random

from packing.domain.hardware import Pool
from packing.domain.problem import Problem
from packing.domain.workload import Copies, Model


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


def add_model(problem: Problem, random: Random) -> Problem:
    """One model more, like one that is there."""
    like = random.choice(problem.models)
    names = {model.name for model in problem.models}
    name = next(f"{like.name}-{number}" for number in range(1000) if f"{like.name}-{number}" not in names)
    return _with(problem, models=(*problem.models, like.model_copy(update={"name": name})))


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


_CHANGES = (remove_model, add_model, resize_model, move_traffic, change_stock, change_stock, change_price, remove_pool)
