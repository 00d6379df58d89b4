"""From what pydantic says to what a reader of the fleet file needs: one :class:`Fault` for each mistake."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic_core import PydanticCustomError, ValidationError

from packing.domain.other_words import other_word
from packing.errors import CODES, SHOWN, Fault, shorten

if TYPE_CHECKING:
    from pydantic import BaseModel

Location = tuple[int | str, ...]

# What a value should have been, by the first word of pydantic's error type ("int_type" -> "int").
_WANTED = {
    "int": ("a whole number", "Give a whole number."),
    "float": ("a number", "Give a number."),
    "string": ("text", "Give text; put it in quotes if it looks like a number."),
    "bool": ("true or false", "Write true or false."),
    "tuple": ("a list", "Give a list."),
    "list": ("a list", "Give a list."),
    "dict": ("a mapping of names to values", "Give a mapping: name, colon, value."),
    "model": ("a mapping of fields to values", "Give a mapping: field, colon, value."),
    "literal": ("one of the accepted values", "Take one of the accepted values."),
}
ALIKE = 0.65
"""Share of letters in common (Ratcliff and Obershelp) from which on one name may be a slip of the pen for another."""
BEGINNING = 4
"""Letters with which a name begins that is meant although only its beginning is written."""
MAX_PARTS = 12
"""Parts of a path that a message shows; no field of ours is deeper."""
_ALSO_NUMBERS = {"copies", "traffic"}
_SECTIONS_WITH_NAMES = ("name", "id", "instance_type", "model")


def coded(code: str, cause: str, action: str) -> PydanticCustomError:
    """An error for a validator to raise, which becomes a fault with this code, cause and action."""
    return PydanticCustomError(code, "{cause}", {"cause": cause, "action": action})


def nearest(name: object, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`; None where nothing does."""
    if not isinstance(name, str):
        return None
    return _nearest(name[:200], frozenset(known))


@lru_cache(maxsize=1024)
def _nearest(name: str, known: frozenset[str]) -> str | None:
    spelled = {each.lower(): each for each in sorted(known, reverse=True)}
    found = difflib.get_close_matches(name.lower(), spelled, n=1, cutoff=ALIKE)
    if found:
        return spelled[found[0]]
    begun = [each for each in spelled if len(name) >= BEGINNING and each.startswith(name.lower())]
    return spelled[begun[0]] if len(begun) == 1 else None


def did_you_mean(name: object, known: Iterable[str], otherwise: str) -> str:
    """Advice for an unknown name: the nearest known one, or `otherwise`."""
    close = nearest(name, known)
    return f"Did you mean {close!r}?" if close is not None else otherwise


def shown(value: object) -> str:
    """Text of any value for a message: short whatever the value is, never an exception."""
    if isinstance(value, str):
        return shorten(value[:200])
    if isinstance(value, Mapping):
        return f"a mapping of {len(value)}"
    if isinstance(value, list | tuple) and len(value) > 8:
        return f"a list of {len(value)}"
    try:
        return shorten(repr(value))
    except Exception:  # noqa: BLE001 - a number of ten thousand digits, a hostile __repr__: the message must come out
        return f"{_kind_of(value)} too long to show"


def path_of(location: Location, data: Any = None) -> str:
    """Path of a value for people: ``models[3] 'acme-summary'.slo.ttft_ms``; names are looked up in `data`."""
    path, here = "", data
    for at, part in enumerate(location):
        if at == MAX_PARTS:
            return path + "…"
        here = _child(here, part)
        if isinstance(part, int):
            path += f"[{part}]{_called(here)}"
        else:
            path += ("." if path else "") + shown(part)
    return path or "(top level)"


def _child(here: Any, part: int | str) -> Any:
    try:
        return here[part] if isinstance(here, Mapping) or isinstance(part, int) else getattr(here, part, None)
    except (KeyError, IndexError, TypeError):
        return None


def _called(record: Any) -> str:
    """The name of a record of a list, quoted, with a space before it; nothing where it has none."""
    name = next((value for field in _SECTIONS_WITH_NAMES if isinstance(value := _child(record, field), str) and value), None)
    return "" if name is None else f" {shorten(shown(name), 40)!r}"


def faults_of(error: ValidationError, kind: type[BaseModel], data: Any = None, prefix: Location = ()) -> list[Fault]:
    """All faults of a value that is not a valid `kind`, in the order of the fields.

    Parameters
    ----------
    error : what pydantic raised.
    kind : the type that was asked for; its fields are what unknown names are compared with.
    data : the input, for names in paths.
    prefix : where the input stands in a larger one, e.g. ``("models", 3)``; `data` is then the larger one.
    """
    faults: dict[tuple[Location, str], Fault] = {}
    for detail in error.errors(include_url=False):
        location, why = cleaned(detail["loc"]), str(detail["type"])
        where = path_of(prefix + location, data)
        if why == "extra_forbidden":
            fault = _unknown_field(location, detail.get("input"), kind, where, suggest=len(faults) < SHOWN)
        else:
            fault = _fault(why, location, detail.get("input"), dict(detail.get("ctx") or {}), kind, where)
        faults.setdefault((location, fault.code), fault)
    return list(faults.values())


def cleaned(location: Location) -> Location:
    """A location without the labels that pydantic adds for union members and mapping keys."""
    if "architecture" in location[:-1] and str(location[-1]).startswith(("str", "dict[", "[key]")):
        return location[: location.index("architecture") + 1]
    if location[0:1] == ("calibration",) and location[1:2] in (("file",), ("inline",)):
        location = ("calibration", *location[2:])
    return location[:-1] if location and location[-1] == "[key]" else location


