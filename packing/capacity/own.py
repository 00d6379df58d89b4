"""Own measurements in the derivation of modes: whose parameters hold where, and what a figure is then worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from packing.capacity.calibration import Calibration, calibration, engine_name
from packing.capacity.choice import Need, Option
from packing.catalog.types import Architecture
from packing.domain import calibration as domain
from packing.domain.bands import widest
from packing.domain.words import Source
from packing.domain.workload import ErrorBands, Mode, Model


def with_own(own: domain.Calibration | None) -> Calibration:
    """The library's calibration with own measurements beside it; without any, the library's."""
    if own is None:
        return calibration()
    shipped = calibration()
    fitted = {(fit.engine, fit.accelerator): replace(shipped.engines[engine_name(fit.engine)], **fit.parameters) for fit in own.fits}
    return replace(shipped, own=own, fitted=fitted)


def judged(mode: Mode, option: Option, architecture: Architecture, need: Need, own: domain.Calibration) -> Mode:
    """The mode with the source and the bands that own measurements give it; as it is where they say nothing of it."""
    fit = next((each for each in own.fits if (each.engine, each.accelerator) == (option.engine, option.accelerator)), None)
    if fit is None or option.share != 1.0:
        return mode
    for situation in own.situations:
        if _same(situation, option.engine, option.accelerator, architecture.name) and not any(outside(situation, option, need)):
            return _with(mode, Source.CALIBRATED, situation.bands)
    measured = {each.architecture for each in own.situations if (each.engine, each.accelerator) == (option.engine, option.accelerator)}
    alike = architecture.kind == "decoder" and not architecture.experts and not architecture.kv_lora_rank
    if fit.bands is not None and (alike or architecture.name in measured):
        return _with(mode, Source.DERIVED, fit.bands)
    return mode.model_copy(update={"source": Source.DERIVED})


def _same(situation: domain.Situation, engine: str, accelerator: str | None, architecture: str) -> bool:
    return (situation.engine, situation.accelerator, situation.architecture) == (engine, accelerator, architecture)


def _with(mode: Mode, source: Source, bands: ErrorBands) -> Mode:
    return mode.model_copy(update={"source": source, "error_band": widest(bands), "error_bands": bands})


def outside(situation: domain.Situation, option: Option, need: Need) -> Iterator[str]:
    """In what a way to run lies outside what was measured."""
    if _stored(option.precision) not in map(_stored, situation.precisions):
        yield f"precision {option.precision} (measured: {', '.join(situation.precisions)})"
    if option.accelerators not in situation.degrees:
        yield f"{option.accelerators} accelerators (measured: {', '.join(map(str, situation.degrees))})"
    yield from _lengths(situation, need.prompt, need.output)
    if not situation.concurrency.holds(option.batch):
        yield f"{option.batch} requests in flight (measured: {_span(situation.concurrency)})"


def _lengths(situation: domain.Situation, prompt: float, output: float) -> Iterator[str]:
    if not situation.input_tokens.holds(prompt):
        yield f"{prompt:g} input tokens (measured: {_span(situation.input_tokens)})"
    if not situation.output_tokens.holds(output):
        yield f"{output:g} output tokens (measured: {_span(situation.output_tokens)})"


def _stored(precision: str) -> str:
    """16-bit floats are one precision."""
    return "bf16" if precision in {"fp16", "bfloat16", "float16"} else precision


def _span(span: domain.Span) -> str:
    return f"{span.least:g}" if span.least == span.most else f"{span.least:g} to {span.most:g}"


def extrapolated(model: Model, architecture: Architecture, own: domain.Calibration) -> Iterator[str]:
    """In what the modes of a model lie outside what was measured, one sentence for each accelerator that was."""
    if model.traffic is None:
        return
    engine = engine_name(model.framework)
    for mode in model.modes:
        if mode.source is Source.CALIBRATED or mode.compute_share != 1.0:  # parts of accelerators have the wide band, measured or not
            continue
        for situation in own.situations:
            if not _same(situation, engine, mode.accelerator, architecture.name):
                continue
            why = list(_lengths(situation, model.traffic.input_tokens, model.traffic.output_tokens))
            if mode.accelerators not in situation.degrees:
                why.append(f"{mode.accelerators} accelerators (measured: {', '.join(map(str, situation.degrees))})")
            if _stored(mode.precision or "") not in map(_stored, situation.precisions):
                why.append(f"precision {mode.precision} (measured: {', '.join(situation.precisions)})")
            if not why:
                why.append(f"requests in flight (measured: {_span(situation.concurrency)})")
            yield f"{mode.accelerator}: {', '.join(why)}"
