"""What own measurements say: parameters of the capacity laws, and what figures made with them are worth. `packing calibrate` writes it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from packing.domain.faults import coded
from packing.domain.fields import AsTuple, Count, Name, Number, Record, Sentence
from packing.domain.workload import ErrorBands

CALIBRATION_SCHEMA_VERSION = 1


class Span(Record):
    """Smallest and largest value that was measured."""

    least: Number
    most: Number

    @model_validator(mode="after")
    def _ordered(self) -> Span:
        if self.most < self.least:
            raise coded("contradiction", "most is smaller than least.", "Exchange them.")
        return self

    def holds(self, value: float) -> bool:
        """Whether a value is among what was measured."""
        return self.least <= value <= self.most


class Situation(Record):
    """A model on a kind of accelerator as it was measured, and the bands of figures within these ranges."""

    engine: Name
    accelerator: Name
    architecture: Name
    precisions: Annotated[tuple[Name, ...], AsTuple, Field(min_length=1)]
    degrees: Annotated[tuple[Annotated[int, Field(ge=1, le=1024)], ...], AsTuple, Field(min_length=1)]
    """Numbers of accelerators of a copy."""
    input_tokens: Span
    output_tokens: Span
    concurrency: Span
    """Requests in flight."""
    points: Annotated[Count, Field(ge=1)]
    bands: ErrorBands


class Fit(Record):
    """Parameters of one engine on one kind of accelerator, and the bands of models and lengths that were not measured on it."""

    engine: Name
    accelerator: Name
    parameters: dict[Name, Number] = Field(default_factory=dict)
    """Those of `packing.capacity.calibration.Engine`; parameters that are left out are those that the library ships."""
    points: Annotated[Count, Field(ge=1)]
    bands: ErrorBands | None = None
    """None: measurements were too few to say, and the library's bands stand."""


class Calibration(Record):
    """Figures of one's own. Accelerators that do not occur keep the library's parameters and bands."""

    schema_version: Annotated[int, Field(ge=1)] = CALIBRATION_SCHEMA_VERSION
    source: Sentence = ""
    """Which measurements."""
    laws: Sentence = ""
    """Hash of the library's own calibration that this one started from."""
    fits: Annotated[tuple[Fit, ...], AsTuple] = ()
    situations: Annotated[tuple[Situation, ...], AsTuple] = ()


def _kind(value: Any) -> str:
    return "file" if isinstance(value, str) else "inline"


CalibrationOrFile = Annotated[Annotated[Calibration, Tag("inline")] | Annotated[Name, Tag("file")], Discriminator(_kind)]
"""A calibration, or the name of a file that holds one."""
