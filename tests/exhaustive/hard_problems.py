"""Tiny problems of the kinds that bounds are false for, if they are: random ones, made hard in one to three ways.

Each way is one assumption that a bound may make in silence: that a model can be served at all, that there is stock, that prices are
of one size, that equal models are one, that every slot has traffic. `random_problem` draws few of them, or none.
"""

from __future__ import annotations

from random import Random

from packing.describe import check, expand
from packing.domain.weights import Weights
from packing.domain.words import Hosting, Isolation, Survive
from packing.domain.workload import Copies, Tenant, Traffic
from packing.generate import random_problem

from .long_tails import long_tail

TAILS, MOST_MODELS = 10, 6
"""Every so many problems one is a long tail, where it is small enough for the exhaustive search."""


def hard_problem(seed):
    """(names of the ways, an expanded problem)."""
    draw = Random(f"hard-{seed}")
    if seed % TAILS == 7:
        problem = long_tail(seed)
        if len(problem.models) <= MOST_MODELS:
            return ("long_tail",), expand(problem).problem
    problem, ways = random_problem(seed, tiny=True), []
    chosen = draw.sample(sorted(WAYS), k=draw.choice((0, 1, 1, 2, 2, 3)))
    for name in ["short", *chosen] if draw.random() < 0.3 else chosen:
        harder = WAYS[name](problem, draw)
        if not check(harder):
            problem = harder
            ways.append(name)
    return tuple(ways), expand(problem).problem


def _with_model(problem, draw, change):
    """One model changed; `change` gets it and returns what is different."""
    index = draw.randrange(len(problem.models))
    model = problem.models[index]
    model = model.model_copy(update=change(model))
    return problem.model_copy(update={"models": (*problem.models[:index], model, *problem.models[index + 1 :])})


def _rated(model, draw):
    """Modes that all state requests/s, of different sizes at times."""
    return tuple(mode.model_copy(update={"requests_per_second": mode.requests_per_second or draw.choice((1.0, 2.0, 0.5))}) for mode in model.modes)


def short(problem, draw):
    """Its own maximum cannot serve its traffic: copies are missing in every placement."""

    def change(model):
        modes, most = _rated(model, draw), draw.choice((0, 1, 1, 2))
        rate = max(mode.requests_per_second for mode in modes) * (most + draw.choice((0.5, 1, 2, 2.5)))
        counts = Copies(min=draw.randint(0, most), max=most)
        return {"modes": modes, "copies": counts, "traffic": Traffic(requests_per_second=(rate,)), "min_zones": 1, "survive": None}

    return _with_model(problem, draw, change)


def equal(problem, draw):
    """A model twice, or three times: one class of several members."""
    like = draw.choice(problem.models)
    more = tuple(like.model_copy(update={"name": f"{like.name}-{number}"}) for number in range(draw.randint(1, 2)))
    return problem.model_copy(update={"models": (*problem.models, *more)})


def no_stock(problem, draw):
    """Pools with nothing in them, or with one node."""
    fleet = tuple(pool.model_copy(update={"count": draw.choice((0, 0, 1))}) if draw.random() < 0.7 else pool for pool in problem.fleet)
    return problem.model_copy(update={"fleet": fleet})


def too_many(problem, draw):
    """More copies asked for than there is room: by stock, by nodes, by zones."""

    def change(model):
        least = draw.randint(2, 3)
        return {"copies": Copies(min=least, max=draw.choice((None, least))), **draw.choice(({}, {"max_copies_per_node": 1}, {"min_zones": 2}))}

    fleet = tuple(pool.model_copy(update={"count": draw.randint(0, 2)}) for pool in problem.fleet)
    return _with_model(problem.model_copy(update={"fleet": fleet}), draw, change)


def quiet(problem, draw):
    """Several slots, some of them (or all) without traffic."""
    slots = draw.randint(2, 3)
    models = []
    for model in problem.models:
        rates = tuple(draw.choice((0.0, 0.0, 1.0)) for _ in range(slots))
        traffic = model.traffic if model.traffic is not None and draw.random() < 0.3 else Traffic(requests_per_second=rates)
        traffic = traffic if len(traffic.requests_per_second) in {1, slots} else Traffic(requests_per_second=rates)
        models.append(model.model_copy(update={"traffic": traffic}))
    return problem.model_copy(update={"slots": slots, "models": tuple(models)})


def prices(problem, draw):
    """All the same, nothing at all, or nine orders of magnitude apart."""
    scale = draw.choice(((3.0,), (0.0,), (0.0, 1.0), (1e-5, 1e4), (1e-3, 1.0, 1e6)))
    types = tuple(kind.model_copy(update={"price_per_hour": draw.choice(scale)}) for kind in problem.instance_types)
    fleet = tuple(pool.model_copy(update={"price_per_hour": None}) for pool in problem.fleet)
    return problem.model_copy(update={"instance_types": types, "fleet": fleet})


def owned(problem, draw):
    """Pools that are paid for whether they are used or not."""
    fleet = tuple(pool.model_copy(update={"owned": True, "count": draw.randint(0, 2)}) if draw.random() < 0.6 else pool for pool in problem.fleet)
    return problem.model_copy(update={"fleet": fleet})


def reserve(problem, draw):
    """A standing reserve, with little room for it."""
    return _with_model(problem, draw, lambda _: {"survive": draw.choice((Survive.NODE, Survive.ZONE)), "copies": Copies(min=draw.randint(0, 1))})


def alone(problem, draw):
    """Tenants that share with nobody, or not with one another."""
    names = [f"alone-{number}" for number in range(draw.randint(1, 2))]
    tenants = tuple(
        Tenant(name=name, isolation=draw.choice(tuple(Isolation)), conflicts_with=tuple(names[:number]) if draw.random() < 0.5 else ())
        for number, name in enumerate(names)
    )
    models = tuple(model.model_copy(update={"tenant": draw.choice(names), "hosting": tuple(Hosting)}) for model in problem.models)
    return problem.model_copy(update={"tenants": (*problem.tenants, *tenants), "models": models})


def ranks(problem, draw):
    """As many priorities as models."""
    models = tuple(model.model_copy(update={"priority": number}) for number, model in enumerate(draw.sample(problem.models, len(problem.models))))
    return problem.model_copy(update={"models": models})


def ties(problem, draw):
    """One weight, so that most plans cost the same."""
    axis = draw.choice(("cost", "cost", "scalability", "isolation", "performance", "model_size"))
    return problem.model_copy(
        update={"weights": Weights(**dict.fromkeys(("model_size", "performance", "isolation", "cost", "scalability"), 0) | {axis: 1})}
    )


def in_turns(problem, draw):
    """Models that are asked for so seldom that they may be over-committed."""
    models = []
    for model in problem.models:
        modes = tuple(
            mode.model_copy(update={"requests_per_second": 1.0, "load_s": draw.choice((2.0, 10.0))}) for mode in model.modes if mode.accelerators < 2
        )
        rates = tuple(round(10 ** draw.uniform(-4.5, -2.5), 6) for _ in range(problem.slots))
        change = {"modes": modes, "traffic": Traffic(requests_per_second=rates), "copies": Copies(min=draw.randint(0, 1)), "streaming": False}
        change |= {"cold_start_s": draw.choice((60.0, 200.0)), "cold_start_quantile": draw.choice((0.5, 0.9)), "min_zones": 1}
        models.append(model.model_copy(update=change) if modes else model)
    return problem.model_copy(update={"models": tuple(models)})


WAYS = {each.__name__: each for each in (short, equal, no_stock, too_many, quiet, prices, owned, reserve, alone, ranks, ties, in_turns)}
