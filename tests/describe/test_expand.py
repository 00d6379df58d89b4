"""Expanding: what is filled in, what wins, and that order and names of no meaning change nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from packing.describe import expand, problem_from
from packing.domain.problem import Problem
from packing.domain.words import Survive
from packing.domain.workload import Mode, Model
from packing.errors import ProblemError

from .samples import CONTRACT, GOOD, MODE

CATALOGUE: dict[str, Any] = {
    "fleet": [{"instance_type": "ml.g5.12xlarge"}, {"instance_type": "ml.g5.xlarge", "zone": "z"}],
    "models": [
        {"name": "b", "architecture": "llama-2-7b", "traffic": 1, "slo": {"ttft_ms": 3000, "tpot_ms": 100}},
        {"name": "a", "architecture": "llama-2-7b", "traffic": 1, "slo": {"ttft_ms": 3000, "tpot_ms": 100}, "priority": 7},
    ],
}


def test_given_modes_win_and_nothing_else_changes() -> None:
    problem = problem_from(GOOD)
    expanded = expand(problem)
    assert expanded.problem == problem.canonical()
    assert expanded.described == problem
    assert expanded.digest == problem.digest()
    both = problem_from({**GOOD, "models": [{"name": "bot", "architecture": "llama-2-7b", "modes": [MODE]}]})
    assert expand(both).problem.models[0].modes == both.models[0].modes


def test_instance_types_and_modes_come_from_the_catalogue() -> None:
    expanded = expand(problem_from(CATALOGUE)).problem
    assert [kind.name for kind in expanded.instance_types] == ["ml.g5.12xlarge", "ml.g5.xlarge"]
    assert [model.name for model in expanded.models] == ["a", "b"]
    assert expanded.models[0].modes
    assert expanded.models[0].modes == expanded.models[1].modes
    assert {mode.accelerator for mode in expanded.models[0].modes} == {"A10G"}


def test_the_files_instance_type_wins() -> None:
    own = {"name": "ml.g5.xlarge", "accelerator": "A10G", "accelerators": 1, "memory_per_accelerator": "10GiB", "price_per_hour": 9}
    unused = {**own, "name": "unused"}
    expanded = expand(problem_from({**CATALOGUE, "instance_types": [unused, own]})).problem
    assert {kind.name: kind.price_per_hour for kind in expanded.instance_types}["ml.g5.xlarge"] == 9
    assert "unused" not in {kind.name for kind in expanded.instance_types}


def test_an_accelerator_that_nobody_knows_needs_measured_modes() -> None:
    lab = {"name": "lab", "accelerator": "X1", "accelerators": 1, "memory_per_accelerator": "80GiB", "price_per_hour": 1}
    data = {"instance_types": [lab], "fleet": [{"instance_type": "lab"}], "models": [{"name": "a", "architecture": "llama-2-7b"}]}
    assert all(mode.accelerator is None for mode in expand(problem_from(data)).problem.models[0].modes)


def test_order_of_the_input_means_nothing() -> None:
    data = yaml.safe_load(CONTRACT)
    turned = {key: value[::-1] if isinstance(value, list) else value for key, value in reversed(data.items())}
    first, second = expand(problem_from(data)), expand(problem_from(turned))
    assert first.digest == second.digest
    assert first.problem == second.problem


def test_expanding_twice_changes_nothing() -> None:
    once = expand(problem_from(CATALOGUE)).problem
    assert expand(once).problem == once


def test_a_folder_counts_by_its_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = {
        "model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
        "intermediate_size": 14336, "vocab_size": 128256, "max_position_embeddings": 8192,
    }  # fmt: skip
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    direct = Problem(fleet=CATALOGUE["fleet"], models=[Model(name="a", architecture="./mine", traffic=1)])
    expanded = expand(direct)
    assert expanded.digest != direct.digest()
    assert expanded.digest == expanded.described.digest() == expand(expanded.described).digest
    assert expanded.problem.models[0].modes
    assert expanded.digest == problem_from({"fleet": CATALOGUE["fleet"], "models": [{"name": "a", "architecture": "mine", "traffic": 1}]}).digest()


def test_a_path_is_not_looked_up_by_its_last_part() -> None:
    with pytest.raises(ProblemError) as caught:
        problem_from({**CATALOGUE, "models": [{"name": "a", "architecture": "/nowhere/llama-2-7b"}]})
    assert [fault.code for fault in caught.value.faults] == ["unknown_architecture"]


def test_a_problem_built_directly_is_checked() -> None:
    with pytest.raises(ProblemError) as caught:
        expand(Problem(models=[Model(name="a"), Model(name="a", tenant="x")]))
    assert sorted(fault.code for fault in caught.value.faults) == ["duplicate_name", "empty_problem", "no_modes", "no_modes", "unknown_tenant"]


def test_fields_of_later_versions_change_the_digest_only_where_they_say_something() -> None:
    plain = Problem(models=(Model(name="m", modes=(Mode(vcpus=1),)),))
    unused = plain.model_copy(update={"models": (plain.models[0].model_copy(update={"max_unavailable": 0}),)})
    used = plain.model_copy(update={"models": (plain.models[0].model_copy(update={"max_unavailable": 1}),)})
    assert plain.digest() == unused.digest() != used.digest()
    assert plain.digest() != plain.model_copy(update={"survive": Survive.NODE}).digest()
