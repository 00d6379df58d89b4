"""What of an input could be read: so that the rest of it is still checked when some of it is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from packing.domain.faults import cleaned, faults_of, path_of
from packing.domain.problem import Problem
from packing.errors import SHOWN, Fault

Location = tuple[int | str, ...]
MANY_FAULTS = 20_000
"""Beyond this only the first are looked at."""
SECTIONS = ("tenants", "instance_types", "fleet", "models")


@dataclass(frozen=True, slots=True)
class Draft:
    """A problem as far as it could be read.

    Parameters
    ----------
    problem : the valid records, with defaults in the place of fields that could not be read.
    data : the input, for names in paths.
    index : per section, the position in the input of each record of `problem`.
    doubtful : locations of fields that could not be read; checks that need them say nothing.
    """

    problem: Problem
    data: Any
    index: Mapping[str, tuple[int, ...]]
    doubtful: frozenset[Location] = field(default_factory=frozenset)

    def each(self, section: str) -> Iterator[tuple[int, Any]]:
        """The records of a section, each with its position in the input."""
        return zip(self.index[section], getattr(self.problem, section), strict=True)

    def names(self, section: str, key: str = "name") -> list[tuple[int, str]]:
        """Position and name of all records of a section, also of those that are wrong otherwise."""
        if self.data is self.problem:
            return [(at, record.name) for at, record in self.each(section)]
        records = _get(self.data, section)
        named = [(at, _get(record, key)) for at, record in enumerate(records if isinstance(records, list | tuple) else ())]
        return [(at, name) for at, name in named if isinstance(name, str)]

    def doubts(self, section: str, at: int, *fields: str) -> bool:
        """Whether any of these fields of a record could not be read."""
        return any((section, at, each) in self.doubtful for each in fields)

    def unread(self, section: str) -> bool:
        """Whether a section has records that could not be read, or is not a list at all."""
        records = _get(self.data, section)
        return (section,) in self.doubtful or (isinstance(records, list | tuple) and len(records) != len(self.index[section]))

    def where(self, *location: int | str) -> str:
        """Path of a value for people."""
        return path_of(location, self.data)


def draft_of(problem: Problem) -> Draft:
    """The draft of a problem that is valid in all its types."""
    return Draft(problem, problem, {section: tuple(range(len(getattr(problem, section)))) for section in SECTIONS})


def read_draft(data: Mapping[str, Any]) -> tuple[Draft, list[Fault]]:
    """Read what can be read of `data`, and say what is wrong with the rest.

    A validator of a whole record runs only when its fields are right. So unknown fields, which change nothing,
    are taken out first and the rest is read again; then whatever is wrong is taken out, field by field.
    """
    problem, error = _validated(data)
    if problem is not None:
        return Draft(problem, data, draft_of(problem).index), []
    if error.error_count() > MANY_FAULTS:
        return _nothing({}), _first_faults(data, error.error_count())
    faults = faults_of(error, Problem, data)
    unknown = [detail["loc"] for detail in error.errors(include_url=False) if detail["type"] == "extra_forbidden"]
    rest: Any = data
    if unknown:
        rest = _without(data, unknown)
        problem, error = _validated(rest)
        known = {(fault.where, fault.code) for fault in faults}
        if error is not None:
            faults += [fault for fault in faults_of(error, Problem, data) if (fault.where, fault.code) not in known]
    if problem is None:
        return _salvaged(data, rest, error), faults
    return Draft(problem, data, draft_of(problem).index), faults


def _validated(data: Any) -> tuple[Problem | None, Any]:
    try:
        return Problem.model_validate(data), None
    except ValidationError as error:
        return None, error


def _salvaged(data: Any, rest: Any, error: ValidationError) -> Draft:
    """Drop the fields of records that are wrong, then the records that are still wrong."""
    doubtful = {cleaned(location)[: 3 if location and location[0] in SECTIONS else 1] for location in _locations(error)}
    records = {location for location in doubtful if len(location) == 2}  # section and position: a whole record
    rest = _without(rest, doubtful - records)  # whole records stay for now, so that positions do not move
    gone: set[Location] = set()
    problem, error = _validated(rest)
    if problem is None:
        gone = {location[: 2 if location and location[0] in SECTIONS else 1] for location in _locations(error)}
        rest = _without(rest, gone)
        problem, error = _validated(rest)
    gone |= {location for location in doubtful if len(location) == 2}
    if problem is None:  # nothing that this could have read: an input that is not even a mapping of fields
        return _nothing(data)
    index = {}
    for section in SECTIONS:
        listed = _get(data, section)
        count = len(listed) if isinstance(listed, list | tuple) and (section,) not in doubtful | gone else 0
        index[section] = tuple(at for at in range(count) if (section, at) not in gone)
    return Draft(problem, data, index, frozenset(doubtful | gone))


def _nothing(data: Any) -> Draft:
    """The draft of an input of which nothing could be read."""
    return Draft(Problem.model_construct(), data, dict.fromkeys(SECTIONS, ()), frozenset((section,) for section in SECTIONS))


def _first_faults(data: Mapping[str, Any], count: int) -> list[Fault]:
    """The faults of the first records, and how many there are in all: whoever has so many does not look at each."""
    longest = max((len(value) for value in data.values() if isinstance(value, list | tuple)), default=1)
    records, faults = 1, list[Fault]()
    while len(faults) < SHOWN and records < 8 * longest:
        records *= 8
        few = {key: value[:records] if isinstance(value, list | tuple) else value for key, value in data.items()}
        error = _validated(few)[1]
        faults = [] if error is None else faults_of(error, Problem, data)
    few_shown = faults[: SHOWN - 1]
    cause = f"There are {count - len(few_shown):,} more faults."
    return [*few_shown, Fault("too_large", "(top level)", f"{count} faults", cause, "Correct these first: the others may be like them.")]


def _locations(error: ValidationError) -> Iterator[Location]:
    return (detail["loc"] for detail in error.errors(include_url=False, include_context=False, include_input=False))


def _without(data: Any, locations: Iterable[Location]) -> Any:
    """A copy of `data` without the values at these locations; `data` itself stays as it is."""
    tree: dict[Any, Any] = {}
    for location in locations:
        branch = tree
        for part in location:
            branch = branch.setdefault(part, {})
    return _pruned(data, tree)


def _pruned(data: Any, tree: dict[Any, Any]) -> Any:
    """`data` without the leaves of `tree`: an empty branch means that the value there goes."""
    if isinstance(data, BaseModel):
        data = {name: getattr(data, name) for name in data.model_fields_set}
    if isinstance(data, Mapping):
        return {key: _pruned(value, tree[key]) if key in tree else value for key, value in data.items() if tree.get(key) != {}}
    if isinstance(data, list | tuple):
        return [_pruned(value, tree[at]) if at in tree else value for at, value in enumerate(data) if tree.get(at) != {}]
    return data


def _get(record: Any, key: str) -> Any:
    return record.get(key) if isinstance(record, Mapping) else getattr(record, key, None)
