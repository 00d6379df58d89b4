"""From what a model says of its architecture to the facts: by name, inline, or from a folder's config.json."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packing.domain.faults import did_you_mean, shown
from packing.domain.json_text import json_text
from packing.errors import Fault, ProblemError

if TYPE_CHECKING:
    from packing.catalog.types import Architecture

MAX_DEPTH = 8
"""Facts of an architecture are a mapping of plain values; nothing in a config.json nests deeper."""


class Architectures:
    """Resolves architectures, each distinct one once.

    Parameters
    ----------
    base : folder that relative folders are relative to (that of the fleet file); None: the current folder.
    """

    def __init__(self, base: Path | None = None) -> None:
        self.base = base
        self._found: dict[str, Architecture] = {}
        self._folders: dict[str, Path] = {}
        self._faults: dict[str, tuple[Fault, ...]] = {}

    def resolve(self, asked: str | dict[str, Any]) -> Architecture:
        """The facts of an architecture.

        Raises
        ------
        ProblemError : not known, or facts that are not enough; `where` of its faults is relative to the architecture.
        """
        key = _key(asked)
        if key in self._faults:
            raise ProblemError(self._faults[key])
        if key not in self._found:
            try:
                self._found[key] = self._read(asked)
            except ProblemError as error:
                self._faults[key] = error.faults
                raise
        return self._found[key]

    def facts(self, asked: str | dict[str, Any]) -> str | dict[str, Any]:
        """What a problem should keep: a folder is replaced by the facts that it holds, anything else stays.

        So a problem that was read means the same wherever the process stands, and its digest changes with the folder's facts.
        """
        if isinstance(asked, str):
            found = self.resolve(asked)
            if asked in self._folders:
                return found.model_dump(mode="json", exclude={"provenance"})
        return asked

    def _read(self, asked: str | dict[str, Any]) -> Architecture:
        from packing.catalog import architecture_from_config, architecture_from_facts, architectures, find_architecture

        if not isinstance(asked, str):
            return architecture_from_facts(asked)
        # A name with a slash may be a folder or a name in a registry: a folder that exists is meant. One that is
        # written as a path is never looked up by its last part, which would hide that the folder is missing.
        folder = self._folder(asked) if "/" in asked or "\\" in asked else None
        named = None if folder is not None or asked.startswith(("/", ".", "~")) else find_architecture(asked)
        if named is not None:
            return named
        folder = folder or self._folder(asked)
        if folder is not None:
            self._folders[asked] = folder
            return architecture_from_config(folder)
        known = {name for each in architectures().values() for name in (each.name, *each.aliases)}
        advice = did_you_mean(asked, known, "List the known ones with `packing catalog`, or give the facts inline.")
        raise ProblemError(
            [
                Fault(
                    "unknown_architecture",
                    "",
                    shown(asked),
                    "The catalogue has no such architecture, and no folder of this name has a config.json.",
                    advice,
                )
            ]
        )

    def _folder(self, asked: str) -> Path | None:
        if "\0" in asked:
            return None
        try:
            folder = (self.base or Path()) / Path(asked).expanduser()
            return folder if (folder / "config.json").is_file() else None
        except (OSError, ValueError, RuntimeError):  # too long for a path, no home folder, not permitted: no folder of ours
            return None


def _key(asked: str | dict[str, Any]) -> str:
    if isinstance(asked, str):
        return "name:" + asked
    problem = _not_plain(asked)
    if problem is not None:
        raise ProblemError([Fault("bad_config", "", shown(asked), problem, "Give plain text and finite numbers by name.")])
    return "facts:" + json_text(asked, sort_keys=True, indent=None, ensure_ascii=True)


def _not_plain(value: Any, depth: int = 0) -> str | None:
    """Why a value cannot be a fact; None where it can."""
    if depth > MAX_DEPTH:
        return "The facts are nested too deeply."
    match value:
        case None | bool() | str():
            return None
        case int():
            return None if abs(value) <= 10**18 else "A number is absurdly large."
        case float():
            return None if math.isfinite(value) else "A number is not finite."
        case dict():
            if not all(isinstance(key, str) for key in value):
                return "A key is not text."
            return next((why for each in value.values() if (why := _not_plain(each, depth + 1))), None)
        case list() | tuple():
            return next((why for each in value if (why := _not_plain(each, depth + 1))), None)
        case _:
            return "A fact is not plain data."