def _unknown_field(location: Location, value: Any, kind: type[BaseModel], where: str, *, suggest: bool) -> Fault:
    """A field that the record does not have, with the one that is meant: in other words, or misspelt."""
    advice = "Take it out, or call it by its name."
    if suggest:
        known = _fields_at(kind, location[:-1])
        meant = other_word(location[-1], known)
        advice = did_you_mean(location[-1], known, f"Known here: {', '.join(sorted(known))}.") if meant is None else f"Here it is called {meant}."
    return Fault("unknown_field", where, shown(value), f"There is no field '{shown(location[-1])}' here.", advice)


def _fault(error: str, location: Location, value: Any, context: dict[str, Any], kind: type[BaseModel], where: str) -> Fault:
    if error in CODES:
        return Fault(error, where, shown(value), context["cause"], context["action"])
    if error == "missing":
        return Fault("missing_field", where, "", f"The field {location[-1]!r} is required.", "Add it.")
    if location and location[-1] == "architecture" and error.endswith("_type"):
        return Fault("wrong_type", where, shown(value), "This is not an architecture.", "Give a name, a folder, or a mapping of facts.")
    if error == "enum":
        known = [str(member) for member in _enum_at(kind, location)]
        choices = ", ".join(known) or str(context.get("expected", ""))
        advice = did_you_mean(value, known, "Take one of these.")
        return Fault("bad_value", where, shown(value), f"The choices are {choices}.", advice)
    if error == "model_type" and location and location[-1] in _ALSO_NUMBERS:
        cause = f"This is {_kind_of(value)}, not a number or a mapping of fields to values."
        return Fault("wrong_type", where, shown(value), cause, "Give a number, or fields as docs/file-reference.md lists them.")
    return _limit_fault(error, value, context, where) or _type_fault(error, value, where)


def _limit_fault(error: str, value: Any, context: dict[str, Any], where: str) -> Fault | None:
    """A value of the right type outside its limits; None for other errors."""
    text = shown(value)
    match error:
        case "greater_than_equal":
            return Fault("bad_number", where, text, f"The smallest value accepted is {context['ge']:g}.", "Give a larger one.")
        case "greater_than":
            return Fault("bad_number", where, text, f"Only values above {context['gt']:g} are accepted.", "Give a larger one.")
        case "less_than_equal":
            return Fault("bad_number", where, text, f"The largest value accepted is {context['le']:g}.", "Give a smaller one.")
        case "less_than":
            return Fault("bad_number", where, text, f"Only values below {context['lt']:g} are accepted.", "Give a smaller one.")
        case "finite_number":
            return Fault("bad_number", where, text, "The number is not finite.", "Give a finite number.")
        case "int_parsing_size":
            return Fault("bad_number", where, text, "The number is too large.", "Check the unit.")
        case "string_too_short" | "too_short":
            return Fault("bad_value", where, text, "It is empty.", "Give at least one.")
        case "string_too_long" | "too_long":
            return Fault("bad_value", where, text, f"It is longer than {context.get('max_length')}.", "Shorten it.")
        case "string_pattern_mismatch":
            return Fault(
                "bad_value",
                where,
                text,
                "It contains characters that are not seen: line breaks, control characters, turns of direction.",
                "Use printable characters on one line.",
            )
        case "string_unicode":
            return Fault("bad_value", where, text, "It is not valid text.", "Write the text as UTF-8.")
        case "recursion_loop":
            return Fault("bad_value", where, text, "It contains itself.", "Write the values out.")
        case _:
            return None


def _type_fault(error: str, value: Any, where: str) -> Fault:
    wanted, action = _WANTED.get(error.partition("_")[0], ("what is expected here", "See docs/file-reference.md for this field."))
    return Fault("wrong_type", where, shown(value), f"This is {_kind_of(value)}, not {wanted}.", action)


def _kind_of(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return "text"
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case _:
            return f"a {type(value).__name__}"


def _members(annotation: Any) -> list[Any]:
    """The alternatives of an annotation without Annotated and None."""
    if hasattr(annotation, "__metadata__"):
        return _members(annotation.__origin__)
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple:
        return [annotation]
    if arguments and (type(None) in arguments or get_origin(annotation) in (Union, UnionType)):
        return [member for each in arguments if each is not type(None) for member in _members(each)]
    return [annotation]


def _annotation_at(kind: type[BaseModel], location: Location) -> Any:
    """The annotation of the value at `location`, seen from a record type; None where the path leaves the types."""
    here: Any = kind
    for part in location:
        here = next(iter(_members(here)), None)
        if isinstance(part, int):
            here = get_args(here)[0] if get_origin(here) is tuple else here
            continue
        fields = getattr(here, "model_fields", {})
        field = fields.get(part) or next((each for each in fields.values() if each.alias == part), None)
        if field is None:
            return None
        here = field.annotation
    return next(iter(_members(here)), None)


def _fields_at(kind: type[BaseModel], location: Location) -> list[str]:
    fields = getattr(_annotation_at(kind, location), "model_fields", {})
    return [field.alias or name for name, field in fields.items()]


def _enum_at(kind: type[BaseModel], location: Location) -> list[Any]:
    found = _annotation_at(kind, location)
    if get_origin(found) is tuple:  # one value written where a list of them is accepted
        found = next(iter(_members(get_args(found)[0])), None)
    return list(found) if isinstance(found, type) and issubclass(found, Enum) else []
