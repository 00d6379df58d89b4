"""What a derived figure is worth: how near it lies to something that was measured. Nothing is extrapolated in silence."""

from __future__ import annotations

from collections.abc import Iterator

from packing.capacity.calibration import Calibration
from packing.capacity.choice import Need, Option
from packing.capacity.own import outside
from packing.catalog.types import Architecture
from packing.domain.words import Source
from packing.domain.workload import ErrorBands

MEASURED = frozenset({"bf16", "fp16", "bfloat16", "float16", "fp8", "fp8_kv8"})
"""Precisions among the measurements."""


def trust(option: Option, architecture: Architecture, need: Need, known: Calibration, *, neuron: bool) -> tuple[Source, ErrorBands]:
    """Source and bands of the figures of one way to run.

    Mixtures of experts: the family of the model was measured on this accelerator under this server within these ranges; other families
    were, on this accelerator; or on another one. Dense models, in this order: the very model was measured within these ranges (degree, precision, lengths, requests in flight); another dense decoder
    was, on the same accelerator under the same server; accelerator, lengths and batch occur in some measurement; a decoder on a GPU, but
    accelerator, shape, precision, lengths or batch as in none; no measurement is of this kind (CPUs, Neuron, encoders, diffusion, k-NN).
    """
    if architecture.kind != "decoder" or option.accelerator is None or neuron:
        return Source.DERIVED, known.bands["assumed"]
    if architecture.experts and option.share == 1.0:
        return _mixture(option, architecture, need, known)
    if not architecture.experts and not architecture.kv_lora_rank and option.share == 1.0:
        near = [
            each
            for each in known.situations
            if (each.engine, each.accelerator) == (option.engine, option.accelerator) and not any(outside(each, option, need))
        ]
        for situation in near:
            if situation.architecture == architecture.name:
                return Source.CALIBRATED, situation.bands
        if near:
            return Source.CALIBRATED, known.bands[option.engine]
        if option.accelerator in known.hardware["any"] and not any(beyond(option, need, known)):
            return Source.DERIVED, known.bands["transferred"]
    return Source.DERIVED, known.bands["derived"]


def _mixture(option: Option, architecture: Architecture, need: Need, known: Calibration) -> tuple[Source, ErrorBands]:
    """The same of a mixture of experts; situations are of families."""
    for situation in known.mixture_situations:
        same = (situation.engine, situation.accelerator, situation.architecture) == (option.engine, option.accelerator, architecture.family)
        if same and not any(outside(situation, option, need)):
            return Source.CALIBRATED, situation.bands
    measured = f"mixture/{option.accelerator}"
    return Source.DERIVED, known.bands.get(measured) or known.bands.get("mixture") or known.bands["derived"]


def beyond(option: Option, need: Need, known: Calibration) -> Iterator[str]:
    """In what a way to run lies outside of everything that was measured."""
    if option.precision not in MEASURED:
        yield f"precision {option.precision}"
    figures = {"input_tokens": need.prompt, "output_tokens": need.output, "concurrency": option.batch, "degrees": option.accelerators}
    for name, value in figures.items():
        if not known.spans[name].holds(value):
            yield f"{name} {value:g}"
