"""Architectures given inline."""

import math
from typing import Any

import pytest

from packing.catalog import architecture_from_facts, architectures
from packing.errors import ProblemError

LLAMA = {"layers": 32, "hidden": 4096, "heads": 32, "intermediate": 11008, "vocabulary": 32000}


def faults(facts: Any) -> set[tuple[str, str]]:
    with pytest.raises(ProblemError) as caught:
        architecture_from_facts(facts)
    assert all(fault.cause and fault.action for fault in caught.value.faults)
    return {(fault.code, fault.where) for fault in caught.value.faults}


def test_geometry_gives_the_parameters() -> None:
    found = architecture_from_facts(LLAMA)
    assert found.parameters == architectures()["llama-2-7b"].parameters
    assert (found.name, found.kind, found.kv_heads, found.head_dim) == ("inline", "decoder", 32, 128)
    assert any(source.derived for source in found.provenance)


def test_stated_parameters_win() -> None:
    for text in (7e9, 7_000_000_000, "7B", "7e9", " 7.0 b ", "7000M"):
        assert architecture_from_facts({**LLAMA, "parameters": text}).parameters == 7e9


def test_parameters_are_enough_with_the_shape_of_the_cache() -> None:
    found = architecture_from_facts({"layers": 80, "hidden": 8192, "heads": 64, "kv_heads": 8, "parameters": "70B"})
    assert (found.parameters, found.active_parameters, found.kv_heads) == (70e9, 70e9, 8)


def test_mixture_of_experts() -> None:
    facts = {
        "layers": 32,
        "hidden": 4096,
        "heads": 32,
        "kv_heads": 8,
        "intermediate": 14336,
        "vocabulary": 32000,
        "experts": 8,
        "experts_per_token": 2,
    }
    known = architectures()["mixtral-8x7b"]
    computed = architecture_from_facts(facts)
    stated = architecture_from_facts({**facts, "parameters": known.parameters})
    assert computed.active_parameters == known.active_parameters
    assert stated.active_parameters == pytest.approx(known.active_parameters, rel=0.01)


def test_encoder_decoder_counts_both_stacks() -> None:
    facts = {"kind": "encoder_decoder", "layers": 24, "hidden": 4096, "heads": 64, "head_dim": 64, "intermediate": 10240, "vocabulary": 32128}
    assert architecture_from_facts(facts).parameters == architectures()["flan-t5-xxl"].parameters


def test_other_kinds() -> None:
    assert architecture_from_facts({"kind": "diffusion", "parameters": "3.5B"}).parameters == 3.5e9
    index = architecture_from_facts({"kind": "knn", "vectors": 1_000_000, "dimensions": 384})
    assert (index.parameters, index.hidden) == (384e6, 384)


def test_every_entry_of_the_catalogue_survives_as_facts() -> None:
    for each in architectures().values():
        again = architecture_from_facts(each.model_dump(mode="json", exclude={"provenance"}))
        assert again.model_dump(exclude={"provenance"}) == each.model_dump(exclude={"provenance"})


def test_all_missing_facts_are_named_at_once() -> None:
    assert faults({}) == {("missing_field", fact) for fact in ("layers", "hidden", "heads", "intermediate", "vocabulary")}
    assert faults({"kind": "knn"}) == {("missing_field", "vectors"), ("missing_field", "dimensions")}
    assert faults({"kind": "diffusion"}) == {("missing_field", "parameters")}


def test_an_unknown_fact_names_the_nearest_known_one() -> None:
    with pytest.raises(ProblemError) as caught:
        architecture_from_facts({**LLAMA, "layer": 32})
    (fault,) = caught.value.faults
    assert (fault.code, fault.where) == ("unknown_field", "layer")
    assert "layers" in fault.action


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, 1.5, 10**30])
def test_bad_numbers(value: float) -> None:
    assert faults({**LLAMA, "layers": value}) == {("bad_number", "layers")}


@pytest.mark.parametrize("value", ["many", True, [1], {}, "7Q", ""])
def test_bad_types(value: Any) -> None:
    assert faults({**LLAMA, "parameters": value}) == {("wrong_type", "parameters")}


@pytest.mark.parametrize("value", [0, -7e9, math.nan, math.inf, 1e19])
def test_bad_amounts(value: float) -> None:
    assert faults({**LLAMA, "parameters": value}) == {("bad_number", "parameters")}


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"heads": 33}, "heads"),
        ({"kv_heads": 64}, "kv_heads"),
        ({"experts": 2, "experts_per_token": 4}, "experts_per_token"),
        ({"parameters": 1e9, "active_parameters": 2e9}, "active_parameters"),
    ],
)
def test_contradictions(more: dict[str, Any], where: str) -> None:
    assert ("contradiction", where) in faults({**LLAMA, **more})


def test_wrong_texts_and_kinds() -> None:
    assert faults({**LLAMA, "kind": "mamba"}) == {("bad_value", "kind")}
    assert faults({**LLAMA, "name": "a\nb"}) == {("wrong_type", "name")}
    assert faults({**LLAMA, "gated": "yes"}) == {("wrong_type", "gated")}
    assert faults({**LLAMA, "aliases": "x"}) == {("wrong_type", "aliases")}
    assert faults([1]) == {("wrong_type", "")}


def test_several_faults_come_together() -> None:
    assert faults({"layers": -1, "hidden": "x", "head": 3}) == {
        ("bad_number", "layers"), ("wrong_type", "hidden"), ("unknown_field", "head"), ("missing_field", "heads"),
        ("missing_field", "intermediate"), ("missing_field", "vocabulary"),
    }  # fmt: skip
