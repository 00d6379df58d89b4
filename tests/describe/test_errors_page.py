"""The examples of docs/errors.md: each snippet of a fleet file really is the fault that its section describes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .samples import GOOD, MODE, TYPE, changed, codes_in

PAGE = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (\w+)$.*?^\*Example:\* (.*?)$", PAGE, re.MULTILINE | re.DOTALL)
BOT, MODE_OF_BOT, POOL = ("models", 0), ("models", 0, "modes", 0), ("fleet", 0)

PLACES: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    # snippet → the record that its keys go into, and what that record says besides
    "schema_version: 2": ((), {}),
    "prioritty: 5": (BOT, {}),
    "streaming: yes": (BOT, {}),
    'count: "3"': (POOL, {}),
    "name: 7": (BOT, {}),
    "ttft_ms: .nan": ((*BOT, "slo"), {}),
    "copies: -1": (BOT, {}),
    "compute_share: 1.5": (MODE_OF_BOT, MODE),
    "isolation: instanc": (BOT, {}),
    "hosting: []": (BOT, {}),
    "tenant: acmee": (BOT, {}),
    "instance_type: ml.g5.13xlarge": (POOL, {}),
    "architecture: llama-2-71b": (BOT, {}),
    "accelerator: A10H": (MODE_OF_BOT, MODE),
    "weights: cheap": ((), {}),
    "models: []": ((), {}),
    "slots: 24": ((), {}),
    "{name: bot}": (BOT, {}),
    "weights: {cost: 0}": ((), {}),
    "copies: {min: 5, max: 2}": (BOT, {}),
    "traffic: 3": (BOT, {"modes": [{key: value for key, value in MODE.items() if key != "requests_per_second"}]}),
}
ELSEWHERE = {"{name: a, copies: 1, copies: 2}", "calibration: measurements.csv", "isolation: endpoint", "hosting: [multi_model]"}
"""Snippets that are faults of reading text or other files, or half of a contradiction: tested where those are."""


def snippets() -> list[tuple[str, str]]:
    return [(code, text) for code, example in SECTIONS for text in re.findall(r"`([^`]+)`", example) if re.match(r"\{?\w+: ", text)]


def test_the_page_has_snippets_and_each_is_known_here():
    assert {text for _, text in snippets()} == set(PLACES) | ELSEWHERE


@pytest.mark.parametrize(("code", "text"), [pair for pair in snippets() if pair[1] not in ELSEWHERE])
def test_each_snippet_is_the_fault_of_its_section(code: str, text: str):
    where, besides = PLACES[text]
    said = yaml.safe_load(text) if text != "streaming: yes" else {"streaming": "yes"}  # the reader takes YAML 1.2's words for true and false
    here: Any = GOOD
    for part in where:
        here = here[part] if part != "slo" else {}
    record = said if text.startswith("{") else {**here, **besides, **said}
    assert set(codes_in(changed(*where, to=record) if where else record)) == {code}


def test_an_accelerator_that_the_catalogue_has_is_no_fault():
    assert "unknown_accelerator" not in codes_in(changed(*BOT, to={"name": "bot", "modes": [{**MODE, "accelerator": "A10"}], "traffic": 1}))
    assert TYPE["accelerator"] == "X1"
