"""The text of a placement: put together quickly, and the same as if it had been written the plain way."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

import packing as pk
from packing.domain.placement import PlacedCopy, Placement
from packing.generate import SUITES, generate


def plain(placement: Placement) -> str:
    return json.dumps(placement.model_dump(mode="json", by_alias=True), indent=1, ensure_ascii=False) + "\n"


@pytest.fixture(scope="module")
def placement():
    return pk.solve_placement(generate(SUITES["small"]), time_limit=0, processes=False).placement


def test_text_is_that_of_the_whole(placement):
    assert placement.copies
    assert placement.to_json() == plain(placement)
    assert Placement.model_validate_json(placement.to_json()) == placement


@pytest.mark.parametrize("changes", [{"node": 'é "copies": []\n \\'}, {"accelerators": ()}, {"accelerators": (3, 1)}, {"model": "\u2028"}])
def test_whatever_a_copy_says(placement, changes):
    odd = placement.model_copy(
        update={"copies": (*placement.copies[:2], placement.copies[0].model_copy(update=changes)), "problem": '\n "copies": []'}
    )
    assert odd.to_json() == plain(odd)


def test_no_copies(placement):
    empty = placement.model_copy(update={"copies": ()})
    assert empty.to_json() == plain(empty)


def test_unchecked_copies_are_like_checked_ones(placement):
    """Equal, to be copied, changed and pickled like any other; those who change one do not change the others."""
    one, other = placement.copies[:2]
    assert PlacedCopy.model_validate(one.model_dump(by_alias=True)) == one
    assert pickle.loads(pickle.dumps(one)) == one == copy.deepcopy(one)
    changed = one.model_copy(update={"node": "elsewhere"})
    assert changed.node == "elsewhere"
    assert one.node != "elsewhere"
    assert one.model_fields_set == other.model_fields_set == set(PlacedCopy.model_fields)
    with pytest.raises(ValueError, match="frozen"):
        one.node = "elsewhere"
