"""What an unquoted word of a YAML file means: the core rules of YAML 1.2.

PyYAML's own rules are those of YAML 1.1, where ``no`` is false, ``1:30`` is 90, ``012`` is 10 and ``1e3`` is text.
Here these are text, text, text and a number; a field that wants something else says so.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".inf": float("inf"), ".Inf": float("inf"), ".INF": float("inf"), "+.inf": float("inf"), "+.Inf": float("inf"), "+.INF": float("inf"),
    "-.inf": float("-inf"), "-.Inf": float("-inf"), "-.INF": float("-inf"), ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NUMBER_BEGINS = frozenset("+-.0123456789")
MAX_DIGITS = 400


def plain(text: str) -> Scalar:
    """Value of an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_BEGINS:
        return text
    if _INTEGER.fullmatch(text):
        return integer(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def integer(text: str) -> int | float:
    """A whole number; one that is longer than any float becomes infinite and is refused as such."""
    return int(text) if len(text) <= MAX_DIGITS else float("inf")
