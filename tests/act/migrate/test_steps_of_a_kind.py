"""A step states what belongs to its kind, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from packing.domain.migration import FIELDS, Step, StepKind
from packing.errors import ProblemError

VALUES: dict[str, Any] = {
    "model": "m", "copy": 0, "replaces": 1, "accelerators": [0], "mode": {"accelerator": "X"}, "pool": "p", "instance_type": "i", "zone": "z",
    "endpoint": "e", "hosting": "single_model", "keep": "k", "bytes": 5,
}  # fmt: skip


@pytest.mark.parametrize("kind", StepKind)
@pytest.mark.parametrize("field", VALUES)
def test_fields_belong_to_kinds(kind: StepKind, field: str) -> None:
    name = "copy_index" if field == "copy" else field
    if name in FIELDS[kind]:
        Step(kind=kind, node="n", **{field: VALUES[field]})
        return
    with pytest.raises(ProblemError) as caught:
        Step(kind=kind, node="n", **{field: VALUES[field]})
    assert [fault.cause for fault in caught.value.faults] == [f"A step {kind} says nothing of {field}."]


def test_every_field_belongs_to_a_kind() -> None:
    assert set().union(*FIELDS.values()) == set(Step.model_fields)
