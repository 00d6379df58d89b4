"""Random small problems without a complete placement: random ones, tightened a little at a time until they have none."""

from __future__ import annotations

from packing.describe import check, expand
from packing.domain.hardware import Pool
from packing.domain.problem import Problem
from packing.domain.words import Isolation
from packing.domain.workload import Copies, Model, Slo
from packing.explain.decide import decide
from packing.generate import random_problem
from packing.generate.choose import Chooser, SeededChooser
from packing.solve.context import SearchContext

MOST_TURNS, LIMIT_S = 12, 5.0


def infeasible_problem(seed: int, *, tiny: bool = False) -> Problem | None:
    """A problem of which it is proven that no placement is complete; None where a dozen turns of the screw were not enough.

    Parameters
    ----------
    seed : as of `random_problem`; the same seed gives the same problem.
    tiny : small enough for an exhaustive search, mostly.
    """
    chooser = SeededChooser(f"infeasible-{seed}")
    problem = random_problem(seed, tiny=tiny)
    for _ in range(MOST_TURNS):
        if decide(expand(problem), SearchContext(LIMIT_S)).complete is False:
            return problem
        tighter = tightened(problem, chooser)
        if not check(tighter):
            problem = tighter
    return None


def tightened(problem: Problem, chooser: Chooser) -> Problem:
    """One thing is made harder: less stock mostly, or one demand of one model."""
    if chooser.chance(60):
        at = chooser.integer(0, len(problem.fleet) - 1)
        fleet = [_less(pool, chooser) if index == at else pool for index, pool in enumerate(problem.fleet)]
        return problem.model_copy(update={"fleet": tuple(fleet)})
    at = chooser.integer(0, len(problem.models) - 1)
    models = [_harder(model, chooser) if index == at else model for index, model in enumerate(problem.models)]
    return problem.model_copy(update={"models": tuple(models)})


def _less(pool: Pool, chooser: Chooser) -> Pool:
    return pool.model_copy(update={"count": chooser.integer(1, 3) if pool.count is None else chooser.integer(0, pool.count)})


def _harder(model: Model, chooser: Chooser) -> Model:
    which = chooser.pick(("copies", "zones", "slo", "isolation", "spread"))
    if which == "copies":
        least = model.copies.min + 1
        most = None if model.copies.max is None else max(least, model.copies.max)
        return model.model_copy(update={"copies": Copies(min=least, max=most)})
    if which == "zones":
        return model.model_copy(update={"min_zones": model.min_zones + 1})
    if which == "slo":
        figures = [mode.ttft_ms for mode in model.modes if mode.ttft_ms is not None]
        return model.model_copy(update={"slo": Slo(ttft_ms=chooser.pick(figures) - 1, tpot_ms=model.slo.tpot_ms)}) if figures else model
    if which == "isolation":
        return model.model_copy(update={"isolation": chooser.pick(list(Isolation)[1:])})
    return model.model_copy(update={"max_copies_per_node": 1})
