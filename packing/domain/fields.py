"""Field types of the domain: what a value may look like in a file, checked and rounded on the way in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from packing.domain.faults import coded, faults_of
from packing.domain.units import MAX_QUANTITY, UnitError, cores, memory_fraction
from packing.errors import UNPRINTABLE, ProblemError

MAX_NUMBER = 1e9


class Record(BaseModel):
    """Base of every domain type: frozen, strict about unknown fields, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True, validate_default=True)

    if not TYPE_CHECKING:  # type checkers keep the signature that the fields give

        def __init__(self, **data: Any) -> None:
            """Build a record; what is wrong with it is raised as one ProblemError with all faults."""
            try:
                super().__init__(**data)
            except ValidationError as error:
                raise ProblemError(faults_of(error, type(self), data)) from None

        # Tells pydantic that validation of nested records and `model_validate` need not come through here.
        __init__.__pydantic_base_init__ = True


def _memory(rounding: Callable[[Any], int]) -> BeforeValidator:
    def parse(value: Any) -> int:
        try:
            return rounding(memory_fraction(value))
        except UnitError as error:
            raise coded(error.kind, error.cause, error.action) from None

    return BeforeValidator(parse)


def _number(value: Any) -> float:
    """A finite number; whole numbers and number texts of a file alike, booleans not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise coded("wrong_type", "This is not a number.", "Give a number.")
    if isinstance(value, float) and not math.isfinite(value):
        raise coded("bad_number", "The number is not finite.", "Give a finite number.")
    if value < 0:
        raise coded("bad_number", "The number is negative.", "Give zero or more.")
    if value > MAX_NUMBER:
        raise coded("bad_number", "The number is larger than 10^9.", "Check the unit.")
    return float(value)


def _cores(value: Any) -> float:
    """Cores, also as Kubernetes writes them: ``500m`` is a half."""
    try:
        return _number(cores(value) if isinstance(value, str) else value)
    except UnitError as error:
        raise coded(error.kind, error.cause, error.action) from None


def _strings(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


_MEMORY_SCHEMA = WithJsonSchema(
    {
        "anyOf": [{"type": "integer", "minimum": 0, "maximum": MAX_QUANTITY}, {"type": "number"}, {"type": "string"}],
        "description": "Bytes, or text such as 80GiB, 80Gi, 80GB.",
    }
)

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=rf"^[^{UNPRINTABLE}]+$")]
"""What anything is called: 1 to 200 characters of one line, all of which are seen (`packing.errors.UNPRINTABLE`)."""
Label = Annotated[str, Field(max_length=200, pattern=rf"^[^{UNPRINTABLE}]*$")]
"""A name that may be empty."""
Mentioned = Annotated[str, Field(max_length=1000, pattern=rf"^[^{UNPRINTABLE}]*$")]
"""What a file about a problem calls something of it: a name, or what is made of names (a pool's label)."""
Sentence = Annotated[str, Field(max_length=20_000, pattern=rf"^[^{UNPRINTABLE}]*$")]
"""Text for people: one line of characters that are seen."""
MemoryNeed = Annotated[int, _memory(math.ceil), _MEMORY_SCHEMA]
"""Bytes needed: rounded up."""
MemoryCapacity = Annotated[int, _memory(math.floor), _MEMORY_SCHEMA]
"""Bytes available: rounded down."""
Number = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": "number", "minimum": 0, "maximum": MAX_NUMBER})]
"""A finite number from 0 to 10^9."""
Cores = Annotated[
    float, BeforeValidator(_cores), WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": MAX_NUMBER}, {"type": "string"}]})
]
"""A number of cores, or text in thousandths such as 500m."""
Count = Annotated[int, Field(ge=0, le=10_000_000)]


def tuple_of(value: Any) -> Any:
    """Lists of a file become tuples, so that every record is hashable and frozen in depth."""
    return tuple(value) if isinstance(value, list) else value


AsTuple = BeforeValidator(tuple_of)
OneOrMore = BeforeValidator(_strings)
