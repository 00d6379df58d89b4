"""A group while it is worked on, and what its placement says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.placement import Placement, Unplaced
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.schedule import Group, in_slots, slots_of
from packing.domain.units import MICRO
from packing.domain.words import Status
from packing.solve.check import unplaced_copies
from packing.solve.context import relative_gap
from packing.verify import verify

RULES = frozenset(str(rule) for rule in Rule)
Proof = tuple[tuple[int, ...], int]
"""Missing copies by priority, and a bound (units) on the objective of all placements with just these missing."""


@dataclass(frozen=True)
class Slots:
    """Some consecutive slots, and the problem in them."""

    whole: Problem
    first: int
    count: int

    @cached_property
    def part(self) -> Problem:
        """The problem in these slots."""
        return in_slots(self.whole, slots_of(self.first, self.count, self.whole.slots))

    @cached_property
    def digest(self) -> str:
        """Its hash."""
        return self.part.digest()


@dataclass(frozen=True)
class Draft:
    """A group as it stands: its slots, its placement, what it lacks, and its objective in units."""

    slots: Slots
    placement: Placement
    missing: tuple[int, ...]
    """Copies by priority, the highest first."""
    objective: int
    micro_usd: int
    """Per hour."""
    broken: bool = False
    """Whether it breaks a rule."""

    @property
    def group(self) -> Group:
        """As it is written down."""
        return Group(first=self.slots.first, slots=self.slots.count, placement=self.placement)


def drafted(slots: Slots, placement: Placement, reasons: Iterable[Unplaced] = (), proof: Proof | None = None) -> Draft:
    """The endpoints, nodes and copies of a placement as an answer for these slots; everything else is said anew.

    Parameters
    ----------
    reasons : why copies are missing, where it is known.
    proof : a bound on the same problem, from wherever it is known.
    """
    unplaced = unplaced_copies(slots.part, placement, reasons, "the search ended without room for it")
    whole = not unplaced and not placement.conceded
    status = Status.FEASIBLE if whole else Status.PARTIAL if placement.copies else Status.UNKNOWN
    changed = {"problem": slots.digest, "status": status, "objective": None, "bound": None, "gap": None, "unplaced": unplaced}
    blank = placement.model_copy(update=changed)
    seen = verify(slots.part, blank)
    units = seen.objective_units or 0
    missing = tuple(copies for _, copies in seen.missing)
    figures: dict[str, object] = {"objective": units / OBJECTIVE_UNITS, "cost_per_hour": seen.cost_micro_usd / MICRO, "fitness": seen.scores}
    if proof is not None and proof[0] == missing:
        bound = min(proof[1], units)
        figures |= {"bound": bound / OBJECTIVE_UNITS, "gap": relative_gap(units, bound)}
        figures |= {"status": Status.OPTIMAL} if bound >= units and status is Status.FEASIBLE else {}
    broken = any(each.rule in RULES for each in seen.violations)
    return Draft(slots, blank.model_copy(update=figures), missing, units, seen.cost_micro_usd, broken)
