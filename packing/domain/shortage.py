"""What a model gives up when accelerators run short: one concession is one step of one stage, and can be taken back."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from packing.domain.fields import AsTuple, Name, Record


class Stage(StrEnum):
    """What is given up, the mildest first. Isolation is none of it: it is never given up."""

    RESERVE = "reserve"
    """The standing reserve (`survive`)."""
    SPREAD = "spread"
    """Zones (`min_zones`): given up for copies that run, where the fleet does not let them keep it."""
    COPIES = "copies"
    """Copies beyond `copies.min`, which only the traffic asks for: some of it is not served."""
    ACCELERATORS = "accelerators"
    """Modes that are slower than the SLO allows: cheaper or other accelerators."""
    PRECISION = "precision"
    """Further precisions of the weights."""
    HOSTING = "hosting"
    """Further hosting options."""
    SCALE_TO_ZERO = "scale_to_zero"
    """Copies below `copies.min`, of a model that may be without."""
    REFUSAL = "refusal"
    """Copies below `copies.min`, of a model that should not be without."""

    @property
    def severity(self) -> int:
        """0 (reserve) … 7 (refusal)."""
        return list(Stage).index(self)


Level = str | int | float | Annotated[tuple[Name, ...], AsTuple]


class Concession(Record):
    """One thing that a model gives up.

    `before` and `after` (``from`` and ``to`` in JSON) are by stage: the reserve; zones; requests/s that are served at the peak; the factor on the
    SLO; further precisions; further hosting options; the least number of copies.
    """

    model: Name
    stage: Annotated[Stage, Field(strict=False)]
    before: Annotated[Level, Field(alias="from")]
    after: Annotated[Level, Field(alias="to")]
