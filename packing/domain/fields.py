"""Field types of the domain: what a value may look like in a file, checked and rounded on the way in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from packing.domain.units import MAX_QUANTITY, UnitError, memory_fraction

MAX_NUMBER = 1e9


class Record(BaseModel):
    """Base of every domain type: frozen, strict about unknown fields, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True, validate_default=True)


def _memory(rounding: Callable[[Any], int]) -> BeforeValidator:
    def parse(value: Any) -> int:
        try:
            return rounding(memory_fraction(value))
        except UnitError as error:
            raise PydanticCustomError(error.kind, "{cause}", {"cause": error.cause, "action": error.action}) from None

    return BeforeValidator(parse)


def _number(value: Any) -> float:
    """A finite number; whole numbers and number texts of a file alike, booleans not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("wrong_type", "{cause}", {"cause": f"Not a number: {value!r:.60}.", "action": "Give a number."})
    if isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("bad_number", "{cause}", {"cause": "The number is not finite.", "action": "Give a finite number."})
    if value < 0:
        raise PydanticCustomError("bad_number", "{cause}", {"cause": "The number is negative.", "action": "Give zero or more."})
    if value > MAX_NUMBER:
        raise PydanticCustomError("bad_number", "{cause}", {"cause": "The number is larger than 10^9.", "action": "Check the unit."})
    return float(value)


def _strings(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


_MEMORY_SCHEMA = WithJsonSchema(
    {
        "anyOf": [{"type": "integer", "minimum": 0, "maximum": MAX_QUANTITY}, {"type": "number"}, {"type": "string"}],
        "description": "Bytes, or text such as 80GiB, 80Gi, 80GB.",
    }
)

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
MemoryNeed = Annotated[int, _memory(math.ceil), _MEMORY_SCHEMA]
"""Bytes needed: rounded up."""
MemoryCapacity = Annotated[int, _memory(math.floor), _MEMORY_SCHEMA]
"""Bytes available: rounded down."""
Number = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": "number", "minimum": 0, "maximum": MAX_NUMBER})]
"""A finite number from 0 to 10^9."""
Count = Annotated[int, Field(ge=0, le=10_000_000)]


def tuple_of(value: Any) -> Any:
    """Lists of a file become tuples, so that every record is hashable and frozen in depth."""
    return tuple(value) if isinstance(value, list) else value


AsTuple = BeforeValidator(tuple_of)
OneOrMore = BeforeValidator(_strings)
