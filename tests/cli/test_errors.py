"""Every fault is one readable message on stderr, all at once, with exit code 1 and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from packing.cli import main
from packing.errors import InternalError

Capture = pytest.CaptureFixture[str]


def refused(arguments: list[str], capsys: Capture) -> list[str]:
    """Messages of a command that must end with exit code 1, with nothing on stdout."""
    assert main(arguments) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Traceback" not in shown.err
    return [line for line in shown.err.splitlines() if line.startswith("error: ")]


def test_missing_file(tmp_path: Path, capsys: Capture):
    (message,) = refused(["solve", str(tmp_path / "none.yaml")], capsys)
    assert "none.yaml" in message
    assert "[unreadable_file]" in message


def test_folder_instead_of_file(tmp_path: Path, capsys: Capture):
    assert "[unreadable_file]" in refused(["solve", str(tmp_path)], capsys)[0]


def test_all_faults_of_a_file_at_once(fleet: Path, capsys: Capture):
    fleet.write_text(
        fleet.read_text().replace("4GiB", "4GiBs").replace("copies: 1", "copies: -1").replace("instance_type: box", "instance_type: bax")
    )
    messages = refused(["solve", str(fleet)], capsys)
    assert len(messages) >= 3
    assert any("[bad_unit]" in message for message in messages)
    assert any("[unknown_instance_type]" in message for message in messages)


@pytest.mark.parametrize(
    ("output", "said"),
    [("{tmp}", "This is a folder"), ("{tmp}/no/such/out.json", "does not exist"), ("{tmp}/tiny.yaml/out.json", "does not exist")],
)
def test_unwritable_output_is_found_before_the_search(output: str, said: str, fleet: Path, tmp_path: Path, capsys: Capture):
    (message,) = refused(["solve", str(fleet), "-o", output.format(tmp=tmp_path)], capsys)
    assert said in message


def test_output_and_chart_are_refused_together(fleet: Path, tmp_path: Path, capsys: Capture):
    messages = refused(["solve", str(fleet), "-o", str(tmp_path), "--chart", str(tmp_path / "chart.pdf")], capsys)
    assert len(messages) == 2
    assert ".svg or .png" in messages[1]


@pytest.mark.parametrize("arguments", [["solve"], ["solve", "x", "--nonsense"], ["fly"], ["solve", "x", "--time-limit", "soon"]])
def test_wrong_usage_is_exit_1(arguments: list[str], capsys: Capture):
    assert main(arguments) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Error" in shown.err


@pytest.mark.parametrize("options", [["--time-limit", "-1"], ["--time-limit", "nan"], ["--workers", "0"], ["--gap", "2"], ["--seed", "-3"]])
def test_options_out_of_range(options: list[str], fleet: Path, capsys: Capture):
    (message,) = refused(["solve", str(fleet), *options], capsys)
    assert "[bad_option]" in message


def test_several_options_out_of_range_at_once(fleet: Path, capsys: Capture):
    assert len(refused(["solve", str(fleet), "--workers", "0", "--gap", "2"], capsys)) == 2


def test_a_bug_is_one_line(fleet: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("packing.solve.solve_placement", broken)
    monkeypatch.delenv("PACKING_DEBUG", raising=False)
    assert "internal error: ZeroDivisionError: a bug" in refused(["solve", str(fleet), "--quiet"], capsys)[0]
    monkeypatch.setenv("PACKING_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["solve", str(fleet), "--quiet"])


def test_a_refused_answer_is_one_line(fleet: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture):
    def refuse(*_: object, **__: object) -> None:
        raise InternalError("the checker refused the answer")

    monkeypatch.setattr("packing.solve.solve_placement", refuse)
    assert refused(["solve", str(fleet), "--quiet"], capsys) == ["error: the checker refused the answer"]
