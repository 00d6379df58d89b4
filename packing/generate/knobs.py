"""The knobs of synthetic fleets, one for each thing that makes packing hard, and the named suites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from packing.domain.words import Sharing
from packing.errors import Fault, ProblemError

SHARING_KINDS = (*(str(kind) for kind in Sharing), "mixed")


@dataclass(frozen=True, slots=True)
class Knobs:
    """What a synthetic fleet is like.

    Parameters
    ----------
    models : number of models.
    shapes : number of distinct mode sets; models share them in turn.
    copies : copies of all models together; a few models have many, most have few.
    pools : number of pools.
    tightness : accelerators that the copies fill, each shape packed by itself, / stock, by accelerator kind
        (1: mixing shapes has to make up for what isolation and whole nodes waste; above 1: short). 0: stock is unlimited.
    size_skew : 0: all copies are about equally large; larger: many small ones and few large ones.
    isolated_share : share of the tenants that share nodes with nobody (instance or endpoint isolation); as many
        ask for container isolation.
    tenants : number of tenants; 0: models without tenants.
    conflicts : share of the tenants that must not meet one other tenant.
    zones : number of zones that the pools are spread over; with several, some models ask for two.
    slots : length of the traffic profiles; with more than one, models have their own office hours.
    sharing : `exclusive`, `memory`, `mig`, or `mixed` (changes from instance type to instance type).
    fragmentation : share of the shapes whose memory leaves an awkward rest (a bit over a half, a third, a
        quarter) instead of a half, a quarter, an eighth of an accelerator.
    tolerant_share : share of the models that tolerate a cold start, so that multi-model hosting is open to them.
    modes : most modes of a model (each on another accelerator kind).
    seed : the same knobs and seed make the same problem.
    """

    models: int = 50
    shapes: int = 20
    copies: int = 100
    pools: int = 5
    tightness: float = 0.7
    size_skew: float = 1.0
    isolated_share: float = 0.1
    tenants: int = 10
    conflicts: float = 0.2
    zones: int = 1
    slots: int = 1
    sharing: str = "memory"
    fragmentation: float = 0.3
    tolerant_share: float = 0.2
    modes: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        faults = [*self._faults()]
        if faults:
            raise ProblemError(faults)

    def _faults(self) -> list[Fault]:
        least = {"models": 1, "shapes": 1, "copies": self.models, "pools": 1, "tenants": 0, "zones": 1, "slots": 1, "modes": 1}
        faults = [
            Fault("bad_option", name, str(value), "The figure is too small.", f"Give {floor} or more.")
            for name, floor in least.items()
            if (value := getattr(self, name)) < floor
        ]
        faults += [
            Fault("bad_option", name, str(value), "A share is between 0 and 1.", "Give a number from 0 to 1.")
            for name in ("isolated_share", "conflicts", "fragmentation", "tolerant_share")
            if not 0 <= (value := getattr(self, name)) <= 1
        ]
        faults += [
            Fault("bad_option", name, str(value), "The figure is out of range.", "Give a number from 0 to 10.")
            for name in ("tightness", "size_skew")
            if not 0 <= (value := getattr(self, name)) <= 10
        ]
        if self.sharing not in SHARING_KINDS:
            faults.append(Fault("bad_option", "sharing", self.sharing, "No such sharing kind.", f"Use one of {', '.join(SHARING_KINDS)}."))
        return faults


SUITES: dict[str, Knobs] = {
    "small": Knobs(models=30, shapes=10, copies=100, pools=5, tenants=5),
    "medium": Knobs(models=300, shapes=100, copies=1_000, pools=8, tenants=40, conflicts=0.3, zones=2),
    "large": Knobs(models=1_000, shapes=100, copies=10_000, pools=10, tenants=100, zones=3),
    "huge": Knobs(models=3_000, shapes=300, copies=100_000, pools=12, tenants=200, zones=3),
}
"""Named sizes; `seed` and every knob can still be changed."""


def suite(name: str) -> Knobs:
    """The knobs of a named suite.

    Raises
    ------
    ProblemError : there is no such suite.
    """
    if name not in SUITES:
        raise ProblemError([Fault("bad_option", "suite", name, "No such suite.", f"Use one of {', '.join(SUITES)}.")])
    return SUITES[name]


def turn(knobs: Knobs, changes: Mapping[str, Any]) -> Knobs:
    """Knobs with some of them changed.

    Raises
    ------
    ProblemError : a knob is unknown or out of range.
    """
    names = [field.name for field in fields(Knobs)]
    unknown = sorted(set(changes) - set(names))
    if unknown:
        raise ProblemError([Fault("bad_option", knob, str(changes[knob]), "No such knob.", f"The knobs are {', '.join(names)}.") for knob in unknown])
    return replace(knobs, **changes)
