"""Text that would do something on a terminal or in a picture: refused as a name, shown in messages, never obeyed."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packing.cli import main
from packing.describe import problem_from
from packing.domain.fields import Name
from packing.errors import ProblemError, printable

Capture = pytest.CaptureFixture[str]
HOSTILE = "\x1b\x07\x9b\x00\r\x7f\x85\u2028\u2029\u202e\u2066\u200e\u061c\ufeff\u200b\ud800"
RAW = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
TEXTS = st.text(st.sampled_from(HOSTILE + "ab$_^\\{}[]%<>&\"'-é漢😀"), min_size=1, max_size=12)
VERBS = [
    "solve {fleet} --time-limit 0", "check {fleet} {placement}", "show {placement}", "explain {fleet} {placement}", "rebalance {fleet} {placement} --time-limit 0",
    "shortage {fleet} --time-limit 0", "schedule {fleet} --time-limit 0", "simulate {fleet} {placement} {events} --time-limit 0",
    "rehearse {fleet} {placement}", "coldstart {fleet} {placement}", "diff {placement} {placement}", "apply {placement} {diff}",
    "migrate {fleet} {placement} {placement}", "replay {fleet} {placement} {placement} {plan}", "calibrate {rows}", "calibrate {table}", "profile {table}",
    "profile {table} --json", "rebalance {fleet} {placement} --policy {policy}", "rehearse {fleet} {placement} --streams {table}", "show {placement} --json",
    "solve {fleet} --json --time-limit 0",
]  # fmt: skip


def files(text: str, folder: Path) -> dict[str, Path]:
    """Files of every kind with a hostile text in every place that takes text, and as a field."""
    mode = {"accelerator": text, "memory_per_accelerator": 1, "resources": {text: 1}, "precision": text}
    copy = {"model": text, "copy": 0, "node": text, "accelerators": [0], "mode": mode}
    endpoint = {"name": text, "hosting": text, "instance_type": text, "nodes": [text], "models": [text]}
    kinds: dict[str, Any] = {
        "fleet": {
            "name": text, "tenants": [{"name": text, "conflicts_with": [text]}], "instance_types": [{"name": text, "accelerator": text, text: 1}],
            "fleet": [{"instance_type": text, "zone": text, "name": text}], "weights": text, text: text,
            "models": [{"name": text, "tenant": text, "framework": text, "architecture": text, "modes": [mode]}, {"name": "b", "architecture": {text: text}}],
        },
        "placement": {
            "problem": text, "status": text, "cost_per_hour": text, "endpoints": [endpoint], "copies": [copy], text: text,
            "nodes": [{"id": text, "instance_type": text, "zone": text, "endpoint": text, "pool": text}],
            "unplaced": [{"model": text, "copies": 1, "reasons": [{"rule": text, "detail": text}]}],
        },
        "events": {"events": [{"at": 0, "kind": text}, {"at": 1, "kind": "node_lost", "node": text, text: 1}]},
        "diff": {"base": text, "target": text, text: 1, "copies": {"loaded": [copy]}},
        "plan": {"problem": text, "base": text, "target": text, "status": text, "waves": [{"steps": [{"kind": text, "node": text}], "seconds": 1}]},
        "policy": {"pins": [text], "drain": text, text: 1},
        "rows": [{"model": text, "accelerator": text, "input_tokens": text, "output_tokens": 1, "ttft_ms": 1, "tpot_ms": 1, "concurrency": 1, text: text}],
    }  # fmt: skip
    paths = {name: folder / f"{name}.json" for name in kinds}
    for name, data in kinds.items():
        paths[name].write_text(json.dumps(data))
    table = folder / "table.csv"
    written = text.replace("\ud800", "?").replace("\0", "")
    cell = written.replace('"', "'")
    table.write_text(f'time,model,{cell}\n2026-01-01T00:00:00Z,"{cell}",1\n', encoding="utf-8")
    return {**paths, "table": table}


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
@pytest.mark.parametrize("verb", VERBS)
def test_nothing_hostile_is_printed_raw(verb: str, text: str, tmp_path: Path, capsys: Capture) -> None:
    for hostile in (text, HOSTILE):
        code = main(verb.format(**files(hostile, tmp_path)).split())
        shown = capsys.readouterr()
        assert code in {0, 1, 3}
        assert "internal error" not in shown.err
        assert RAW.findall(shown.out + shown.err) == []


def test_what_is_typed_is_not_printed_raw(capsys: Capture, tmp_path: Path) -> None:
    for arguments in (
        [f"\x1b[31m{HOSTILE[:-1]}"],
        ["solve", "--\x1b]0;x\x07"],
        ["solve", f"{tmp_path}/\x1b[2J\u202e.yaml"],
        ["catalog", "instances", "\x1b[1m"],
    ):
        main(arguments)
        shown = capsys.readouterr()
        assert RAW.findall(shown.out + shown.err.replace("\\x1b", "")) == []
        assert shown.out + shown.err


@pytest.mark.parametrize("encoded", [r'"a\e[31mb"', r'"\u202e"', r'"a\x9b"', r'"\u2028"', r'"\ud800"'])
def test_excerpts_of_files_are_shown_escaped(encoded: str, tmp_path: Path, capsys: Capture) -> None:
    for content in (
        f"name: {encoded}\n{encoded}: 1\nmodels: [",
        f"name: {encoded}\nname: {encoded}\n",
        f"{encoded}: {encoded}\n",
        f"x: !{encoded} 1\n",
    ):
        for name in ("a.yaml", "a.json"):
            (tmp_path / name).write_text(content)
            assert main(["solve", str(tmp_path / name)]) == 1
            assert RAW.findall(capsys.readouterr().err) == []
    (tmp_path / "raw.yaml").write_text("models: [\u202e}\n", encoding="utf-8")
    assert main(["solve", str(tmp_path / "raw.yaml")]) == 1
    assert RAW.findall(capsys.readouterr().err) == []


PLACES = [
    ("name",), ("fleet", 0, "zone"), ("fleet", 0, "name"), ("fleet", 0, "instance_type"), ("models", 0, "name"), ("models", 0, "tenant"),
    ("models", 0, "framework"), ("models", 0, "architecture"), ("tenants", 0, "name"), ("models", 0, "modes", 0, "precision"),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
@pytest.mark.parametrize("character", list(HOSTILE), ids=lambda character: f"{ord(character):04x}")
def test_no_field_of_a_fleet_takes_it(place: tuple[int | str, ...], character: str) -> None:
    mode = {"accelerator": "X", "memory_per_accelerator": 1}
    data: dict[str, Any] = {
        "name": "p", "tenants": [{"name": "t"}], "instance_types": [{"name": "i", "accelerator": "X", "accelerators": 1, "memory_per_accelerator": 9, "price_per_hour": 1}],
        "fleet": [{"instance_type": "i"}], "models": [{"name": "m", "modes": [mode]}],
    }  # fmt: skip
    problem_from(data)
    here: Any = data
    for part in place[:-1]:
        here = here[part]
    here[place[-1]] = f"a{character}b"
    with pytest.raises(ProblemError) as caught:
        problem_from(data)
    assert any(fault.where.endswith(str(place[-1])) for fault in caught.value.faults)
    assert RAW.findall(str(caught.value).replace("\n", "")) == []


@pytest.mark.parametrize("name", ["chat $x^2$", "$", "$a", "_hidden", "a_b^c", "\\frac", "漢字", "مدل", "naïve", "👩‍💻", "100 %"])
def test_ordinary_names_are_taken_printed_and_drawn(name: str, tmp_path: Path, capsys: Capture) -> None:
    from packing.domain.placement import Scores
    from packing.report.chart import radar

    fleet = tmp_path / "fleet.yaml"
    mode = {"accelerator": "X", "memory_per_accelerator": 1}
    kind = {"name": name, "accelerator": "X", "accelerators": 1, "memory_per_accelerator": 9, "price_per_hour": 1}
    data = {"name": name, "instance_types": [kind], "fleet": [{"instance_type": name, "zone": name}], "models": [{"name": name, "modes": [mode]}]}
    fleet.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    assert main(["solve", str(fleet), "-q", "--json", "--chart", str(tmp_path / "a.svg")]) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown)["copies"][0]["model"] == name
    assert name in shown
    scores = Scores(model_size=1, performance=1, isolation=1, cost=1, scalability=1)
    radar({name: scores, "other": scores}, tmp_path / "b.svg")
    assert f"<!-- {name} -->".replace("&", "&amp;") in (tmp_path / "b.svg").read_text(encoding="utf-8")


def test_one_list_of_characters() -> None:
    """What names may hold is what is printed as it is, and neither lets through what acts."""
    from pydantic import TypeAdapter, ValidationError

    takes = TypeAdapter(Name)
    acting = {"Cc", "Zl", "Zp", "Cs"}
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for code in range(0x11000):
        character = chr(code)
        try:
            taken = bool(takes.validate_python(character))
        except ValidationError:
            taken = False
        assert taken == (printable(character) == character), hex(code)
        if unicodedata.category(character) in acting or unicodedata.bidirectional(character) in turning:
            assert not taken, hex(code)
    assert printable("a\nb", lines=True) == "a\nb"
    assert json.loads(f'"{printable(HOSTILE)}"') == HOSTILE
