"""Every model with the modes in which it may run: its own, or those that follow from its architecture and the fleet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from packing.describe.architectures import Architectures
from packing.describe.targets import targets_of
from packing.domain.hardware import InstanceType
from packing.domain.workload import Mode, Model

if TYPE_CHECKING:
    from packing.capacity import Target

# Fields of a model that say where its copies may go, not what a copy is: models that differ in these only have the same modes.
_NOT_OF_A_COPY = {"name", "tenant", "isolation", "priority", "max_copies_per_node", "max_unavailable", "min_zones", "survive", "degrade"}
NAMED = 3
"""Names that a notice lists before it says "and so many more"."""


class Filling:
    """Fills in modes, each distinct model once.

    Parameters
    ----------
    types : instance types of the fleet.
    resolver : facts of architectures.
    robust : one-sided confidence at which figures with an error band are taken; None: as they are stated.
    """

    def __init__(self, types: Sequence[InstanceType], resolver: Architectures, robust: float | None) -> None:
        self._types, self._resolver, self._robust = types, resolver, robust
        self._derived: dict[str, tuple[Mode, ...]] = {}
        self._targets: list[Target] | None = None
        self._without_band: list[str] = []

    def model(self, model: Model) -> Model:
        """The model with its modes, their figures at the confidence asked for."""
        if model.modes or model.architecture is None:
            return self._given(model)
        key = model.model_dump_json(exclude=_NOT_OF_A_COPY)
        if key not in self._derived:
            self._derived[key] = self._derive(model)
        return model.model_copy(update={"modes": self._derived[key]})

    def notices(self) -> tuple[str, ...]:
        """What the user should know of the figures, one sentence each."""
        if not self._without_band:
            return ()
        names, more = self._without_band[:NAMED], len(self._without_band) - NAMED
        listed = ", ".join(names) + (f" and {more:,} more" if more > 0 else "")
        return (f"robust: figures of given modes without an error_band are taken as they are stated ({listed}); state a band to plan inside it",)

    def _given(self, model: Model) -> Model:
        if self._robust is None or not model.modes:
            return model
        from packing.capacity.robust import robust_mode, states_band

        if not all(states_band(mode) for mode in model.modes):
            self._without_band.append(model.name)
        confidence = self._robust
        return model.model_copy(update={"modes": tuple(robust_mode(mode, confidence) for mode in model.modes)})

    def _derive(self, model: Model) -> tuple[Mode, ...]:
        from packing.capacity import derive_modes

        if self._targets is None:
            self._targets = targets_of(self._types)
        assert model.architecture is not None
        architecture, targets = self._resolver.resolve(model.architecture), self._targets
        if self._robust is None:
            return derive_modes(model, architecture, targets)
        from packing.capacity.robust import robust_modes

        return robust_modes(model, self._robust, lambda asked: derive_modes(asked, architecture, targets))
