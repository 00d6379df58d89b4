"""What a solve returns. Nothing in it is a guess: where something is unknown it is None."""

from __future__ import annotations

from dataclasses import dataclass, field

from packing.compile.data import Removed
from packing.describe.expand import Expanded
from packing.domain.placement import Placement, Scores, Unplaced
from packing.domain.words import Limit, Status
from packing.errors import Fault, NoPlacementError


@dataclass(frozen=True, slots=True)
class FitnessReport:
    """The five scores of the whole placement, and of each model in it."""

    whole: Scores
    models: dict[str, Scores]


@dataclass(frozen=True, slots=True)
class Change:
    """How the answer differs from what runs now.

    Parameters
    ----------
    moved : copies that leave where they are while another of their model comes up elsewhere.
    added, removed : copies by which models grow or shrink, and those that are lost with their nodes and come up again.
    stayed : copies that stay just where they are.
    loaded_bytes : of all copies that are loaded anew.
    move_price : what the loads cost, in units of the objective (1 = the whole scale).
    objective : of the placement, with the price of the moves: what was minimised.
    bound : proven lower bound on that; None where unknown.
    proven : nothing better is possible, moves counted.
    notices : what could not stay as it was, and what of the policy could not be had, a fault each.
    blocked : nodes that were to be drained and are not, since that takes more moves than the policy allows; `notices` say how many.
    """

    moved: int
    added: int
    removed: int
    stayed: int
    loaded_bytes: int
    move_price: float
    objective: float
    bound: float | None
    proven: bool
    notices: tuple[Fault, ...] = ()
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """Answer of `solve_placement`.

    Attributes
    ----------
    status : what is known (see `packing.domain.words.Status`).
    limit : what ended the search before it had nothing more to try (`packing.domain.words.Limit`): ``time``, ``work``, ``gap``, ``cancelled``;
        None: nothing did. Without ``time`` and ``cancelled``, with one worker and without incidents, the same input and seed give the same bytes.
    bound : proven lower bound on the objective of every placement with the same missing copies; None if unknown.
    complete_is_impossible : True if it is proven that every placement leaves something out; None if unknown.
    removed : candidates that a rule removed before the search.
    incidents : what went otherwise than meant and did not spoil the answer, a line each: a strategy that does not
        support the problem, a child process that was killed, a bound that a placement contradicted.
    withdrawn : where a placement contradicted a bound, what was claimed and what was found; nothing is proven then. It is a defect of this
        library, to be reported with the input. None: nothing of the kind.
    change : how it differs from the current placement; None where none was given.
    greedy : what greedy's first placement costs per hour, and the copies that it leaves out; None where it was not made in full.
    expanded : the problem as it was solved, with every mode and instance type filled in.
    """

    status: Status
    limit: Limit | None
    strategy: str
    elapsed_s: float
    digest: str
    expanded: Expanded = field(repr=False)
    removed: tuple[Removed, ...] = field(repr=False)
    complete_is_impossible: bool | None = None
    found: Placement | None = field(default=None, repr=False)
    fitness_report: FitnessReport | None = field(default=None, repr=False)
    incidents: tuple[str, ...] = ()
    change: Change | None = None
    withdrawn: str | None = None
    greedy: tuple[float, int] | None = None

    @property
    def has_placement(self) -> bool:
        """Whether there is a placement (perhaps a partial one)."""
        return self.found is not None

    @property
    def placement(self) -> Placement:
        """The placement; it has passed the checker.

        Raises
        ------
        NoPlacementError
            If the status says that there is none.
        """
        if self.found is None:
            raise NoPlacementError(f"there is no placement: status {self.status}, limit {self.limit}")
        return self.found

    @property
    def fitness(self) -> FitnessReport:
        """The scores, whole and per model. Raises NoPlacementError where there is no placement."""
        if self.fitness_report is None:
            raise NoPlacementError(f"there is no placement: status {self.status}, limit {self.limit}")
        return self.fitness_report

    @property
    def objective(self) -> float | None:
        """Weighted loss, 0 is perfect; None without a placement."""
        return self.found.objective if self.found else None

    @property
    def bound(self) -> float | None:
        """Proven lower bound on the objective; None where unknown."""
        return self.found.bound if self.found else None

    @property
    def gap(self) -> float | None:
        """(objective - bound) / objective; None where the bound is unknown."""
        return self.found.gap if self.found else None

    @property
    def cost_per_hour(self) -> float | None:
        """USD per hour, all rented nodes and all owned ones; None without a placement."""
        return self.found.cost_per_hour if self.found else None

    @property
    def unplaced(self) -> tuple[Unplaced, ...]:
        """What was left out, the lowest priority first, with reasons."""
        return self.found.unplaced if self.found else ()
