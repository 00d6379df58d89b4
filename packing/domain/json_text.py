"""JSON text: the one place that writes it, so that none of it holds NaN or infinity, which are not JSON and which other readers refuse."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from packing.errors import InternalError


def json_text(data: Any, *, indent: int | None = 1, sort_keys: bool = False, compact: bool = False, ascii_only: bool = False) -> str:
    """JSON text of plain data.

    Parameters
    ----------
    data : dicts, lists, tuples, strings, numbers, booleans and None.
    indent : spaces of each level; None: everything in one line.
    sort_keys : keys in alphabetical order: for digests, which must not depend on the order in which fields are declared.
    compact : no spaces behind commas and colons.
    ascii_only : characters beyond ASCII as escapes.

    Raises
    ------
    InternalError : a number is NaN or infinite. What is not known is None; a figure that is no number is a mistake of whoever computed it.
    """
    separators = (",", ":") if compact else None
    try:
        return json.dumps(data, indent=indent, sort_keys=sort_keys, separators=separators, ensure_ascii=ascii_only, allow_nan=False)
    except ValueError:
        odd = next(_not_finite(data), None)
        if odd is None:
            raise
        raise InternalError(f"a figure that is no number was to be written: {odd}") from None


def canonical_text(data: Any) -> str:
    """JSON text that is hashed: one line, keys sorted, ASCII. The digests in people's files depend on every byte of it."""
    return json_text(data, indent=None, sort_keys=True, ascii_only=True)


def _not_finite(data: Any, where: str = "") -> Iterator[str]:
    """Paths of the numbers that JSON cannot hold, with their values."""
    if isinstance(data, float) and not math.isfinite(data):
        yield f"{where or '(top level)'} is {data}"
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _not_finite(value, f"{where}.{key}" if where else str(key))
    elif isinstance(data, list | tuple):
        for at, value in enumerate(data):
            yield from _not_finite(value, f"{where}[{at}]")
