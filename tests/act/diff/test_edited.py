"""A diff that was changed after it was made is refused, whichever of its figures was changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from packing.act.diff import apply_diff, diff
from packing.act.diff.files import read_diff
from packing.describe import problem_from
from packing.domain.placement import Placement
from packing.errors import ProblemError
from packing.solve import solve_placement

MODE = {"accelerator": "X", "memory_per_accelerator": "4GiB"}
BOX = {"name": "box", "accelerator": "X", "accelerators": 2, "memory_per_accelerator": "10GiB", "price_per_hour": 2}


def placed(copies: int) -> Placement:
    models = [{"name": "small", "copies": copies, "modes": [MODE]}]
    return solve_placement({"instance_types": [BOX], "fleet": [{"instance_type": "box"}], "models": models}, time_limit=0).placement


def numbers(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all figures and words."""
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from numbers(value, (*path, key))
    elif data is not None:
        yield path


def test_every_edited_figure_is_noticed(tmp_path: Any) -> None:
    old, new = placed(2), placed(6)
    found = diff(old, new)
    whole = json.loads(found.to_json())
    assert apply_diff(old, type(found).model_validate_json(found.to_json())).state_digest() == found.target
    edited = 0
    for path in numbers(whole):
        data = json.loads(found.to_json())
        here = data
        for key in path[:-1]:
            here = here[key]
        value = here[path[-1]]
        here[path[-1]] = (not value) if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else value + "x"
        file = tmp_path / "diff.json"
        file.write_text(json.dumps(data))
        with pytest.raises(ProblemError) as caught:
            apply_diff(old, read_diff(file))
        assert caught.value.faults[0].code in {"bad_diff", "stale_state", "schema_version"}, path
        edited += 1
    assert edited > 40


def test_one_without_a_seal_is_taken() -> None:
    """Diffs of earlier versions have none."""
    old, new = placed(2), placed(3)
    found = diff(old, new)
    assert found.is_whole
    assert apply_diff(old, found.model_copy(update={"seal": None})).to_json() == apply_diff(old, found).to_json()


def test_one_with_the_prices_of_a_problem_is_whole(tmp_path: Any) -> None:
    """Prices come in last: the seal is of the diff with them, and an edit of them is noticed like any other."""
    old, new = placed(2), placed(6)
    models = [{"name": "small", "modes": [MODE]}]
    dearer = problem_from({"instance_types": [{**BOX, "price_per_hour": 3}], "fleet": [{"instance_type": "box"}], "models": models})
    found = diff(old, new, problem=dearer)
    assert found.cost_per_hour_before == 3
    file = tmp_path / "diff.json"
    file.write_text(found.to_json())
    assert apply_diff(old, read_diff(file)).state_digest() == found.target
    edited = {**json.loads(found.to_json()), "cost_per_hour_before": 2.0}
    file.write_text(json.dumps(edited))
    with pytest.raises(ProblemError, match="changed afterwards"):
        apply_diff(old, read_diff(file))
