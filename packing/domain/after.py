"""The problem after an event: what of it changes, and nothing else."""

from __future__ import annotations

from packing.domain.events import Event, ModelAdded, ModelRemoved, NodeBack, NodeLost, PriceChanged, StockChanged, TrafficChanged
from packing.domain.hardware import Pool
from packing.domain.problem import Problem
from packing.domain.units import exact
from packing.domain.workload import Model, Traffic


def after(problem: Problem, event: Event, lost_pool: str | None = None) -> Problem:
    """The problem as it is after one event; the same object where nothing of it changes.

    Parameters
    ----------
    problem : which knows the event's pool or model (`packing.describe.events_from` checks that).
    lost_pool : for the loss of a node that is named, the label of its pool; None: the node is of no pool.
    """
    match event:
        case NodeLost():
            return _stocked(problem, event.pool or lost_pool, -(event.count or 1))
        case NodeBack():
            return _stocked(problem, event.pool, event.count)
        case StockChanged():
            return _pool(problem, event.pool, count=event.count)
        case PriceChanged():
            return _pool(problem, event.pool, price_per_hour=event.price_per_hour)
        case ModelAdded():
            return problem.model_copy(update={"models": (*problem.models, event.model)})
        case ModelRemoved():
            return problem.model_copy(update={"models": tuple(model for model in problem.models if model.name != event.model)})
        case TrafficChanged():
            return problem.model_copy(update={"models": tuple(_with_traffic(model, event) for model in problem.models)})


def _stocked(problem: Problem, label: str | None, more: int) -> Problem:
    """More or fewer nodes in a pool that has a stock; never fewer than none."""
    stock = next((pool.count for pool in problem.fleet if pool.label == label), None)
    return problem if stock is None or label is None else _pool(problem, label, count=max(0, stock + more))


def _pool(problem: Problem, label: str, **changed: object) -> Problem:
    def replaced(pool: Pool) -> Pool:
        return pool.model_copy(update=changed) if pool.label == label else pool

    return problem.model_copy(update={"fleet": tuple(replaced(pool) for pool in problem.fleet)})


def concerns(event: TrafficChanged, model: Model) -> bool:
    """Whether the event changes this model's traffic."""
    if event.model is not None:
        return model.name == event.model
    return model.traffic is not None and event.tenant in (None, model.tenant)


def _with_traffic(model: Model, event: TrafficChanged) -> Model:
    if not concerns(event, model):
        return model
    if event.traffic is not None:
        return model.model_copy(update={"traffic": _merged(model.traffic, event.traffic)})
    if model.traffic is None or event.factor is None:
        return model
    # Multiplied as the decimal numbers that they were written as; rates are millionths of a request.
    rates = tuple(float(round(exact(rate) * exact(event.factor), 6)) for rate in model.traffic.requests_per_second)
    return model.model_copy(update={"traffic": model.traffic.model_copy(update={"requests_per_second": rates})})


def _merged(old: Traffic | None, new: Traffic) -> Traffic:
    """New rates; lengths of requests that the event does not state stay."""
    if old is None:
        return new
    return old.model_copy(update={name: getattr(new, name) for name in new.model_fields_set})
