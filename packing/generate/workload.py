"""Random tenants, modes and models: every field that a rule reads is drawn."""

from __future__ import annotations

from typing import Any

from packing.domain.demand import base_copies, copies_limit, copies_needed
from packing.domain.hardware import InstanceType
from packing.domain.words import Hosting, Isolation, Source, Survive
from packing.domain.workload import Copies, Degrade, ErrorBands, Mode, Model, Slo, Tenant, Traffic
from packing.generate.choose import Chooser, subset
from packing.generate.hardware import DONGLE, RESOURCE, UNIT, memory_units
from packing.generate.limits import Limits
from packing.generate.names import draw_name

FRAMEWORKS = (None, "vllm", "triton")


def draw_tenants(chooser: Chooser, limits: Limits, *, crowded: bool = False) -> tuple[Tenant, ...]:
    """Tenants of all isolation levels, some of them in conflict with an earlier one; in a crowd many are, and all share."""
    names = [draw_name(chooser, f"tenant-{index}") for index in range(chooser.integer(0, limits.tenants))]
    return tuple(
        Tenant(
            name=name,
            isolation=Isolation.SHARED if crowded else chooser.pick((Isolation.SHARED, *Isolation)),
            conflicts_with=subset(chooser, names[:index], 70 if crowded else 20),
        )
        for index, name in enumerate(names)
    )


def draw_mode(chooser: Chooser, types: tuple[InstanceType, ...], *, traffic: bool) -> Mode:
    """A mode for one of the instance types; `traffic`: it states requests/s."""
    kind = chooser.pick(types)
    fields: dict[str, Any] = {}
    if kind.accelerator is None or chooser.chance(10):
        fields |= {"accelerator": None, "accelerators": 0, "host_memory": chooser.integer(1, 20) * UNIT, "vcpus": chooser.integer(1, 8) / 2}
    else:
        fields |= _on_accelerator(chooser, kind, kind.accelerator)
    if traffic:
        fields["requests_per_second"] = float(chooser.integer(2, 6))
    if chooser.chance(50):
        fields["ttft_ms"] = float(chooser.integer(1, 10) * 50)
    if chooser.chance(50):
        fields["tpot_ms"] = float(chooser.integer(1, 8) * 10)
    if chooser.chance(15):
        fields["resources"] = {
            name: float(chooser.integer(1, 2)) for name in chooser.pick(((RESOURCE,), (RESOURCE,), (RESOURCE,), (DONGLE, RESOURCE)))
        }
    if chooser.chance(40):
        fields["load_s"] = float(chooser.integer(1, 90))
    if chooser.chance(15):
        fields["precision"] = chooser.pick(("bf16", "int4", "fp8"))
    if chooser.chance(20):
        fields |= _worth(chooser)
    return Mode(**fields)


def _worth(chooser: Chooser) -> dict[str, Any]:
    """Where the figures come from, and how wrong they may be: together, or figure by figure."""
    bands = ErrorBands(**{name: chooser.pick((None, 0.0, 0.2, 0.5)) for name in ErrorBands.model_fields})
    return {
        "source": chooser.pick(tuple(Source)),
        "error_band": chooser.pick((None, 0.1, 0.4)),
        "error_bands": bands if chooser.chance(40) else None,
    }


