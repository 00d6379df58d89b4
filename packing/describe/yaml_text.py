"""YAML text to plain data, from PyYAML's events: one pass that counts, and never builds an object.

A mapping may repeat no key, an alias may not multiply the file, nothing nests deeper than `MAX_DEPTH`. Keys are
always text. Merge keys (``<<``) are understood: what a mapping says itself wins over what it merges.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from packing.describe.scalars import plain
from packing.domain.faults import path_of, shown
from packing.errors import Fault, ProblemError

MAX_DEPTH = 50
MAX_NODES = 3_000_000
"""Values of a file with all its aliases written out."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_RESOLVED = {None, "!", *(_CORE + kind for kind in ("null", "bool", "int", "float", "map", "seq"))}
_MERGE = "<<"
_UNQUOTED = (None, "")  # the pure and the C parser say it differently

Location = tuple[int | str, ...]


class _Open:
    """A mapping or list that is being read."""

    __slots__ = ("anchor", "before", "key", "merged", "value")

    def __init__(self, value: dict[str, Any] | list[Any], anchor: str | None, before: int) -> None:
        self.value, self.anchor, self.before = value, anchor, before
        self.key: str | None = None
        self.merged: list[dict[str, Any]] = []


class _Reader:
    """State of one pass over the events of a document."""

    def __init__(self, seen: Callable[[Location, int], None] | None) -> None:
        self.faults: list[Fault] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        self._nodes = 0
        self._aliased = 0
        self._seen = seen
        self.result: Any = None

    def scalar(self, event: Any) -> None:
        """A scalar: a key where a mapping waits for one, else a value."""
        self._count(1, event)
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, event)
            return
        if event.tag not in _RESOLVED and event.tag != _CORE + "str":
            self._stop("syntax", event, event.tag, "Tags such as this one are not accepted.", "Write plain text, numbers, lists and mappings.")
        value = plain(event.value) if event.style in _UNQUOTED and event.tag != _CORE + "str" else event.value
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)
        self._add(value, event)

    def _key(self, top: _Open, event: Any) -> None:
        top.key = event.value
        if event.value in top.value and event.value != _MERGE:
            cause, action = "The same mapping already has this key.", "Keep one of them."
            self.faults.append(Fault("duplicate_key", self._here(event), shown(event.value), cause, action))

    def start(self, event: Any, value: dict[str, Any] | list[Any]) -> None:
        """A mapping or list begins."""
        self._count(1, event)
        if event.tag not in _RESOLVED:
            self._stop("syntax", event, event.tag, "Tags such as this one are not accepted.", "Write plain text, numbers, lists and mappings.")
        if len(self._open) >= MAX_DEPTH:
            self._stop("syntax", event, "", f"Values are nested more than {MAX_DEPTH} deep.", "Nothing in this format nests so deeply.")
        self._not_a_key(event)
        if self._seen is not None and self._open:
            self._seen(self._location(), event.start_mark.line + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._open.append(_Open(value, event.anchor, self._nodes - 1))

    def end(self, event: Any) -> None:
        """The innermost mapping or list ends."""
        done = self._open.pop()
        if done.merged and isinstance(done.value, dict):
            for mapping in done.merged:
                for key, value in mapping.items():
                    done.value.setdefault(key, value)
        if done.anchor is not None:
            self._anchors[done.anchor] = (done.value, self._nodes - done.before)
        self._add(done.value, event, told=True)

    def alias(self, event: Any) -> None:
        """A value that was written elsewhere: counted as if it were written out here."""
        found = self._anchors.get(event.anchor)
        if found is None:
            cause = "The value contains itself." if event.anchor in self._anchors else "There is no anchor of this name."
            self._stop("syntax", event, "*" + event.anchor, cause, "Write the value out.")
            return
        self._not_a_key(event)
        self._aliased += found[1]
        self._count(found[1], event)
        self._add(found[0], event)

    def _add(self, value: Any, event: Any, *, told: bool = False) -> None:
        if not self._open:
            self.result = value
            return
        if self._seen is not None and not told:
            self._seen(self._location(), event.start_mark.line + 1)
        top = self._open[-1]
        if isinstance(top.value, list):
            top.value.append(value)
            return
        key, top.key = top.key or "", None
        if key == _MERGE:
            mappings = value if isinstance(value, list) else [value]
            if not all(isinstance(each, dict) for each in mappings):
                self._stop("syntax", event, shown(value), "Only mappings can be merged with <<.", "Name an anchor of a mapping.")
            top.merged += mappings
        else:
            top.value.setdefault(key, value)

    def _not_a_key(self, event: Any) -> None:
        if self._open and isinstance(self._open[-1].value, dict) and self._open[-1].key is None:
            self._stop("syntax", event, "", "A key is not plain text.", "Write keys as plain words.")

    def _count(self, nodes: int, event: Any) -> None:
        self._nodes += nodes
        if self._nodes <= MAX_NODES:
            return
        if self._aliased > self._nodes // 2:
            self._stop("alias_bomb", event, "", f"With its aliases written out the file has over {MAX_NODES} values.", "Use fewer aliases.")
        self._stop("file_too_large", event, "", f"The file has over {MAX_NODES} values.", "Split the problem.")

    def _location(self) -> Location:
        return tuple(len(each.value) if isinstance(each.value, list) else each.key or "" for each in self._open)

    def _here(self, event: Any) -> str:
        return f"{path_of(self._location())} (line {event.start_mark.line + 1})"

    def _stop(self, code: str, event: Any, value: str, cause: str, action: str) -> None:
        raise ProblemError([*self.faults, Fault(code, self._here(event), value, cause, action)])


def parse_yaml(text: str, seen: Callable[[Location, int], None] | None = None) -> tuple[Any, list[Fault]]:
    """Data of a YAML text, and the faults that do not keep it from being read further (duplicate keys).

    Parameters
    ----------
    text : one document.
    seen : called with the location and line (from 1) of every value.

    Raises
    ------
    ProblemError : the text is not YAML, or not of the kind that is accepted.
    """
    reader = _Reader(seen)
    try:
        loader = _LOADER(text)
        try:
            _walk(loader, reader)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise ProblemError([*reader.faults, _syntax(error, text)]) from None
    return reader.result, reader.faults


def _walk(loader: Any, reader: _Reader) -> None:
    scalar, mapping, sequence = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
    documents = 0
    while True:
        event = loader.get_event()
        kind = type(event)
        if kind is scalar:
            reader.scalar(event)
        elif kind is mapping:
            reader.start(event, {})
        elif kind is sequence:
            reader.start(event, [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            reader.end(event)
        elif kind is yaml.AliasEvent:
            reader.alias(event)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                where = f"line {event.start_mark.line + 1}"
                raise ProblemError([*reader.faults, Fault("syntax", where, "---", "The file has more than one document.", "Keep one.")])
        elif kind is yaml.StreamEndEvent:
            return


def _syntax(error: yaml.YAMLError, text: str) -> Fault:
    """A syntax error in plain words, with its line."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        character = getattr(error, "character", None)
        cause = "The text contains a character that YAML does not allow" + (f": code {character}." if isinstance(character, int) else ".")
        return Fault("syntax", "(top level)", "", cause, "Remove control characters; save the file as plain UTF-8 text.")
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    where = f"line {mark.line + 1}, column {mark.column + 1}"
    if line[mark.column : mark.column + 1] == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        return Fault("syntax", where, line, "A tab is used where YAML allows spaces only.", "Replace tabs by spaces.")
    return Fault(
        "syntax",
        where,
        line,
        f"This is not valid YAML: {getattr(error, 'problem', None) or 'it ends too early'}.",
        "Correct the line or the one before.",
    )
