"""What the catalogue knows, looked up only when the input itself does not say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem

if TYPE_CHECKING:
    from packing.catalog.types import Accelerator, Offer


def offers() -> Mapping[str, Offer]:
    """Offers of the catalogue by name of the instance type."""
    from packing.catalog import offers as catalogue

    return catalogue()


def accelerators() -> Mapping[str, Accelerator]:
    """Accelerators of the catalogue by name."""
    from packing.catalog import accelerators as catalogue

    return catalogue()


class InstanceTypes:
    """The instance types that a problem can name: its own first, then the catalogue's."""

    def __init__(self, problem: Problem) -> None:
        self._own = {kind.name: kind for kind in problem.instance_types}

    def find(self, name: str) -> InstanceType | None:
        """The instance type of this name; None where neither the problem nor the catalogue has it."""
        own = self._own.get(name)
        if own is not None:
            return own
        offer = offers().get(name)
        return None if offer is None else offer.instance

    def names(self) -> list[str]:
        """All names that can be found."""
        return [*self._own, *offers()]

    def of_fleet(self, fleet: tuple[Pool, ...]) -> list[InstanceType]:
        """The distinct types of the pools, in the order of their names; unknown ones are left out."""
        found = (self.find(name) for name in sorted({pool.instance_type for pool in fleet}))
        return [kind for kind in found if kind is not None]