def _on_accelerator(chooser: Chooser, kind: InstanceType, accelerator: str) -> dict[str, Any]:
    units = memory_units(accelerator)
    memory = chooser.integer(1, units) if chooser.chance(70) else chooser.pick((units, units // 2, units // 4))
    return {
        "accelerator": accelerator,
        "accelerators": chooser.pick([count for count in (1, 1, 1, 2, 4) if count <= max(1, kind.accelerators)]),
        "memory_per_accelerator": memory * UNIT - (1 if chooser.chance(10) else 0),
        "compute_share": chooser.pick((0.0, 0.0, 0.1, 0.25, 1 / 3, 0.5, 1.0)),
        "vcpus": chooser.pick((0.0, 0.0, 1.0, 2.5, 4.0)),
        "host_memory": chooser.pick((0, 0, 1, 4, 8, 16)) * UNIT,
    }


def draw_model(
    chooser: Chooser, limits: Limits, index: int, *, copies: int, slots: int, types: tuple[InstanceType, ...], tenants: tuple[str, ...]
) -> Model:
    """A model of which at most `copies` copies are worth placing, whichever of its modes they run in."""
    with_traffic = chooser.chance(60)
    modes = tuple(
        draw_mode(chooser, types, traffic=with_traffic and (number == 0 or chooser.chance(85))) for number in range(chooser.integer(1, limits.modes))
    )
    counts = _counts(chooser, copies)
    fields: dict[str, Any] = {
        "name": draw_name(chooser, f"model-{index}"),
        "tenant": chooser.pick((None, *tenants)),
        "modes": modes,
        "copies": counts,
        "traffic": _traffic(chooser, counts, copies, slots, modes) if with_traffic else None,
        "framework": chooser.pick(FRAMEWORKS),
        "streaming": chooser.chance(20),
        "isolation": chooser.pick((Isolation.SHARED, Isolation.SHARED, Isolation.SHARED, *Isolation)),
        "priority": chooser.pick((0, 0, 0, 10, -5, 1_000_000)),
        "cold_start_s": chooser.pick((0.0, 30.0, 60.0)),
    }
    if chooser.chance(30):
        fields["slo"] = Slo(ttft_ms=chooser.pick((None, 250.0, 500.0)), tpot_ms=chooser.pick((None, 40.0, 80.0)))
    if chooser.chance(20):
        fields["max_copies_per_node"] = chooser.integer(1, 2)
    zones = min(copies, copies if counts.max is None else counts.max, 3)
    if zones >= 2 and chooser.chance(20):
        fields["min_zones"] = chooser.integer(2, zones)
    if chooser.chance(25):
        fields["hosting"] = _hosting(chooser, fields["isolation"])
    return with_extras(chooser, Model(**fields), copies, types)


def crowd(chooser: Chooser, model: Model) -> Model:
    """The model so small, and so easily pleased, that several find room on one node: there the rules on neighbours decide."""
    modes = tuple(
        mode.model_copy(
            update={
                "memory_per_accelerator": mode.memory_per_accelerator // 4,
                "host_memory": mode.host_memory // 4,
                "vcpus": mode.vcpus / 4,
                "compute_share": chooser.pick((0.0, 0.0, 0.4)) if mode.accelerators else mode.compute_share,
                "load_s": None if mode.load_s is None else mode.load_s / 2,
            }
        )
        for mode in model.modes
    )
    return model.model_copy(
        update={
            "modes": modes,
            "cold_start_s": 60.0,
            "isolation": Isolation.SHARED,
            "streaming": chooser.chance(20),
            "slo": Slo(),
            "hosting": tuple(Hosting),
        }
    )


def draw_seldom(chooser: Chooser, limits: Limits, index: int, *, slots: int, types: tuple[InstanceType, ...], tenants: tuple[str, ...]) -> Model:
    """A model of a long tail: asked for so seldom that its requests may wait while it is loaded into a node that others use."""
    drawn = draw_model(chooser, limits, index, copies=1, slots=slots, types=types, tenants=tenants)
    rates = tuple(chooser.pick((0.0002, 0.001, 0.0)) for _ in range(slots))
    modes = tuple(
        mode.model_copy(
            update={
                "load_s": chooser.pick((10.0, 20.0, 45.0)),
                "requests_per_second": 1.0,
                "compute_share": 0.0,
                "memory_per_accelerator": mode.memory_per_accelerator // 4,
                "host_memory": mode.host_memory // 4,
                "vcpus": mode.vcpus / 4,
            }
        )
        for mode in drawn.modes
    )
    return drawn.model_copy(
        update={
            "modes": modes,
            "traffic": Traffic(requests_per_second=rates),
            "copies": Copies(min=1, max=1),
            "cold_start_s": chooser.pick((60.0, 120.0)),
            "cold_start_quantile": chooser.pick((0.5, 0.8)),
            "framework": None,
            "streaming": False,
            "min_zones": 1,
            "survive": Survive.NONE,
            "hosting": tuple(Hosting),
        }
    )


def _hosting(chooser: Chooser, isolation: Isolation) -> tuple[Hosting, ...]:
    allowed = set(subset(chooser, tuple(Hosting), 60)) or {chooser.pick(tuple(Hosting))}
    if isolation is Isolation.ENDPOINT:
        allowed.add(Hosting.SINGLE_MODEL)  # anything else is a contradiction that the reader refuses
    return tuple(option for option in Hosting if option in allowed)


def with_extras(chooser: Chooser, model: Model, copies: int, types: tuple[InstanceType, ...]) -> Model:
    """The model with what few models state: a reserve, waits by quantile, what it gives up, its precision."""
    fields: dict[str, Any] = {}
    seldom = model.peak_micro and model.peak_micro < 10**5
    if chooser.chance(60 if seldom else 3):  # only models that are asked for seldom gain by it
        fields["cold_start_quantile"] = chooser.pick((0.5, 0.9, 0.99))
    if chooser.chance(15):
        fields["max_unavailable"] = chooser.integer(1, 2)
    if chooser.chance(10):
        fields["precision"] = chooser.pick((("fp8", "bf16"), ("int4",)))
    if chooser.chance(15):
        fields["degrade"] = _degrade(chooser, types)
    if chooser.chance(15):
        fields["survive"] = chooser.pick((Survive.NODE, Survive.ZONE, Survive.NONE))
    drawn = model.model_copy(update=fields)
    return drawn if worth_placing(drawn) <= copies else drawn.model_copy(update={"survive": None})


def _degrade(chooser: Chooser, types: tuple[InstanceType, ...]) -> Degrade:
    return Degrade(
        latency_factor=chooser.pick((1.0, 1.5, 4.0)),
        modes=(draw_mode(chooser, types, traffic=True),) if chooser.chance(30) else (),
        hosting=subset(chooser, tuple(Hosting), 25),
        scale_to_zero=chooser.chance(30),
    )


def worth_placing(model: Model) -> int:
    """Copies that are worth placing, at most: what the slowest mode that serves at all needs, or the model's own maximum."""
    needed = max([base_copies(model), *(need for mode in model.modes if (need := copies_needed(model, mode)) is not None)])
    limit = copies_limit(model)
    return needed if limit is None else min(needed, limit)


def _counts(chooser: Chooser, copies: int) -> Copies:
    """Exactly n, or from n to more, or from n with no stated maximum, or none at all unless there is traffic."""
    least = chooser.integer(1, copies)
    shape = chooser.integer(0, 9)
    if shape < 4:
        return Copies(min=least, max=least)
    if shape < 7:
        return Copies(min=0 if chooser.chance(10) else least, max=copies)
    return Copies(min=least if shape < 9 else 0, max=None)


def _traffic(chooser: Chooser, counts: Copies, copies: int, slots: int, modes: tuple[Mode, ...]) -> Traffic:
    """Demand that at most `copies` copies of the slowest mode can serve; or more than the model's own maximum can; or hardly any, or none."""
    slowest = min(mode.requests_per_second for mode in modes if mode.requests_per_second)
    most = int(slowest * min(copies, counts.max or copies))
    shape = chooser.integer(0, 19)
    if shape in {17, 18}:
        rates: tuple[float, ...] = (0.0, 0.0005, 0.01)
    elif shape == 19 and counts.max is not None:
        rates = (0.0, float(most + chooser.integer(1, 2 * most)))
    else:
        rates = (0.0, float(chooser.integer(1, most)))
    number = slots if chooser.chance(70) else 1
    # Rates between off and on: each slot its own, so that profiles rise and fall.
    profile = [chooser.pick(rates) if shape >= 17 else chooser.pick((0.0, float(chooser.integer(1, most)))) for _ in range(number)]
    if chooser.chance(5):
        profile = [0.0] * number
    lengths = {"input_tokens": chooser.pick((512.0, 512.0, 16.0, 3000.5)), "output_tokens": float(chooser.pick((128, 16, 400)))}
    return Traffic(requests_per_second=tuple(profile), **lengths)
