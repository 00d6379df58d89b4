"""JSON text: the one place that writes it, so that nothing written holds NaN or infinity, which are not JSON."""

from __future__ import annotations

import json
from typing import Any


def json_text(
    data: Any, *, indent: int | None = 1, ensure_ascii: bool = False, sort_keys: bool = False, separators: tuple[str, str] | None = None
) -> str:
    """Text of plain data, without a line end.

    Parameters
    ----------
    data : dictionaries, lists, texts, numbers, None; what is not known is None.
    indent, ensure_ascii, sort_keys, separators : as in `json.dumps`; digests state their own.

    Raises
    ------
    ValueError : a number is NaN or infinite. That is a defect of whatever computed it; it is never written.
    """
    return json.dumps(data, indent=indent, ensure_ascii=ensure_ascii, sort_keys=sort_keys, separators=separators, allow_nan=False)
