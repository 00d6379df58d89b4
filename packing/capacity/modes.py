"""From a model and its architecture to the modes that the solver chooses among."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from packing.capacity.calibration import Calibration, calibration, engine_name
from packing.capacity.choice import Need, Option, Place
from packing.capacity.engine_start import starts
from packing.capacity.options import LOAD_EFFICIENCY, accelerated, on_cpus
from packing.capacity.own import judged
from packing.capacity.precision import PRECISIONS
from packing.capacity.prune import pruned
from packing.capacity.target import Chip, Target, chip_of
from packing.capacity.trust import trust
from packing.catalog.types import Architecture
from packing.domain.bands import widest
from packing.domain.dropped import Cause, DroppedWay
from packing.domain.durations import LOAD_BANDWIDTH
from packing.domain.units import MICRO
from packing.domain.words import Sharing, Source
from packing.domain.workload import ErrorBands, Mode, Model, Traffic
from packing.errors import Fault, ProblemError

UNLIMITED = 10**15
DIGITS = 3
"""Significant digits of the figures of a mode: more would pretend to know them, and differ between machines."""
TINIEST = 1e-30
"""Smaller figures are not told apart: nothing takes so little time, and powers of ten would overflow."""
STEP = 1.5
"""Modes are made for rates in steps of this factor, so that a little more traffic changes the modes of few models: a copy in a mode
that is gone has to be loaded anew."""
ROUNDING = 0.01
"""Modes stay this share inside the SLO, so that rounding a latency up to `DIGITS` cannot break it."""


def rounded(value: float, *, up: bool) -> float:
    """To `DIGITS` significant digits, needs and latencies up, supplies down (within a billionth, against noise in the last bit)."""
    if value < TINIEST:
        return TINIEST if up and value > 0 else 0.0
    scale = 10 ** (DIGITS - 1 - math.floor(math.log10(value)))
    steps = math.ceil(value * scale * (1 - 1e-9)) if up else math.floor(value * scale * (1 + 1e-9))
    return float(f"{steps / scale:.{DIGITS}g}")


def stepped(rate: float) -> float:
    """The rate rounded up to a whole power of `STEP`; 0 stays."""
    return 0.0 if rate <= 0 else float(f"{STEP ** math.ceil(math.log(rate, STEP) - 1e-9):.12g}")


def need_of(model: Model, kind: str = "decoder") -> Need:
    """What one copy of the model is asked for: its share of the peak when only the least number of copies runs, in steps."""
    traffic = model.traffic or Traffic(requests_per_second=(0.0,))
    rate = stepped(model.peak_micro / MICRO / max(1, model.copies.min and max(model.copies.min, model.min_zones)))
    ttft, tpot = (None if ms is None else ms / 1000 * (1 - ROUNDING) for ms in (model.slo.ttft_ms, model.slo.tpot_ms))
    return Need(traffic.input_tokens, traffic.output_tokens, rate, ttft, tpot, starts(model, kind))


def places_of(targets: Sequence[Target]) -> tuple[Place, ...]:
    """Targets with the same accelerator and memory become one place; canonical order."""
    groups: dict[tuple[Chip | None, int], list[Target]] = defaultdict(list)
    for target in targets:
        chip = None if target.accelerator is None else chip_of(target.accelerator)
        groups[chip, target.memory_per_accelerator if chip else 0].append(target)
    places = []
    for (chip, memory), alike in groups.items():
        nodes = {
            (t.max_accelerators, UNLIMITED if t.vcpus is None else t.vcpus, UNLIMITED if t.host_memory is None else t.host_memory) for t in alike
        }
        shared = any(t.sharing is not Sharing.EXCLUSIVE or t.multi_model for t in alike)
        slowest = min(t.load_bandwidth * LOAD_EFFICIENCY if t.load_bandwidth else LOAD_BANDWIDTH for t in alike)
        places.append(Place(chip, memory, tuple(sorted(nodes)), shared, slowest))
    return tuple(sorted(places, key=lambda p: (p.chip.name if p.chip else "", p)))


def mode_of(option: Option, source: Source, bands: ErrorBands) -> Mode:
    """The option with figures rounded: needs and latencies up, supplies down."""
    return Mode(
        accelerator=option.accelerator,
        accelerators=option.accelerators,
        memory_per_accelerator=option.memory,
        compute_share=option.share,
        vcpus=option.vcpus,
        host_memory=option.host_memory,
        requests_per_second=rounded(option.rate, up=False),
        ttft_ms=rounded(option.ttft_s * 1000, up=True),
        tpot_ms=rounded(option.tpot_s * 1000, up=True),
        precision=option.precision,
        load_s=rounded(option.load_s, up=True),
        source=source,
        error_band=widest(bands),
        error_bands=bands,
    )


@dataclass(frozen=True, slots=True)
class Derived:
    """What the laws offer, and what they drop.

    Parameters
    ----------
    modes : ways to run the model.
    dropped : other ways, each with what refused it first; also of accelerators for which there are modes.
    """

    modes: tuple[Mode, ...]
    dropped: tuple[DroppedWay, ...]


def ways(architecture: Architecture, precision: str, place: Place, need: Need, engine: str, known: Calibration) -> Iterator[Option | DroppedWay]:
    """Every way to run the model at one place in one precision: offered, or dropped with its cause."""
    if place.chip is None:
        return on_cpus(architecture, precision, place, need)
    return accelerated(architecture, precision, place, need, engine, known)


@lru_cache(maxsize=4096)
def _derived(
    architecture: Architecture, precisions: tuple[str, ...], engine: str, need: Need, places: tuple[Place, ...], known: Calibration
) -> Derived:
    options, dropped = [], list[DroppedWay]()
    for place in places:
        found: list[Option] = []
        for precision in precisions:
            for way in ways(architecture, precision, place, need, engine, known):
                if isinstance(way, DroppedWay):
                    dropped.append(way)
                else:
                    found.append(way)
        options.append(found)
    kept = pruned(options, need)
    neuron = {place.chip.name for place in places if place.chip and place.chip.neuron}
    modes = [mode_of(option, *trust(option, architecture, need, known, neuron=option.accelerator in neuron)) for option in kept]
    if known.own is not None:
        modes = [judged(mode, option, architecture, need, known.own) for mode, option in zip(modes, kept, strict=True)]
    return Derived(tuple(modes), tuple(_in_words_of_the_slo(way) for way in dropped))


def _in_words_of_the_slo(way: DroppedWay) -> DroppedWay:
    """Latencies against the SLO as it is stated: the share that modes stay inside it is added to the figure."""
    if way.cause not in {Cause.TTFT, Cause.TPOT} or way.figure is None or way.limit is None:
        return way
    return replace(way, figure=way.figure / (1 - ROUNDING), limit=float(f"{way.limit / (1 - ROUNDING):.9g}"))


def derive_modes(model: Model, architecture: Architecture, targets: Sequence[Target], known: Calibration | None = None) -> tuple[Mode, ...]:
    """Modes in which a model could run on the nodes of a fleet: `derive` without what it drops."""
    return derive(model, architecture, targets, known).modes


def derive(model: Model, architecture: Architecture, targets: Sequence[Target], known: Calibration | None = None) -> Derived:
    """Modes in which a model could run on the nodes of a fleet, and the ways that were dropped.

    Parameters
    ----------
    model : its precision, traffic (lengths, peak), SLO, least number of copies and framework count.
    architecture : geometry of the model.
    targets : the distinct kinds of node of the fleet.
    known : parameters of the laws, and what figures made with them are worth; None: those that this package ships.

    Returns
    -------
    Derived
        At most `MOST_MODES` modes in canonical order (accelerator, number, memory, ...), none dominated by another of the same
        accelerator and number; no mode where nothing meets the SLO and fits.

    Raises
    ------
    ProblemError
        A precision is not one of `PRECISIONS`.
    """
    unknown = [name for name in model.precision if name.lower() not in PRECISIONS]
    if unknown:
        raise ProblemError(
            Fault("bad_value", f"models[{model.name}].precision", name, "Not a known precision.", f"Use one of: {', '.join(PRECISIONS)}.")
            for name in unknown
        )
    precisions = tuple(dict.fromkeys(name.lower() for name in model.precision))
    return _derived(
        architecture, precisions, engine_name(model.framework), need_of(model, architecture.kind), places_of(targets), known or calibration()
    )
