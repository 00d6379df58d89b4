"""Which (mode, hosting option, instance type) may host a copy of a model, and which rule removed the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from packing.compile.fit import Refusal, latency_refusal, refusal
from packing.domain.demand import throughput_in_force
from packing.domain.hardware import InstanceType
from packing.domain.rules import Rule
from packing.domain.words import AcceleratorKind, Hosting, Isolation
from packing.domain.workload import Mode, Model


@dataclass(frozen=True, slots=True)
class Verdict:
    """One candidate before it has an index: kept (rule None) or removed."""

    mode: int | None
    hosting: Hosting | None
    kind: str
    rule: Rule | None
    detail: str = ""


def multi_model_kind(kind: InstanceType) -> bool:
    """Whether multi-model endpoints may use the instance type (rule `multi_model`)."""
    return kind.accelerators == 0 or (kind.accelerators == 1 and kind.accelerator_kind is AcceleratorKind.GPU)


def verdicts(model: Model, isolation: Isolation, kinds: list[tuple[InstanceType, bool]]) -> Iterator[Verdict]:
    """All combinations for one model. `kinds` come with whether any pool of theirs has stock."""
    usable = _Usable()
    in_force = throughput_in_force(model)
    for index, mode in enumerate(model.modes):
        refused = latency_refusal(model, mode)
        if refused is None and in_force and not mode.rps_micro:
            refused = Rule.THROUGHPUT, "the mode states no requests_per_second, others of the model do"
        if refused is not None:
            yield Verdict(index, None, "", *refused)
        else:
            usable.add(index, mode)
    hostings = []
    for hosting in Hosting:
        refused = hosting_refusal(model, isolation, hosting)
        if refused is None:
            hostings.append(hosting)
        else:
            yield Verdict(None, hosting, "", *refused)
    for kind, in_stock in kinds:
        if not in_stock:
            yield Verdict(None, None, kind.name, Rule.STOCK, f"no {kind.name} is in stock")
            continue
        yield from _on_kind(model, kind, usable, hostings)


class _Usable:
    """Modes of a model by the accelerator that they are for, so that those of others cost nothing on an instance type."""

    def __init__(self) -> None:
        self._anywhere: list[tuple[int, Mode]] = []
        self._of: defaultdict[str | None, list[tuple[int, Mode]]] = defaultdict(list)

    def __bool__(self) -> bool:
        return bool(self._anywhere or self._of)

    def add(self, index: int, mode: Mode) -> None:
        (self._of[mode.accelerator] if mode.accelerators else self._anywhere).append((index, mode))

    def on(self, kind: InstanceType) -> list[tuple[int, Mode]]:
        """Those that the instance type has the accelerator for, or that need none."""
        return sorted((*self._anywhere, *self._of.get(kind.accelerator, ())), key=itemgetter(0))


def _on_kind(model: Model, kind: InstanceType, modes: _Usable, hostings: list[Hosting]) -> Iterator[Verdict]:
    right = modes.on(kind)
    if modes and not right:
        yield Verdict(None, None, kind.name, Rule.ACCELERATORS, f"no mode for {kind.accelerator or 'CPU'}")
    for index, mode in right:
        refused = refusal(mode, kind)
        if refused is not None:
            yield Verdict(index, None, kind.name, *refused)
            continue
        for hosting in hostings:
            refused = _multi_model_refusal(model, mode, kind) if hosting is Hosting.MULTI_MODEL else None
            rule, detail = refused or (None, "")
            yield Verdict(index, hosting, kind.name, rule, detail)


def hosting_refusal(model: Model, isolation: Isolation, hosting: Hosting) -> Refusal | None:
    """Why the model may not be hosted like this, whatever the hardware; None if it may."""
    if hosting not in model.hosting:
        return Rule.HOSTING, f"the model allows only {', '.join(model.hosting)}"
    if isolation is Isolation.ENDPOINT and hosting is not Hosting.SINGLE_MODEL:
        return Rule.ISOLATION, "isolation: endpoint asks for a single-model endpoint"
    if hosting is Hosting.MULTI_MODEL:
        if model.streaming:
            return Rule.STREAMING, "the model streams its responses"
        if model.cold_start_s <= 0:
            return Rule.COLD_START, "the model does not tolerate a cold start (cold_start_s: 0)"
    return None


def _multi_model_refusal(model: Model, mode: Mode, kind: InstanceType) -> Refusal | None:
    if mode.accelerators > 1:
        return Rule.MULTI_MODEL, f"the mode needs {mode.accelerators} accelerators"
    if not multi_model_kind(kind):
        what = f"{kind.accelerators} accelerators" if kind.accelerators > 1 else f"{kind.accelerator_kind} accelerators"
        return Rule.MULTI_MODEL, f"{kind.name} has {what}"
    if mode.load_s is not None and mode.load_s > model.cold_start_s:
        return Rule.COLD_START, f"a load takes {mode.load_s:g} s, {model.cold_start_s:g} s are tolerated"
    return None
