"""Whatever comes in, what comes out is a problem or a ProblemError, never another exception."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from packing.describe import placement_from, problem_from, read_placement, read_problem
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.workload import Mode, Model, Traffic
from packing.errors import ProblemError

from .samples import CONTRACT, GOOD, changed

FIELDS = sorted(
    {*Problem.model_fields, *Model.model_fields, *Mode.model_fields, *Traffic.model_fields, *Placement.model_fields, "name", "min", "max"}
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.binary(max_size=3), st.dates(),
    st.sampled_from(["80GiB", "llama-2-7b", "ml.g5.xlarge", "endpoint", "multi_model", "A10G", "balanced", 10**400, -0.0, "\ud800"]),
)  # fmt: skip
KEYS = st.one_of(st.sampled_from(FIELDS), st.text(max_size=4), st.integers(), st.none())
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25)
PATHS = [("models", 0, field) for field in Model.model_fields] + [("models", 0, "modes", 0, field) for field in Mode.model_fields]
PATHS += [(field,) for field in Problem.model_fields] + [("instance_types", 0, "mig"), ("fleet", 0), ("tenants", 1), ("models", 0, "traffic")]


def outcome(data: Any) -> Problem | None:
    try:
        return problem_from(data)
    except ProblemError as error:
        refused = error
    assert refused.faults
    assert str(refused)
    return None


@settings(max_examples=200, deadline=None)
@given(DATA)
@example({5: 3, None: 1, "models": [{7: 8}]})
@example({"models": [{"name": "a", "architecture": {1: {2: 3}}}], "fleet": {}})
def test_any_data(data: Any) -> None:
    assert isinstance(outcome(data), Problem | None)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), DATA)
def test_any_value_in_a_good_problem(path: tuple[int | str, ...], value: Any) -> None:
    found = outcome(changed(*path, to=value))
    if found is not None:
        assert found.digest() == found.canonical().digest()


@settings(max_examples=100, deadline=None)
@given(DATA)
def test_any_placement(data: Any) -> None:
    with contextlib.suppress(ProblemError):
        assert isinstance(placement_from(data), Placement)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(["a.yaml", "a.json"]))
@example(b"\xef\xbb\xbf", "a.json")
@example(b"&a *a", "a.yaml")
@example(b"'", "a.yaml")
def test_any_bytes(tmp_path: Path, content: bytes, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    for read in (read_problem, read_placement):
        with contextlib.suppress(ProblemError):
            read(file)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(CONTRACT) - 1), st.integers(0, 30), st.text("&*!:-[]{}<>|#%@'\"\t\n 0xa", max_size=4))
def test_a_good_file_with_a_part_overwritten(tmp_path: Path, at: int, length: int, text: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(CONTRACT[:at] + text + CONTRACT[at + length :], encoding="utf-8")
    with contextlib.suppress(ProblemError):
        assert isinstance(read_problem(file), Problem)


def test_data_that_contains_itself() -> None:
    loop: dict[str, Any] = dict(GOOD)
    loop["models"] = [loop]
    assert outcome(loop) is None
    facts: dict[str, Any] = {}
    facts["layers"] = facts
    assert outcome(changed("models", 0, "architecture", to=facts)) is None
