"""Every model with the modes in which it may run: its own, or those that follow from its architecture and the fleet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from packing.describe.architectures import Architectures
from packing.describe.targets import targets_of, unknown_accelerators
from packing.domain.calibration import Calibration
from packing.domain.dropped import Cause, DroppedWay
from packing.domain.hardware import InstanceType
from packing.domain.workload import Mode, Model

if TYPE_CHECKING:
    from packing.capacity import Target
    from packing.catalog.types import Architecture

# Fields of a model that say where its copies may go, not what a copy is: models that differ in these only have the same modes.
_NOT_OF_A_COPY = {"name", "tenant", "isolation", "priority", "max_copies_per_node", "max_unavailable", "min_zones", "survive", "degrade"}
NAMED = 3
"""Names that a notice lists before it says "and so many more"."""
SLOW_TTFT_MS, SLOW_TPOT_MS = 5000.0, 200.0
"""Latencies beyond which a silent SLO is noted: 5 tokens/s is about reading speed."""


class Filling:
    """Fills in modes, each distinct model once.

    Parameters
    ----------
    types : instance types of the fleet.
    resolver : facts of architectures.
    robust : one-sided confidence at which figures with an error band are taken; None: as they are stated.
    own : own measurements; None: the library's figures.
    """

    def __init__(self, types: Sequence[InstanceType], resolver: Architectures, robust: float | None, own: Calibration | None = None) -> None:
        self._types, self._resolver, self._robust, self._own = types, resolver, robust, own
        self._derived: dict[str, tuple[Mode, ...]] = {}
        self._dropped: dict[str, tuple[DroppedWay, ...]] = {}
        self._key_of: dict[str, str] = {}
        self._targets: list[Target] | None = None
        self._without_band: list[str] = []
        self._extrapolated: dict[str, str] = {}
        self._unlimited: dict[str, tuple[float, float]] = {}

    def model(self, model: Model) -> Model:
        """The model with its modes, their figures at the confidence asked for."""
        if model.modes or model.architecture is None:
            return self._given(model)
        key = model.model_dump_json(exclude=_NOT_OF_A_COPY)
        self._key_of[model.name] = key
        if key not in self._derived:
            self._derived[key], self._dropped[key] = self._derive(model)
        self._note_silence(model, self._derived[key])
        return model.model_copy(update={"modes": self._derived[key]})

    def _note_silence(self, model: Model, modes: Sequence[Mode]) -> None:
        """Remembers a model whose silent SLO lets modes be slower than a person reads."""
        ttft = max((mode.ttft_ms or 0.0 for mode in modes), default=0.0) if model.slo.ttft_ms is None else 0.0
        tpot = max((mode.tpot_ms or 0.0 for mode in modes), default=0.0) if model.slo.tpot_ms is None else 0.0
        if ttft > SLOW_TTFT_MS or tpot > SLOW_TPOT_MS:
            self._unlimited[model.name] = (ttft, tpot)

    def dropped(self) -> dict[str, tuple[DroppedWay, ...]]:
        """By name of each model whose modes were derived: for each kind of accelerator that it has none for, what refused it first."""
        return {name: self._dropped[key] for name, key in self._key_of.items() if self._dropped[key]}

    def notices(self) -> tuple[str, ...]:
        """What the user should know of the figures, one sentence each."""
        return (*self._of_silence(), *self._of_robust(), *self._of_calibration())

    def _of_silence(self) -> Iterator[str]:
        """Models whose latencies nothing limits, with the slowest that their modes state."""
        if not self._unlimited:
            return
        names, more = sorted(self._unlimited)[:NAMED], len(self._unlimited) - NAMED
        listed = ", ".join(names) + (f" and {more:,} more" if more > 0 else "")
        ttft, tpot = (max(figures) for figures in zip(*self._unlimited.values(), strict=True))
        slow = [f"{name} up to {figure:,g} ms" for name, figure in (("TTFT", ttft), ("TPOT", tpot)) if figure]
        yield f"slo: where it is silent nothing limits latency, and modes are those of the highest throughput ({listed}: {', '.join(slow)}); state slo to limit it"

    def _of_robust(self) -> Iterator[str]:
        if not self._without_band:
            return
        names, more = self._without_band[:NAMED], len(self._without_band) - NAMED
        listed = ", ".join(names) + (f" and {more:,} more" if more > 0 else "")
        yield f"robust: figures of given modes without an error_band are taken as they are stated ({listed}); state a band to plan inside it"

    def _of_calibration(self) -> Iterator[str]:
        """Where own measurements do not reach: nothing is extrapolated in silence."""
        if self._own is None:
            return
        from packing.capacity.refit import laws

        if self._own.laws and self._own.laws != laws():
            yield "calibration: it was fitted beside other laws than those of this version; calibrate again"
        measured = {fit.accelerator for fit in self._own.fits}
        unseen = sorted({kind.accelerator for kind in self._types if kind.accelerator and kind.accelerators} - measured)
        if unseen and self._derived:
            yield f"calibration: nothing was measured on {', '.join(unseen)}; the library's figures and bands stand there"
        for outside, name in list(self._extrapolated.items())[:NAMED]:
            yield f"calibration: {name} is used beyond what was measured, on {outside}; the wider band stands"
        if len(self._extrapolated) > NAMED:
            yield f"calibration: and {len(self._extrapolated) - NAMED:,} more ways to run beyond what was measured"

    def _given(self, model: Model) -> Model:
        if self._robust is None or not model.modes:
            return model
        from packing.capacity.robust import robust_mode, states_band

        if not all(states_band(mode) for mode in model.modes):
            self._without_band.append(model.name)
        confidence = self._robust
        return model.model_copy(update={"modes": tuple(robust_mode(mode, confidence) for mode in model.modes)})

    def _derive(self, model: Model) -> tuple[tuple[Mode, ...], tuple[DroppedWay, ...]]:
        from packing.capacity.modes import derive
        from packing.capacity.own import extrapolated, with_own

        if self._targets is None:
            self._targets = targets_of(self._types)
        assert model.architecture is not None
        architecture, targets, known = self._resolver.resolve(model.architecture), self._targets, with_own(self._own)
        dropped: list[DroppedWay] = []

        def modes_of(asked: Model) -> tuple[Mode, ...]:
            found = derive(asked, architecture, targets, known)
            dropped.extend(_as_asked(way, asked, model) for way in found.dropped)
            return found.modes

        if self._robust is None:
            modes = modes_of(model)
        else:
            from packing.capacity.robust import robust_modes

            modes = robust_modes(model, self._robust, modes_of)
        if self._own is not None:
            filled = model.model_copy(update={"modes": modes})
            for outside in extrapolated(filled, architecture, self._own):
                self._extrapolated.setdefault(outside, model.name)
        return modes, self._refusals(model, architecture, modes, dropped)

    def _refusals(self, model: Model, architecture: Architecture, modes: Sequence[Mode], dropped: Sequence[DroppedWay]) -> tuple[DroppedWay, ...]:
        """What refused first on each kind of accelerator that has no mode; where there is no mode at all, with what would help."""
        from packing.capacity.own import with_own
        from packing.capacity.remedies import refusals

        assert self._targets is not None
        offered = {mode.accelerator for mode in modes}
        unknown = [DroppedWay(name, 1, "", Cause.UNKNOWN) for name in unknown_accelerators(self._types)]
        left = [way for way in (*dropped, *unknown) if way.accelerator not in offered]
        return refusals(model, architecture, self._targets, with_own(self._own), left, remedies=not modes)


def _as_asked(way: DroppedWay, asked: Model, model: Model) -> DroppedWay:
    """A latency against the model's own SLO, where modes were derived for a stricter one (`robust`): both grow by the same factor."""
    own, stricter = (getattr(each.slo, f"{way.cause}_ms", None) for each in (model, asked))
    if own is None or own == stricter or way.figure is None:
        return way
    return replace(way, figure=way.figure * own / stricter, limit=own)
