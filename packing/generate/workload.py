"""Random tenants, modes and models: every field that a rule reads is drawn."""

from __future__ import annotations

from typing import Any

from packing.domain.hardware import InstanceType
from packing.domain.words import Hosting, Isolation
from packing.domain.workload import Copies, Mode, Model, Slo, Tenant, Traffic
from packing.generate.choose import Chooser, subset
from packing.generate.hardware import RESOURCE, UNIT, memory_units
from packing.generate.limits import Limits

FRAMEWORKS = (None, "vllm", "triton")


def draw_tenants(chooser: Chooser, limits: Limits) -> tuple[Tenant, ...]:
    """Tenants of all isolation levels, some of them in conflict with an earlier one."""
    names = [f"tenant-{index}" for index in range(chooser.integer(0, limits.tenants))]
    return tuple(
        Tenant(name=name, isolation=chooser.pick((Isolation.SHARED, *Isolation)), conflicts_with=subset(chooser, names[:index], 20))
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
        fields |= {"ttft_ms": float(chooser.integer(1, 10) * 50), "tpot_ms": float(chooser.integer(1, 8) * 10)}
    if chooser.chance(15):
        fields["resources"] = {RESOURCE: float(chooser.integer(1, 2))}
    if chooser.chance(40):
        fields["load_s"] = float(chooser.integer(1, 90))
    return Mode(**fields)


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
    """A model that can be asked for at most `copies` copies, whichever of its modes they run in."""
    with_traffic = chooser.chance(60)
    modes = tuple(
        draw_mode(chooser, types, traffic=with_traffic and (number == 0 or chooser.chance(85))) for number in range(chooser.integer(1, limits.modes))
    )
    counts = _counts(chooser, copies)
    fields: dict[str, Any] = {
        "name": f"model-{index}",
        "tenant": chooser.pick((None, *tenants)),
        "modes": modes,
        "copies": counts,
        "traffic": _traffic(chooser, counts, copies, slots, modes) if with_traffic else None,
        "framework": chooser.pick(FRAMEWORKS),
        "streaming": chooser.chance(20),
        "isolation": chooser.pick((Isolation.SHARED, Isolation.SHARED, Isolation.SHARED, *Isolation)),
        "priority": chooser.pick((0, 0, 10, -5)),
        "cold_start_s": chooser.pick((0.0, 30.0, 60.0)),
    }
    if chooser.chance(30):
        fields["slo"] = Slo(ttft_ms=chooser.pick((None, 250.0, 500.0)), tpot_ms=chooser.pick((None, 40.0, 80.0)))
    if chooser.chance(20):
        fields["max_copies_per_node"] = chooser.integer(1, 2)
    if copies >= 2 and (counts.max or copies) >= 2 and chooser.chance(20):
        fields["min_zones"] = 2
    if chooser.chance(25):
        allowed = set(subset(chooser, tuple(Hosting), 60)) or {chooser.pick(tuple(Hosting))}
        if fields["isolation"] is Isolation.ENDPOINT:
            allowed.add(Hosting.SINGLE_MODEL)  # anything else is a contradiction that the reader refuses
        fields["hosting"] = tuple(option for option in Hosting if option in allowed)
    return Model(**fields)


def _counts(chooser: Chooser, copies: int) -> Copies:
    """Exactly n, or from n to more, or from n with no stated maximum, or none at all unless there is traffic."""
    least = chooser.integer(1, copies)
    shape = chooser.integer(0, 9)
    if shape < 4:
        return Copies(min=least, max=least)
    if shape < 7:
        return Copies(min=least, max=copies)
    return Copies(min=least if shape < 9 else 0, max=None)


def _traffic(chooser: Chooser, counts: Copies, copies: int, slots: int, modes: tuple[Mode, ...]) -> Traffic:
    """Demand, on or off or between per slot, that at most `copies` copies of the slowest mode can serve."""
    slowest = min(mode.requests_per_second for mode in modes if mode.requests_per_second)
    most = int(slowest * min(copies, counts.max or copies))
    profile = [chooser.pick((0.0, float(chooser.integer(1, most)))) for _ in range(slots if chooser.chance(70) else 1)]
    return Traffic(requests_per_second=tuple(profile), output_tokens=float(chooser.pick((128, 16, 400))))
