"""Files: YAML and JSON, their surprises and their bombs."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import yaml

from packing.describe import read_problem
from packing.describe.yaml_text import parse_yaml
from packing.domain.problem import Problem
from packing.errors import Fault, ProblemError

from .samples import CONTRACT, GOOD, changed

HEAD = """
instance_types: [{name: lab, accelerator: X1, accelerators: 4, memory_per_accelerator: 80GiB, price_per_hour: 3e0}]
fleet: [{instance_type: lab}]
"""
MODES = "modes: [{accelerator: X1}]"


def read(folder: Path, content: str | bytes, name: str = "fleet.yaml") -> Problem:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_problem(file)


def faults(folder: Path, content: str | bytes, name: str = "fleet.yaml") -> tuple[Fault, ...]:
    with pytest.raises(ProblemError) as caught:
        read(folder, content, name)
    return caught.value.faults


def codes(folder: Path, content: str | bytes, name: str = "fleet.yaml") -> list[str]:
    return [fault.code for fault in faults(folder, content, name)]


def test_the_example_of_the_contract(tmp_path: Path) -> None:
    problem = read(tmp_path, CONTRACT)
    assert [model.name for model in problem.models] == ["acme-summary", "small-bot"]
    assert problem.models[1].modes[0].memory_per_accelerator == 5 * 2**30
    assert problem.instance_types[0].host_memory == 1152 * 2**30


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    assert read(tmp_path, yaml.safe_dump(GOOD)) == read(tmp_path, json.dumps(GOOD), "fleet.json")


def test_anchors_and_merges(tmp_path: Path) -> None:
    problem = read(tmp_path, HEAD + f"models: [&m {{name: a, priority: 3, {MODES}}}, {{<<: *m, name: b}}, {{name: c, <<: [*m]}}]")
    assert [(model.name, model.priority) for model in problem.models] == [("a", 3), ("b", 3), ("c", 3)]


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "y"])
def test_words_that_yaml_once_took_for_booleans_are_text(tmp_path: Path, word: str) -> None:
    assert read(tmp_path, HEAD + f"models: [{{name: {word}, {MODES}}}]").models[0].name == word
    assert codes(tmp_path, HEAD + f"models: [{{name: a, {MODES}, streaming: {word}}}]") == ["wrong_type"]


@pytest.mark.parametrize("figure", ["1:30", "012", "1_000", "0x10", "2026-01-01", "2026-01-01T00:00:00Z", "'3'", "three"])
def test_figures_that_are_not_plain_numbers_are_refused(tmp_path: Path, figure: str) -> None:
    assert codes(tmp_path, HEAD + f"models: [{{name: a, {MODES}, cold_start_s: {figure}}}]") == ["wrong_type"]


@pytest.mark.parametrize("figure", [".nan", ".inf", "-.inf", "1e999", "-1", "9" * 5000])
def test_figures_that_are_no_quantities_are_refused(tmp_path: Path, figure: str) -> None:
    assert codes(tmp_path, HEAD + f"models: [{{name: a, {MODES}, cold_start_s: {figure}}}]") == ["bad_number"]


@pytest.mark.parametrize(("written", "value"), [("1e3", 1000.0), ("+5", 5.0), (".5", 0.5), ("5.", 5.0), ("0", 0.0), ("-0.0", 0.0)])
def test_figures_that_are_numbers(tmp_path: Path, written: str, value: float) -> None:
    assert read(tmp_path, HEAD + f"models: [{{name: a, {MODES}, cold_start_s: {written}}}]").models[0].cold_start_s == value


def test_duplicate_keys_are_all_told_beside_other_faults(tmp_path: Path) -> None:
    found = faults(tmp_path, HEAD + f"slots: 1\nslots: 2\nmodels:\n- name: a\n  copies: 1\n  copies: 2\n  colour: red\n  {MODES}\n")
    assert [(fault.code, fault.where) for fault in found] == [
        ("duplicate_key", "slots (line 5)"),
        ("duplicate_key", "models[0].copies (line 9)"),
        ("unknown_field", "models[0] 'a'.colour (line 10)"),
    ]


def test_duplicate_keys_in_json(tmp_path: Path) -> None:
    text = json.dumps(GOOD).replace('"name": "bot"', '"name": "bot", "name": "bat"')
    assert [(fault.code, fault.where) for fault in faults(tmp_path, text, "a.json")] == [("duplicate_key", "models[0] 'bot'.name")]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_json_that_is_not_json(tmp_path: Path, word: str) -> None:
    text = json.dumps(changed("models", 0, "cold_start_s", to="HERE")).replace('"HERE"', word)
    assert codes(tmp_path, text, "a.json") == ["bad_number"]


def test_alias_bomb_is_refused_at_once(tmp_path: Path) -> None:
    levels = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
    started = time.perf_counter()
    assert codes(tmp_path, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "\n".join(levels)) == ["alias_bomb"]
    assert time.perf_counter() - started < 1


def test_merge_bomb_is_refused(tmp_path: Path) -> None:
    wide = ", ".join(f"k{at}: 1" for at in range(1000))
    merges = "\n".join(f"m{at}: {{<<: [{', '.join(['*a'] * 100)}]}}" for at in range(40))
    assert codes(tmp_path, f"a: &a {{{wide}}}\n{merges}") == ["alias_bomb"]


def test_a_file_of_100_mb_is_refused_by_its_size(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    with file.open("wb") as stream:
        stream.truncate(100 * 2**20)
    started = time.perf_counter()
    with pytest.raises(ProblemError) as caught:
        read_problem(file)
    assert [fault.code for fault in caught.value.faults] == ["file_too_large"]
    assert time.perf_counter() - started < 0.1


def test_size_limit_is_exact(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text(CONTRACT, encoding="utf-8")
    assert read_problem(file, limit=len(CONTRACT)).name == "support-platform"
    with pytest.raises(ProblemError):
        read_problem(file, limit=len(CONTRACT) - 1)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00a", b"name: caf\xe9\n", b"\x80", bytes(range(128, 256)), "name: x".encode("utf-16")],
    ids=["bom", "latin1", "byte", "binary", "utf16"],
)
def test_bytes_that_are_not_text(tmp_path: Path, content: bytes) -> None:
    assert codes(tmp_path, content) == ["unreadable_file"]


def test_utf8_with_a_byte_order_mark_is_text(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + CONTRACT.encode()).slots == 24


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty_problem"),
        ("# only a comment\n", "empty_problem"),
        ("---\n...\n", "empty_problem"),
        ("- a\n- b\n", "wrong_type"),
        ("text", "wrong_type"),
        ("models: [1,", "syntax"),
        ("models:\n\t- name: a\n", "syntax"),
        ("a: 1\n---\nb: 2\n", "syntax"),
        ("[" * 100_000, "syntax"),
        ("{" * 5_000, "syntax"),
        ("a: " * 60, "syntax"),
        ("a: &a [*a]", "syntax"),
        ("a: *nowhere", "syntax"),
        ("? [1, 2]\n: 3", "syntax"),
        ("<<: 3", "syntax"),
        ("a: !!python/object/apply:os.system ['false']", "syntax"),
        ("a: !!binary aGVsbG8=", "syntax"),
        ("a: \x01", "syntax"),
        ("a: \x00", "syntax"),
        ("%YAML 9.9\n---\na: 1", "syntax"),
    ],
)
def test_not_a_fleet_file(tmp_path: Path, content: str, code: str) -> None:
    assert codes(tmp_path, content) == [code]


def test_a_tab_is_named(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "models:\n\t- name: a\n")
    assert "tab" in fault.cause
    assert "line 2" in fault.where


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, '{"a": 1,}', "{'a': 1}", '{"a": 1} x'])
def test_not_json(tmp_path: Path, content: str) -> None:
    assert codes(tmp_path, content, "a.json") == ["syntax"]


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a\0b"])
def test_not_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_problem(f"{tmp_path}/{name}")
    assert [fault.code for fault in caught.value.faults] == ["unreadable_file"]


def test_the_parser_without_c_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = parse_yaml(CONTRACT + "\nquoted: ['1', \"yes\", 1, yes, ~]")
    monkeypatch.setattr("packing.describe.yaml_text._LOADER", yaml.SafeLoader)
    assert parse_yaml(CONTRACT + "\nquoted: ['1', \"yes\", 1, yes, ~]") == fast
    assert fast[0]["quoted"] == ["1", "yes", 1, "yes", None]


def test_a_folder_of_an_architecture_is_relative_to_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    config = {
        "model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
        "intermediate_size": 14336, "vocab_size": 128256, "max_position_embeddings": 8192,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    text = HEAD + "models: [{name: a, architecture: mine}]"
    first = read(tmp_path, text)
    assert first.models[0].architecture["layers"] == 32  # type: ignore[index,call-overload]
    assert read(tmp_path, text).digest() == first.digest()
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 30}), encoding="utf-8")
    assert read(tmp_path, text).digest() != first.digest()
    (folder / "config.json").write_text("{}", encoding="utf-8")
    assert set(codes(tmp_path, text)) == {"bad_config"}


def test_a_thousand_models_read_fast(tmp_path: Path) -> None:
    one = GOOD["models"][0]
    data = {**GOOD, "models": [{**one, "name": f"bot-{at}"} for at in range(1000)]}
    text = yaml.safe_dump(data)
    started = time.perf_counter()
    assert len(read(tmp_path, text).models) == 1000
    assert time.perf_counter() - started < 5
