"""Errors are data: what is wrong, where, with which value, why it matters, and what to do.

Everything that can be wrong with an input is a :class:`Fault`; one :class:`ProblemError` carries all of
them at once. `CODES` is the one list of codes; docs/errors.md has an entry for each (tested).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CODES: dict[str, str] = {
    "unreadable_file": "The file does not exist, cannot be opened, or is not text.",
    "file_too_large": "The file is larger than this reader accepts.",
    "wrong_file": "The file is of another kind than is asked for in its place.",
    "syntax": "The text is not valid YAML or JSON.",
    "duplicate_key": "A mapping in the file has the same key twice.",
    "alias_bomb": "YAML aliases expand to more nodes than this reader accepts.",
    "schema_version": "The file was written for another version of the file format.",
    "unknown_field": "A field that this version does not know.",
    "missing_field": "A required field is missing.",
    "wrong_type": "A value has the wrong type.",
    "bad_number": "A number is not finite, negative where it may not be, or absurdly large.",
    "bad_unit": "A quantity has a unit that is not understood.",
    "bad_value": "A value is outside what this field accepts.",
    "duplicate_name": "Two things of one kind have the same name.",
    "unknown_tenant": "A tenant is named that is not declared.",
    "unknown_instance_type": "An instance type is neither in the file nor in the catalogue.",
    "unknown_architecture": "An architecture is neither in the catalogue nor a folder with a config.json.",
    "unknown_accelerator": "An accelerator kind that no pool of the fleet has and the catalogue does not know.",
    "unknown_preset": "Weights name a preset that does not exist.",
    "unknown_model": "A model is named that the problem does not have.",
    "empty_problem": "There is nothing to place, or nothing to place it on.",
    "profile_length": "A traffic profile does not have one value per slot.",
    "no_modes": "A model has neither an architecture nor modes, so that nothing says what a copy needs.",
    "no_price": "Neither the pool nor its instance type has a price.",
    "zero_weights": "All five weights are zero, so that no placement is better than another.",
    "contradiction": "Two statements about the same thing cannot both hold.",
    "throughput_unknown": "A model has traffic, but none of its modes says how many requests it serves.",
    "too_large": "Sums of these figures would leave the range in which integers are exact.",
    "too_large_for_node": "A model is larger than the memory of the multi-model node that is to load it.",
    "bad_config": "A config.json lacks the facts that memory and latency are computed from.",
    "bad_placement": "A placement file is not of the expected form.",
    "current_placement": "Something in the current placement cannot stay as it is: it is left out, and said.",
    "drain_blocked": "A node cannot be emptied with as few moves as the policy allows: it goes on serving.",
    "held_back": "Copies are missing that could run if the policy allowed more moves.",
    "unknown_name": "A policy names a node, pool, model or copy that is not there.",
    "bad_calibration": "A calibration file is not of the expected form, or has parameters that the laws do not have.",
    "no_measurements": "There is nothing in the measurements that the capacity laws can be fitted to.",
    "bad_diff": "A diff file is not of the expected form, or does not lead to what it says.",
    "bad_migration": "A migration file is not of the expected form, or has a step that cannot be done.",
    "bad_schedule": "A schedule file is not of the expected form.",
    "stale_state": "What is to be changed is no longer in the state that the diff or plan was made for.",
    "no_history": "A log or a table has nothing from which traffic could be learned.",
    "bad_history": "A log or a table of rates has lines or cells that cannot be read, or more models or slots than can be meant.",
    "bad_option": "An option of the call or the command has a value that is not accepted.",
    "unwritable": "The answer could not be written where it was wanted, and was kept elsewhere.",
    "missing_extra": "An optional dependency that this feature needs is not installed.",
}

UNPRINTABLE = r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
"""Characters, as in a regular expression's class, that do something instead of being seen: control characters (escape sequences
begin with one), separators of lines, what turns the direction of text, what has no width. No name has any; see `printable`."""
_TO_ESCAPE = re.compile(rf"[{UNPRINTABLE}\ud800-\udfff]")  # halves of surrogate pairs are no text, and cannot be encoded
_TO_ESCAPE_IN_LINES = re.compile(rf"(?!\n)[{UNPRINTABLE}\ud800-\udfff]")
SHOWN = 50
"""Faults that a message lists; all are in the error's `.faults`."""


def printable(text: str, *, lines: bool = False) -> str:
    r"""Text that came from outside, such that a terminal, a log or a picture shows it and does not obey it.

    What does something instead of being seen is written as ``\u001b``, which means the same within JSON.

    Parameters
    ----------
    text : anything.
    lines : whether line breaks stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return (_TO_ESCAPE_IN_LINES if lines else _TO_ESCAPE).sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input.

    Parameters
    ----------
    code : one of `CODES`.
    where : path to the value, e.g. ``models[3].traffic.requests_per_second``.
    value : the offending value as text, shortened.
    cause : one sentence, what is wrong with it.
    action : one sentence, what to do.
    """

    code: str
    where: str
    value: str
    cause: str
    action: str

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"no such fault code: {self.code}")
        object.__setattr__(self, "value", shorten(self.value))

    def __str__(self) -> str:
        shown = f" = {self.value}" if self.value else ""
        return printable(f"{self.where}{shown}: {self.cause} {self.action} [{self.code}]")


def shorten(value: object, limit: int = 80) -> str:
    """Text of a value for a message: one line, at most `limit` characters, nothing in it that a terminal would obey."""
    text = value if isinstance(value, str) else repr(value)
    text = printable(" ".join(text[: 20 * limit].split()))
    return text if len(text) <= limit else text[: limit - 1] + "…"


class PackingError(Exception):
    """Base of every error that this library raises on purpose."""


class ProblemError(PackingError, ValueError):
    """An input has faults; all of them are in `.faults`, the first `SHOWN` in the message."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(self.messages()))

    def messages(self) -> Iterator[str]:
        """One line for each of the first `SHOWN` faults, and one that says how many more there are."""
        yield from (str(fault) for fault in self.faults[:SHOWN])
        if len(self.faults) > SHOWN:
            yield f"and {len(self.faults) - SHOWN:,} more faults like these"


class NoPlacementError(PackingError):
    """`result.placement` was asked for where the status says that there is none."""


class InternalError(PackingError):
    """The library caught itself in a contradiction (the checker refused its own answer)."""
