"""What the checker answers: violations, and its own figures of the placement."""

from __future__ import annotations

from dataclasses import dataclass

from packing.domain.placement import Scores

STRUCTURE, COST, OBJECTIVE, FITNESS, STATUS, UNPLACED = "structure", "cost", "objective", "fitness", "status", "unplaced"
CONCEDED, ROUTING = "conceded", "routing_weights"
STATED = (STRUCTURE, COST, OBJECTIVE, FITNESS, STATUS, UNPLACED, CONCEDED, ROUTING)
"""Names of violations that are no rule of docs/rules.md: the text of the placement contradicts itself or its problem."""

UNKNOWN_REASON = "unknown"
"""The one reason for a missing copy that is no rule: the search ended, and no single rule is to blame."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a placement.

    Parameters
    ----------
    rule : name of the rule of docs/rules.md, or one of `STATED`.
    where : path in the placement, e.g. ``nodes[n-0].accelerators[2]``.
    detail : one sentence with the figures.
    """

    rule: str
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.where}: {self.detail} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything that the checker found out about a placement, with its own arithmetic.

    Parameters
    ----------
    violations : empty iff the placement is valid and says the truth about itself.
    cost_micro_usd : micro-USD per hour, of the rented nodes in the placement and of all owned nodes of the fleet.
    objective_units : docs/fitness.md in units of 1e-9; None where a copy has no coefficient (its mode cannot serve).
    missing : (priority, missing copies) for every priority that a model has, the highest first.
    scores : the whole placement's five scores, clipped to 0..1 and rounded to 6 decimals.
    model_scores : the same for each model.
    """

    violations: tuple[Violation, ...]
    cost_micro_usd: int
    objective_units: int | None
    missing: tuple[tuple[int, int], ...]
    scores: Scores
    model_scores: dict[str, Scores]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations
