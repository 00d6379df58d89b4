"""The answer to a shortage, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from packing.domain.json_text import json_text
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.shortage import Concession
from packing.verify import Verification


@dataclass(frozen=True, slots=True)
class Addition:
    """Stock that would have to be added: nodes of one pool, and what they cost in USD per hour."""

    pool: str
    nodes: int
    price_per_hour: float


@dataclass(frozen=True, slots=True)
class Loss:
    """What one model goes without, compared with what it asks for; isolation is never part of it.

    Attributes
    ----------
    concessions : what it gave up, the mildest first.
    copies_asked, copies : with all that it asks for (in its fastest mode, with its reserve); in the placement.
    rate_asked, rate : requests/s at the peak; what is served of them. None: it has no traffic, or no mode states a throughput.
    ttft_factor, tpot_factor : slowest copy / SLO where that is above 1; None: within the SLO, or not stated.
    precisions, hostings : those that copies are in and the model did not ask for.
    reserve : the reserve that it asked for and does not have; None: it has what it asked for.
    brought_back_by : the cheapest stock of a single pool with which it needs no concession, all others unchanged; None: see `note`.
    note : why there is no such stock; empty where there is.
    """

    model: str
    priority: int
    concessions: tuple[Concession, ...]
    copies_asked: int
    copies: int
    rate_asked: float | None
    rate: float | None
    ttft_factor: float | None
    tpot_factor: float | None
    precisions: tuple[str, ...]
    hostings: tuple[str, ...]
    reserve: str | None
    brought_back_by: Addition | None
    note: str


@dataclass(frozen=True, slots=True)
class ShortageAnswer:
    """What to run while accelerators are short, what each model goes without, and what brings it back.

    Attributes
    ----------
    problem : digest of the problem that was asked about.
    conceded : the problem with the concessions applied: `placement` is a complete answer to it.
    concessions : in the order in which they are given up: the lowest priority first, then the mildest stage. None: nothing is short.
    placement : it has passed the checker against `conceded`.
    verification : what the checker found out about it.
    losses : one for each model that gave something up, the highest priority first.
    brought_back_by : the cheapest stock of a single pool with which nobody needs a concession; None: none was found.
    proven : whether each concession that stays was proven to be needed beside the others, and no fewer copies can be missing.
    solves : problems that were solved on the way.
    limit : which limit stopped the search: ``time`` or ``cancelled``; None: it ended by itself.
    incidents : what went otherwise than meant and did not spoil the answer: a bound that a placement contradicted (nothing is proven then).
    """

    problem: str
    conceded: Problem = field(repr=False)
    concessions: tuple[Concession, ...]
    placement: Placement = field(repr=False)
    verification: Verification = field(repr=False)
    losses: tuple[Loss, ...]
    brought_back_by: Addition | None
    proven: bool
    solves: int
    limit: str | None
    incidents: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nobody gave anything up."""
        return not self.concessions

    @property
    def restore(self) -> tuple[Concession, ...]:
        """The concessions in the order in which they are taken back: the reverse of that in which they were made."""
        return tuple(reversed(self.concessions))

    def to_json(self) -> str:
        """Canonical text: the same answer gives the same bytes."""
        return json_text(self._data()) + "\n"

    def _data(self) -> dict[str, Any]:
        return {
            "schema_version": 1,
            "problem": self.problem,
            "complete": self.complete,
            "proven": self.proven,
            "limit": self.limit,
            "concessions": [each.model_dump(mode="json", by_alias=True) for each in self.concessions],
            "restore": [each.model_dump(mode="json", by_alias=True) for each in self.restore],
            "models": [_loss(each) for each in self.losses],
            "brought_back_by": _addition(self.brought_back_by),
            "placement": self.placement.model_dump(mode="json", by_alias=True),
        }


def _loss(loss: Loss) -> dict[str, Any]:
    return {
        "model": loss.model,
        "priority": loss.priority,
        "stages": [str(each.stage) for each in loss.concessions],
        "copies": {"asked": loss.copies_asked, "placed": loss.copies},
        "requests_per_second": {"asked": loss.rate_asked, "served": loss.rate},
        "ttft_factor": loss.ttft_factor,
        "tpot_factor": loss.tpot_factor,
        "precisions": list(loss.precisions),
        "hostings": list(loss.hostings),
        "reserve": loss.reserve,
        "isolation": None,
        "brought_back_by": _addition(loss.brought_back_by),
        "note": loss.note,
    }


def _addition(addition: Addition | None) -> dict[str, Any] | None:
    return None if addition is None else {"pool": addition.pool, "nodes": addition.nodes, "price_per_hour": addition.price_per_hour}
