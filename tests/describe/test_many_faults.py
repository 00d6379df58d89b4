"""Files with very many faults: the first are said in full, the others counted, and nothing grows faster than the file."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import pytest

from packing.cli import main
from packing.describe import lines, problem_from, read_problem
from packing.describe.json_lines import find_lines
from packing.describe.yaml_text import Location, parse_yaml
from packing.errors import SHOWN, Fault, ProblemError

from .samples import CONTRACT, GOOD, MODE, changed, faults_in

SHAPES: dict[str, Any] = {
    "unknown fields": {**GOOD, **{f"field_{at}": "some text" for at in range(30_000)}},
    "unknown fields of a model": changed("models", 0, to={**GOOD["models"][0], **{f"field_{at}": "x" for at in range(30_000)}}),
    "numbers": {**GOOD, "models": list(range(30_000))},
    "good records before wrong ones": {
        **GOOD, "models": [{"name": f"m{at}", "modes": [MODE]} for at in range(500)] + [{"name": f"n{at}", "colour": 1, "slo": 3} for at in range(15_000)],
    },
    "fewer": {**GOOD, "models": [{"name": f"m{at}", "modes": [MODE], "colour": "red"} for at in range(5_000)]},
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_first_are_said_and_the_others_counted(
    shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = 0

    def counted(*arguments: Any, **options: Any) -> list[str]:
        nonlocal asked
        asked += 1
        return close(*arguments, **options)

    close = difflib.get_close_matches
    monkeypatch.setattr(difflib, "get_close_matches", counted)
    file = tmp_path / "a.json"
    file.write_text(json.dumps(SHAPES[shape], indent=1))
    monkeypatch.setattr(lines, "parse_yaml", lambda *_: pytest.fail("JSON was read as YAML"))
    assert main(["solve", str(file)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert SHOWN <= len(said) <= SHOWN + 1
    assert "more faults" in said[-1]
    assert all("(line " in line for line in said[: SHOWN - 1])
    assert sum(map(len, said)) < 40_000
    assert asked <= 3 * SHOWN


def test_the_message_counts_what_it_does_not_list() -> None:
    error = ProblemError(Fault("bad_value", f"a[{at}]", "", "Wrong.", "Mend it.") for at in range(SHOWN + 7))
    assert len(error.faults) == SHOWN + 7
    assert str(error).splitlines()[-1] == "and 7 more faults like these"
    assert len(str(error).splitlines()) == SHOWN + 1
    assert "more faults" not in str(ProblemError(error.faults[:SHOWN]))


def all_lines(find: Any, text: str) -> dict[Location, int]:
    found: dict[Location, int] = {}
    find(text, found.setdefault)
    return found


def test_lines_in_json_are_those_that_reading_it_as_yaml_finds(tmp_path: Path) -> None:
    data = {**GOOD, "x-notes": {"a": ["\n", "}", '"', "é", 1e5, None, True, [], {}, [[1], {"b": {}}]]}, "": {"": 1}}
    for indent in (None, 0, 1, 4):
        for unicode in (True, False):
            text = "\n" + json.dumps(data, indent=indent, ensure_ascii=unicode) + "\n"
            ours = all_lines(lambda text, seen: find_lines(text, seen, lambda _: True), text)
            assert ours == all_lines(parse_yaml, text)
    assert not find_lines("{a: 1}", lambda *_: None, lambda _: True)
    assert not find_lines('{"a": [1, 2}', lambda *_: None, lambda _: True)


def test_yaml_in_braces_has_lines_too(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("{slots: 0,\n name: x,\n models: [{name: a,\n colour: red}]}\n")
    with pytest.raises(ProblemError) as caught:
        read_problem(file)
    places = {fault.where for fault in caught.value.faults}
    assert {"slots (line 1)", "models[0] 'a'.colour (line 4)"} <= places


def test_a_fault_of_something_that_is_missing_has_the_line_around_it(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(CONTRACT.replace("  - name: small-bot\n", "  - priority: 1\n"))
    with pytest.raises(ProblemError) as caught:
        read_problem(file)
    line = CONTRACT.splitlines().index("  - name: small-bot") + 1
    assert [fault.where for fault in caught.value.faults] == [f"models[1].name (line {line})"]


def test_data_with_many_faults_in_python_are_refused_alike() -> None:
    assert len(faults_in(SHAPES["numbers"])) == SHOWN
    with pytest.raises(ProblemError, match="29,951 more faults"):
        problem_from(SHAPES["numbers"])
