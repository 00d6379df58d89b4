"""Least squares on the logarithm of measured times: the parameters of an engine from measurements (numpy).

Levenberg–Marquardt in the logarithms of the parameters (all positive), residuals ln(predicted / measured) with
Huber weights (one wild point must not bend the law), and a pull to a prior, so that a parameter that the data say
nothing about keeps a sane value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from packing.capacity.calibration import Engine
from packing.capacity.latency import roofline
from packing.capacity.memory import largest_batch
from packing.capacity.serving import overloaded
from packing.capacity.target import Chip
from packing.catalog.types import Architecture

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

HUBER = 0.3
"""Residuals beyond this (35 % off) count linearly."""
PULL = 0.3
"""Weight of the prior of what software decides: as much as this squared of one measurement with an error of one e-fold."""
FIRM = {"bandwidth_efficiency": 2.0, "prefill_efficiency": 2.0}
"""Weights of shares of the hardware's peaks where all measurements have one tensor-parallel degree. There a low share and slow
launches look alike, and the wrong one would be carried over to every other degree; shares hardly differ between servers, while
launch times differ by a factor of five."""

PRIOR = Engine(
    bandwidth_efficiency=0.75, layer_s=1e-4, allreduce_s=1e-5, sequence_s=1e-6, prefill_efficiency=0.6, fp8_efficiency=0.8,
    prefill_layer_s=2e-4, link_efficiency=0.5, interference=0.8, wait_own=1.2, wait_others=0.1, wait_steps=1.0, request_s=0.01,
)  # fmt: skip
CEILINGS = {"bandwidth_efficiency": 0.95, "prefill_efficiency": 0.9, "fp8_efficiency": 1.0, "link_efficiency": 0.9}
"""No fit may claim more of the hardware than this."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured point. `served`: seen by users of a server with `batch` clients; else bare prefill and decode steps of a batch."""

    data_set: str
    engine: str
    architecture: Architecture
    chip: Chip
    memory: int
    precision: str
    parallel: int
    prompt: float
    output: float
    batch: int
    served: bool
    ttft_s: float
    tpot_s: float


def predicted(measurement: Measurement, engine: Engine) -> tuple[float, float]:
    """(TTFT, TPOT) in seconds that the laws say for a measured situation."""
    m = measurement
    law = roofline(m.architecture, m.precision, m.chip, m.parallel, engine)
    if law is None:
        raise ValueError(f"{m.chip.name} cannot run {m.precision}")
    if not m.served:
        return law.prefill_s(m.batch * m.prompt, m.prompt), law.decode_s(m.batch, m.prompt + m.output / 2)
    room = max(1, room_of(m))
    seen = overloaded(law, engine, m.batch, room, m.prompt, m.output)
    return seen.ttft_s, seen.tpot_s


def room_of(measurement: Measurement) -> int:
    """Requests whose KV cache fits beside the weights."""
    m = measurement
    return largest_batch(m.architecture, m.precision, m.parallel, m.prompt + m.output, m.prompt, m.memory)


def errors(measurements: Sequence[Measurement], engine: Engine) -> list[tuple[float, float]]:
    """ln(predicted / measured) of TTFT and TPOT."""
    result = []
    for m in measurements:
        ttft, tpot = predicted(m, engine)
        result.append((math.log(ttft / m.ttft_s), math.log(tpot / m.tpot_s)))
    return result


def _engine(theta: Sequence[float]) -> Engine:
    values = {field.name: math.exp(float(value)) for field, value in zip(fields(Engine), theta, strict=True)}
    return Engine(**{name: min(value, CEILINGS.get(name, math.inf)) for name, value in values.items()})


def fit_engine(measurements: Sequence[Measurement], prior: Engine = PRIOR, rounds: int = 40, *, firm: bool = True) -> Engine:
    """Parameters that minimise the Huber loss of the log errors over the measurements, near the prior.

    Parameters
    ----------
    measurements : points of one engine; at least one.
    prior : start, and where parameters stay that the points do not determine.
    firm : whether measurements of one degree only may hardly move the shares of the hardware's peaks (`FIRM`).

    Returns
    -------
    Engine with parameters rounded to four significant digits.
    """
    import numpy as np  # only calibration needs it

    names = [field.name for field in fields(Engine)]
    start = np.log([getattr(prior, name) for name in names])
    alike = len({m.parallel for m in measurements}) == 1
    pull = np.array([FIRM.get(name, PULL) if alike and firm else PULL for name in names])

    def residuals(theta: NDArray[float64]) -> NDArray[float64]:
        flat = [error for pair in errors(measurements, _engine(list(theta))) for error in pair]
        return np.concatenate([flat, pull * (theta - start)])

    theta = _levenberg_marquardt(residuals, start, 2 * len(measurements), rounds)
    engine = _engine(list(theta))
    return Engine(**{name: float(f"{getattr(engine, name):.4g}") for name in names})


def _levenberg_marquardt(
    residuals: Callable[[NDArray[float64]], NDArray[float64]], start: NDArray[float64], robust: int, rounds: int
) -> NDArray[float64]:
    """Minimise Σ huber(r) over the first `robust` residuals plus Σ r² over the others."""
    import numpy as np

    def loss(r: NDArray[float64]) -> float:
        size = np.abs(r[:robust])
        return float(np.sum(np.where(size < HUBER, size**2, HUBER * (2 * size - HUBER))) + np.sum(r[robust:] ** 2))

    theta, damping = np.array(start, dtype=float), 1e-2
    r = residuals(theta)
    for _ in range(rounds):
        weight = np.ones_like(r)
        weight[:robust] = np.sqrt(HUBER / np.maximum(np.abs(r[:robust]), HUBER))
        jacobian = np.stack([(residuals(theta + step) - r) / 1e-4 for step in np.eye(len(theta)) * 1e-4], axis=1) * weight[:, None]
        gain, gradient = jacobian.T @ jacobian, jacobian.T @ (r * weight)
        before = loss(r)
        for _ in range(8):
            step = -np.linalg.solve(gain + damping * np.diag(np.diag(gain) + 1e-6), gradient)
            trial = residuals(theta + np.clip(step, -1, 1))
            if loss(trial) < before:
                break
            damping *= 4
        else:
            break
        theta, r, damping = theta + np.clip(step, -1, 1), trial, damping / 3
        if before - loss(r) < 1e-5 * before:
            break
    return theta
