"""The tutorial's commands and its Python, with the files as they stand on the page, in their order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from packing.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^(?:<!-- (file|exit): (\S+) -->\n)?```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
"""A fence, and what the comment before it says: the file it stands for, or the exit code of its commands. Attributes of the fence itself would not be rendered."""


def test_the_tutorial_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    commands = 0
    for word, value, language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language == "yaml":
            assert word == "file"
            Path(value).write_text(text)
        elif language == "sh":
            expected = int(value) if word == "exit" else 0
            for line in text.splitlines():
                program, *arguments = line.split()
                assert program == "packing"
                assert main(arguments) == expected, f"{line}\n{capsys.readouterr().err}"
                commands += 1
        else:
            assert language == "python"
            exec(compile(text, "tutorial", "exec"), {})
            commands += 1
    assert commands >= 8
    # What the page says of the answer.
    shown = main(["show", "placement.json", "--problem", "bots.yaml"])
    assert shown == 0
    said = capsys.readouterr().out
    small = next(line for line in said.splitlines() if "globex-embed" in line and line.lstrip().startswith("ep-"))
    assert "multi model" in small
    assert "globex-rank" in small
    assert (tmp_path / "both.png").stat().st_size > 10_000
