"""Heat-bath annealing: a random process swaps with a partner drawn by its Boltzmann weight among all, staying being one of the choices."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import numpy as np

from benchmarks.reassign.budget import Budget
from benchmarks.reassign.state import State

READ_EVERY = 50
"""Steps between two looks at the budget."""
RISEN = 0.6
"""Part of an annealing after which the price of overload has risen: what is left is resolved while costs are still fluid."""
TRIES = 4
"""Draws of a partner in one step, where rules that are checked late refuse it."""


@dataclass(frozen=True, slots=True)
class Cooling:
    """Temperature, price of hard overload and price of a broken dependency, from first to last along geometric lines, within a part of the budget.

    Parameters
    ----------
    until : share of the budget at which it ends.
    temperature : in units of cost.
    price : of a unit of hard overload, in units of its row.
    lack : of a broken dependency, in units of cost.
    homesick : price of a process that is not at its origin, in units of the temperature.
    """

    until: float
    temperature: tuple[float, float]
    price: tuple[float, float] = (1.0, 1.0)
    lack: tuple[float, float] = (1.0, 1.0)
    homesick: float = 0.0


@dataclass(slots=True)
class Best:
    """The cheapest assignment within all capacities that was seen."""

    cost: int
    places: list[int]


def anneal(state: State, cooling: Cooling, budget: Budget, random: Random, best: Best) -> None:
    """Run until the part of the budget is used; `best` takes what is better, `state` is left where it ends."""
    began = budget.used()
    processes = state.arrays.processes
    at: float = -1.0
    temperature = cooling.temperature[0]
    step = 0
    while processes:
        if step % READ_EVERY == 0:
            used = budget.used()
            if used >= cooling.until:
                break
            along = (used - began) / (cooling.until - began)
            temperature = _between(cooling.temperature, along)
            if along >= at + 0.005:
                at = along
                risen = min(1.0, along / RISEN)
                state.reprice(_between(cooling.price, risen), cooling.homesick * temperature, _between(cooling.lack, risen))
            budget.spend(READ_EVERY)
        step += 1
        if _step(state, random.randrange(processes), temperature, random) and not state.exceeded:
            cost = state.cost
            if cost < best.cost:
                best.cost, best.places = cost, state.places[:processes]


def _between(ends: tuple[float, float], along: float) -> float:
    return float(ends[0] * (ends[1] / ends[0]) ** along)


def _step(state: State, process: int, temperature: float, random: Random) -> bool:
    """One draw; returns whether anything moved."""
    changes = state.changes(process)
    lowest = min(float(changes.min()), 0.0)
    weights = np.exp((lowest - changes) / state.type(temperature))
    stay = math.exp(lowest / temperature)
    for _ in range(TRIES):
        sums = weights.cumsum(dtype=np.float64)
        drawn = random.random() * (float(sums[-1]) + stay)
        if drawn < stay:
            return False
        column = int(sums.searchsorted(drawn - stay, side="right"))
        if column >= len(sums):
            return False
        if state.permits(process, column):
            state.swap(process, column)
            return True
        weights[column] = 0
    return False
