"""docs/calibration.md, word for word: its files, its commands, its Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from packing.cli import main
from packing.describe import read_placement
from packing.domain.words import Source

PAGE = Path(__file__).parents[2] / "docs" / "calibration.md"
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILES = {"csv": "measurements.csv", "yaml": "fleet.yaml"}


def test_the_example_of_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    said = ""
    for language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language in FILES:
            Path(FILES[language]).write_text(text, encoding="utf-8")
        elif language == "sh":
            for line in text.splitlines():
                program, *arguments = line.split()
                assert program == "packing"
                assert main(arguments) == 0, capsys.readouterr().err
                shown = capsys.readouterr()
                said += shown.out + shown.err
    # What the page says of it.
    assert "12 rows, 11 situations" in said
    assert "note: calibration: nothing was measured on L4; the library's figures and bands stand there" in said
    modes = [copy.mode for copy in read_placement("placement.json").copies if copy.mode.accelerator == "A10G" and copy.mode.compute_share == 1.0]
    assert modes
    assert all(mode.source is Source.CALIBRATED for mode in modes)
    assert main(["check", "fleet.yaml", "placement.json"]) == 0
    without = Path("fleet.yaml").read_text(encoding="utf-8").replace("calibration: calibration.json\n", "")
    Path("other.yaml").write_text(without, encoding="utf-8")
    assert main(["check", "other.yaml", "placement.json"]) == 1
