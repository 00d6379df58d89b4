"""The parameters of the latency laws, per server software ("engine"), as fitted to measurements.

They live in calibration.json, which scripts/calibrate_capacity.py writes; nothing else is needed at run time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from packing.domain.calibration import Calibration as Own
from packing.domain.calibration import Situation, Span
from packing.domain.workload import ErrorBands


@dataclass(frozen=True, slots=True)
class Engine:
    """Parameters of one server software; see docs/capacity.md for the formulas they stand in.

    Attributes
    ----------
    bandwidth_efficiency : share of the peak memory bandwidth that decoding reaches.
    layer_s : fixed seconds of one decode step per layer, at `REFERENCE_BANDWIDTH`.
    allreduce_s : seconds of latency of one all-reduce per doubling of the tensor-parallel degree, same reference.
    sequence_s : seconds per layer and sequence of a decode step, same reference.
    prefill_efficiency : share of the peak FLOP/s that prefilling reaches at 16 bits.
    fp8_efficiency : the same at 8 bits, as a factor on prefill_efficiency.
    prefill_layer_s : fixed seconds of one prefill per layer, same reference.
    link_efficiency : share of the link's bandwidth that an all-reduce reaches.
    interference : prefills of the other requests in flight that delay one request's decoding (1: each once).
    wait_own : prefill times until the first token of a request on an idle copy.
    wait_others : prefill times waited for each other request in flight.
    wait_steps : decode steps waited for.
    request_s : fixed seconds of a request (tokeniser, scheduling, transport).
    """

    bandwidth_efficiency: float
    layer_s: float
    allreduce_s: float
    sequence_s: float
    prefill_efficiency: float
    fp8_efficiency: float
    prefill_layer_s: float
    link_efficiency: float
    interference: float
    wait_own: float
    wait_others: float
    wait_steps: float
    request_s: float


@dataclass(frozen=True)
class Calibration:
    """Engines, and what the figures made with them are worth.

    Attributes
    ----------
    hardware : accelerators that were measured under load, by engine; ``any``: measured at all.
    bands : half-widths of the 90 % bands: by engine, for models that it was not measured with, on its measured hardware and within
        the ranges of `situations`; ``transferred`` for what was measured only under another engine, without load or with other
        lengths; ``derived`` for accelerators and shapes of decoders that no measurement has; ``assumed`` for what is stated from
        data sheets alone.
    situations : what was measured under load, with the bands of the measured models themselves.
    mixtures : parameters for mixtures of experts: by engine, accelerator and family of the model, by engine and family, and of all
        (``any``), each joined by a slash; what is more particular wins.
    mixture_situations : what was measured of mixtures under load, with the bands within these ranges.
    cards : by accelerator, a factor on the share of peak FLOP/s that prefilling reaches: cards that lower their clock under load.
    spans : smallest and largest value that any measurement has: input_tokens, output_tokens, concurrency, degrees.
    record : the whole file: sources, dates, error quantiles.
    own : the user's own measurements (`packing calibrate`).
    fitted : the parameters that follow from them, by engine and accelerator.
    """

    engines: Mapping[str, Engine]
    hardware: Mapping[str, frozenset[str]]
    bands: Mapping[str, ErrorBands]
    situations: tuple[Situation, ...]
    spans: Mapping[str, Span]
    record: Mapping[str, Any]
    mixtures: Mapping[str, Engine] = field(default_factory=dict)
    mixture_situations: tuple[Situation, ...] = ()
    cards: Mapping[str, float] = field(default_factory=dict)
    own: Own | None = None
    fitted: Mapping[tuple[str, str], Engine] = field(default_factory=dict)

    def engine(self, name: str, accelerator: str, mixture: str | None = None) -> Engine:
        """Parameters of an engine on a kind of accelerator: own ones, where it was measured.

        Parameters
        ----------
        mixture : family of a mixture of experts; None: every token uses all parameters.
        """
        own = self.fitted.get((name, accelerator))
        if own is not None:
            return own
        found = self.engines.get(name) or self.engines[DEFAULT_ENGINE]
        if mixture is not None and name != "eager":
            keys = (f"{name}/{accelerator}/{mixture}", f"{name}/{mixture}", "any")
            found = next((self.mixtures[key] for key in keys if key in self.mixtures), found)
        factor = self.cards.get(accelerator, 1.0)
        return found if factor == 1.0 else replace(found, prefill_efficiency=found.prefill_efficiency * factor)

    def __hash__(self) -> int:
        """Of what is cheap to hash: it is part of a cache's key."""
        return hash(tuple(sorted(self.bands.items())))


def calibration_from(record: Mapping[str, Any]) -> Calibration:
    """Parameters from the content of a calibration file."""
    engines = {name: Engine(**values) for name, values in record["engines"].items()}
    hardware = {name: frozenset(chips) for name, chips in record["hardware"].items()}
    bands = {name: ErrorBands(**values) for name, values in record["bands"].items()}
    spans = {name: Span(least=least, most=most) for name, (least, most) in record["spans"].items()}
    situations, mixed = (tuple(Situation.model_validate(each) for each in record.get(name, ())) for name in ("situations", "mixture_situations"))
    mixtures = {name: Engine(**values) for name, values in record.get("mixtures", {}).items()}
    return Calibration(engines, hardware, bands, situations, spans, record, mixtures, mixed, record.get("cards", {}))


@cache
def calibration() -> Calibration:
    """The calibration that this package ships."""
    text = files("packing.capacity").joinpath("calibration.json").read_text(encoding="utf-8")
    return calibration_from(json.loads(text))


_FRAMEWORKS = {
    "vllm": "vllm", "lmi": "vllm", "djl": "vllm", "tgi": "vllm",
    "sglang": "sglang",
    "trtllm": "trtllm", "tensorrt-llm": "trtllm", "tensorrt": "trtllm",
    "pytorch": "eager", "torchserve": "eager", "transformers": "eager", "huggingface": "eager", "deepspeed": "eager", "mms": "eager",
}  # fmt: skip
DEFAULT_ENGINE = "vllm"


def engine_name(framework: str | None) -> str:
    """The engine whose parameters stand for a model's framework; `DEFAULT_ENGINE` where it says nothing known."""
    return _FRAMEWORKS.get((framework or "").lower(), DEFAULT_ENGINE)
