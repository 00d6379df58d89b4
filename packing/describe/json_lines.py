"""On which line each value of a JSON text stands: what is not wanted is skipped by the fast reader of the standard library."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]

Location = tuple[int | str, ...]
_SPACE = re.compile(r"[ \t\n\r]*")
_NEW_LINE = re.compile("\n")
MAX_DEPTH = 100


def find_lines(text: str, seen: Callable[[Location, int], None], wants: Callable[[Location], bool]) -> bool:
    """Call `seen` with the location and line (from 1) of values; False where the text is not JSON after all.

    Parameters
    ----------
    text : JSON.
    wants : whether the values inside a record of a section, such as ``("models", 3)``, are wanted; the section itself always is.
    """
    walk = _Walk(text, seen, wants)
    try:
        end = walk.value(walk.space(0), ())
        return walk.space(end) == len(text)
    except (ValueError, IndexError, StopIteration):
        return False


class _Walk:
    """One pass over a text."""

    def __init__(self, text: str, seen: Callable[[Location, int], None], wants: Callable[[Location], bool]) -> None:
        self.text, self._seen, self._wants = text, seen, wants
        self._starts = [match.start() for match in _NEW_LINE.finditer(text)]
        self._skip = json.JSONDecoder().raw_decode

    def space(self, at: int) -> int:
        """Where the next character stands that is not a space."""
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def value(self, at: int, location: Location) -> int:
        """Walk through the value at a position; returns where it ends."""
        if location:
            self._seen(location, bisect_right(self._starts, at) + 1)
        inside = len(location) < 2 or (len(location) < MAX_DEPTH and self._wants(location))
        opened = self.text[at]
        if opened not in "{[" or not inside:
            return int(self._skip(self.text, at)[1])
        return self._inside(at, location, mapping=opened == "{")

    def _inside(self, at: int, location: Location, *, mapping: bool) -> int:
        closing, number = "}" if mapping else "]", 0
        at = self.space(at + 1)
        while self.text[at] != closing:
            key: int | str = number
            if mapping:
                key, at = scanstring(self.text, self._past(at, '"'))
                at = self.space(self._past(self.space(at), ":"))
            at = self.space(self.value(at, (*location, key)))
            number += 1
            if self.text[at] == ",":
                at = self.space(at + 1)
        return at + 1

    def _past(self, at: int, sign: str) -> int:
        if self.text[at] != sign:
            raise ValueError(sign)
        return at + 1
