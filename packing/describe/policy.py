"""Reading a policy: how a running fleet may change."""

from __future__ import annotations

import os
from typing import Any

from pydantic import ValidationError

from packing.describe.kinds import POLICY, insist
from packing.describe.lines import with_lines
from packing.describe.parsing import parse
from packing.describe.text import read_text
from packing.domain.change import Policy
from packing.domain.faults import faults_of, shown
from packing.errors import Fault, ProblemError


def read_policy(path: str | os.PathLike[str]) -> Policy:
    """The policy in a YAML or JSON file; one that says nothing is the default policy.

    Raises
    ------
    ProblemError : with all faults of the file, each with its line where that is known.
    """
    text = read_text(path)
    data, faults = parse(text, os.fspath(path))
    policy, more = _validated({} if data is None and not faults else data)
    faults += with_lines(more, text, data) if more else []
    if policy is None or faults:
        raise ProblemError(faults)
    return policy


def _validated(data: Any) -> tuple[Policy | None, list[Fault]]:
    try:
        insist(data, POLICY)
    except ProblemError as error:
        return None, list(error.faults)
    if not isinstance(data, dict):
        cause = "The top level is not a mapping of fields such as move_weight and drain."
        return None, [Fault("wrong_type", "(top level)", shown(data), cause, "Write one field a line: its name, a colon, its value.")]
    try:
        return Policy.model_validate(data), []
    except ValidationError as error:
        return None, faults_of(error, Policy, data)
