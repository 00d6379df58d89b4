"""From plain data to a problem, or to all its faults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packing.describe.architectures import Architectures
from packing.describe.calibration import calibration_of
from packing.describe.check import check, check_draft
from packing.describe.draft import read_draft
from packing.describe.kinds import FLEET, insist, kind_of
from packing.describe.overrides import with_catalogue
from packing.domain.faults import shown
from packing.domain.problem import Problem
from packing.errors import Fault, ProblemError


def problem_from(data: Mapping[str, Any], base: Path | None = None) -> Problem:
    """A problem from plain data (dicts, lists, numbers, text; domain objects among them are accepted).

    Parameters
    ----------
    data : fields of a problem, as in docs/file-reference.md.
    base : folder that folders of architectures are relative to; None: the current folder.

    Returns
    -------
    The problem. Folders of architectures are replaced by the facts that they hold.

    Raises
    ------
    ProblemError : with all faults of the data, those of single values and those between records.
    """
    problem, faults = read(data, base)
    if problem is None:
        raise ProblemError(faults)
    return problem


def checked_problem(given: Problem | Mapping[str, Any]) -> Problem:
    """What every public function does with its `problem`: plain data become one, and all faults are raised at once."""
    if not isinstance(given, Problem):
        return problem_from(given)
    faults = check(given)
    if faults:
        raise ProblemError(faults)
    return given


def read(data: Any, base: Path | None = None) -> tuple[Problem | None, list[Fault]]:
    """The problem, or None and all faults."""
    if not isinstance(data, Mapping) and kind_of(data) is None:
        cause = "The top level is not a mapping of fields such as models and fleet."
        return None, [Fault("wrong_type", "(top level)", shown(data), cause, "Start from an example in examples/.")]
    try:
        insist(data, FLEET)
    except ProblemError as error:
        return None, list(error.faults)
    draft, faults = read_draft(with_catalogue(data))
    resolver = Architectures(base)
    faults += check_draft(draft, resolver)
    return (None, faults) if faults else (with_facts(draft.problem, resolver), [])


def with_facts(problem: Problem, resolver: Architectures) -> Problem:
    """The problem with folders of architectures, and the file of a calibration, replaced by what they hold."""
    if isinstance(problem.calibration, str):
        problem = problem.model_copy(update={"calibration": calibration_of(problem, resolver.base)})
    found = [None if model.architecture is None else resolver.facts(model.architecture) for model in problem.models]
    pairs = list(zip(problem.models, found, strict=True))
    if all(facts is model.architecture for model, facts in pairs):
        return problem
    return problem.model_copy(update={"models": tuple(model.model_copy(update={"architecture": facts}) for model, facts in pairs)})
