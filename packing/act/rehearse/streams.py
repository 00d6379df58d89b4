"""Requests to replay: drawn from the traffic profiles of the models, each model from a random generator of its own."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from packing.coldstart.arrivals import phases
from packing.domain.problem import Problem
from packing.domain.workload import Model, Traffic

Floats = NDArray[np.float64]
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """The requests of one model.

    Parameters
    ----------
    at : seconds since the beginning, ascending.
    inputs, outputs : tokens of each; None: all as the model's traffic says.
    """

    at: Floats
    inputs: Floats | None = None
    outputs: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Streams:
    """The requests of all models.

    Parameters
    ----------
    by_model : by its name; models without requests may be missing.
    first_slot : slot of the cycle in which the story begins.
    source : where they come from, in words.
    notices : what a reader has to know about them.
    """

    by_model: Mapping[str, Stream]
    first_slot: int = 0
    source: str = "given"
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """How requests are drawn where no log is given.

    Parameters
    ----------
    burstiness : squared coefficient of variation of the times between requests; 1: Poisson; more: hyperexponential with balanced means
        (Whitt 1982), in a clock that runs as fast as the traffic of the slot.
    spread : coefficient of variation of the lengths of input and output, log-normal around the means of the traffic; 0: all alike.
    """

    burstiness: float = 1.0
    spread: float = 0.0


def generator(seed: int, name: str, what: str) -> np.random.Generator:
    """A generator of its own for one thing of one model: what one model gets does not depend on the others."""
    return np.random.default_rng([seed, zlib.crc32(name.encode()), zlib.crc32(what.encode())])


def drawn(problem: Problem, seconds: float, seed: int, how: Drawing) -> Streams:
    """Requests of every model with traffic.

    Parameters
    ----------
    seconds : how long, from slot 0 on; the slots repeat.
    """
    found = {model.name: _stream(model, problem, seconds, seed, how) for model in problem.models if model.traffic is not None}
    process = "Poisson" if how.burstiness == 1 else f"bursts (squared coefficient of variation {how.burstiness:g})"
    lengths = "lengths all alike" if how.spread == 0 else f"log-normal lengths (coefficient of variation {how.spread:g})"
    return Streams(found, 0, f"traffic profiles: {process}, {lengths}")


def expected_requests(problem: Problem, seconds: float) -> float:
    """Requests of all models in that time, on average."""
    edges, slots = _edges(problem, seconds)
    return float(sum((_rates(model, problem.slots)[slots] * np.diff(edges)).sum() for model in problem.models if model.traffic is not None))


def _edges(problem: Problem, seconds: float) -> tuple[Floats, Any]:
    """Begin of each slot (and the end), and which slot of the cycle it is."""
    slot_s = problem.slot_hours * HOUR_S
    count = max(1, math.ceil(seconds / slot_s - 1e-9))
    edges = np.minimum(np.arange(count + 1) * slot_s, seconds)
    return edges, np.arange(count) % problem.slots


def _rates(model: Model, slots: int) -> Floats:
    assert model.traffic is not None
    rates = np.array(model.traffic.requests_per_second, dtype=float)
    return np.repeat(rates, slots) if len(rates) == 1 else rates


def _stream(model: Model, problem: Problem, seconds: float, seed: int, how: Drawing) -> Stream:
    edges, slots = _edges(problem, seconds)
    expected = _rates(model, problem.slots)[slots] * np.diff(edges)
    random = generator(seed, model.name, "arrivals")
    at = _poisson(edges, expected, random) if how.burstiness == 1 else _bursts(edges, expected, how.burstiness, random)
    if how.spread == 0:
        return Stream(at)
    assert model.traffic is not None
    lengths = generator(seed, model.name, "lengths")
    return Stream(at, *(_lengths(mean, how.spread, len(at), lengths) for mean in (model.traffic.input_tokens, model.traffic.output_tokens)))


def _poisson(edges: Floats, expected: Floats, random: np.random.Generator) -> Floats:
    """Numbers per slot are Poisson, times uniform within it."""
    counts = random.poisson(expected)
    begins, lengths = np.repeat(edges[:-1], counts), np.repeat(np.diff(edges), counts)
    return np.sort(begins + lengths * random.random(len(begins)))


def _bursts(edges: Floats, expected: Floats, burstiness: float, random: np.random.Generator) -> Floats:
    """A renewal process with gaps of mean 1 in a clock that shows the requests expected so far."""
    clock = np.concatenate([[0.0], np.cumsum(expected)])
    end, phase = float(clock[-1]), phases(burstiness)
    if end <= 0:
        return np.empty(0)
    ticks = [random.exponential(1 / (2 * phase[int(random.integers(2))]))]
    while ticks[-1] < end:
        count = int((end - ticks[-1]) * 1.05 + 4 * math.sqrt(end * burstiness) + 8)
        rate = 2 * np.where(random.random(count) < phase[0], *phase)
        ticks += list(ticks[-1] + np.cumsum(random.exponential(1.0, count) / rate))
    inside = np.array(ticks)
    inside = inside[inside < end]
    # Slots without traffic are flat pieces of the clock: a tick on an edge belongs to the slot with traffic that follows.
    slot = np.clip(np.searchsorted(clock, inside, side="right") - 1, 0, len(expected) - 1)
    return np.asarray(edges[slot] + (inside - clock[slot]) / np.maximum(expected[slot], 1e-300) * np.diff(edges)[slot])


def _lengths(mean: float, spread: float, count: int, random: np.random.Generator) -> Floats:
    """Log-normal tokens with that mean and coefficient of variation, whole and at least one; lengths of one stay (nothing is generated)."""
    if mean <= 1:
        return np.full(count, mean)
    variance = math.log1p(spread * spread)
    return np.asarray(np.maximum(1.0, np.rint(random.lognormal(math.log(mean) - variance / 2, math.sqrt(variance), count))))


def typical(model: Model) -> tuple[float, float]:
    """Input and output tokens that the model's modes were made for."""
    traffic = model.traffic or Traffic(requests_per_second=(0.0,))
    return max(traffic.input_tokens, 1.0), max(traffic.output_tokens, 1.0)
