"""Digests do not change when fields are added: files on disk go on answering their problems."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import create_model

import packing as pk
from packing.domain.digest import FIRST, digest_of
from packing.domain.problem import Problem
from packing.domain.workload import Mode, Model

EXAMPLES = Path(__file__).parents[2] / "examples"
PINNED = {
    "case_summaries": "135761e0a8cd3712efa1599fc8450555d22ef2adfc2f12fa0e0c324f1836da64",
    "chatbots": "79edbb8e4cde0b0a23335a672ef4ffaae621a93fe06c3460ea553327552927fd",
    "image_generation": "55e73441a6a7de197a5ec5c51bb6a18296d52a19089079948dc1aa06ed8fe0ae",
    "long_tail": "3e7dba656909014fca766e8f6db03adfba9b9b560e08259e3a0572a41136c9c1",
    "support_platform": "4e991080e2a879a7172045f14c5ef7b27c2c0a1eebf5903d31299bcc0338648f",
}
"""Of the examples as they stand. Only a change of an example changes its line; a change of the library never does."""


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_digests_of_all_examples_are_pinned(file: Path):
    assert pk.read_problem(file).digest() == f"sha256:{PINNED[file.stem]}"


def test_a_new_field_at_its_default_changes_nothing_anywhere():
    mode = {"accelerator": "A10G", "memory_per_accelerator": 1}
    model = {"name": "m", "modes": [mode]}
    plain = Problem.model_validate({"models": [model], "fleet": [{"instance_type": "ml.g5.xlarge"}]})
    new_mode = create_model("Mode", __base__=Mode, newest=(int, 0))
    new_model = create_model("Model", __base__=Model, newest=(str | None, None), modes=(tuple[new_mode, ...], ()))
    grown = create_model("Problem", __base__=Problem, newest=(bool, False), models=(tuple[new_model, ...], ()))
    same = grown(fleet=plain.fleet, models=(new_model(name="m", modes=(new_mode(**mode),)),))
    assert digest_of(same) == digest_of(plain) == plain.digest()
    for changed in (
        same.model_copy(update={"newest": True}),
        same.model_copy(update={"models": (same.models[0].model_copy(update={"newest": "x"}),)}),
        same.model_copy(
            update={"models": (same.models[0].model_copy(update={"modes": (same.models[0].modes[0].model_copy(update={"newest": 1}),)}),)}
        ),
    ):
        assert digest_of(changed) != digest_of(plain)


def test_first_names_only_fields_that_exist():
    assert FIRST["Model"] <= set(Model.model_fields)
    assert FIRST["Mode"] <= set(Mode.model_fields)
    assert FIRST["Problem"] <= set(Problem.model_fields)
