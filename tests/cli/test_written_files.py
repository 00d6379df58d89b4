"""What was found is always written somewhere or printed, or refused before the search begins."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from packing.cli import main

Capture = pytest.CaptureFixture[str]
COMMAND = f"{sys.executable} -c 'import sys; from packing.cli import main; sys.exit(main())'"
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="the system has no device that is always full")


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.run(["sh", "-c", f"{COMMAND} {line}"], capture_output=True, text=True, timeout=120, check=False, env=environment)


def refused(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> str:
    """The only message of a command that must not get as far as a search."""

    def searched(*_: object, **__: object) -> None:
        raise AssertionError("it searched")

    monkeypatch.setattr("packing.solve.solve_placement", searched)
    assert main(arguments) == 1
    (message,) = capsys.readouterr().err.splitlines()
    return message


@pytest.mark.parametrize("way", ["itself", "symbolic link", "hard link", "link on both sides"])
def test_an_input_is_never_overwritten(way: str, fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    before, given, out = fleet.read_bytes(), fleet, tmp_path / "out.json"
    if way == "itself":
        out = fleet
    elif way == "hard link":
        out.hardlink_to(fleet)
    else:
        out.symlink_to(fleet)
    if way == "link on both sides":
        given = tmp_path / "given.yaml"
        given.symlink_to(fleet)
    assert "it would be overwritten" in refused(["solve", str(given), "-o", str(out)], monkeypatch, capsys)
    assert fleet.read_bytes() == before


@pytest.mark.parametrize(
    "line",
    [
        "rebalance {fleet} {placement} -o {placement}", "shortage {fleet} --current {placement} -o {placement}", "schedule {fleet} -o {fleet}",
        "shortage {fleet} --conceded {fleet}", "migrate {fleet} {placement} {placement} -o {placement}", "apply {placement} {placement} -o {placement}",
        "solve {fleet} -o {fleet}", "simulate {fleet} {placement} {fleet} -o {placement}", "calibrate {fleet} -o {fleet}",
        "profile {fleet} --into {fleet} -o {fleet}", "show {svg} --chart {svg}",
    ],
)  # fmt: skip
def test_every_verb_refuses_to_overwrite_what_it_reads(line: str, fleet: Path, placement: Path, tmp_path: Path, capsys: Capture) -> None:
    svg = tmp_path / "a.svg"
    svg.write_text("{}")
    before = fleet.read_bytes(), placement.read_bytes(), svg.read_bytes()
    assert main(line.format(fleet=fleet, placement=placement, svg=svg).split()) == 1
    assert "it would be overwritten" in capsys.readouterr().err
    assert (fleet.read_bytes(), placement.read_bytes(), svg.read_bytes()) == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 300 + ".json", "too long"),
        ("/proc/out.json", "cannot be written"),
        ("out.yaml", "Let the name end in .json"),
        ("loop", "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_found_before_the_search(
    name: str, said: str, fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    before = sorted(tmp_path.iterdir())
    assert said in refused(["solve", str(fleet), "-o", str(tmp_path / name)], monkeypatch, capsys)
    assert sorted(tmp_path.iterdir()) == before


def test_two_results_are_not_written_to_one_file(fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    out = str(tmp_path / "a.svg")
    assert "Two different things" in refused(["solve", str(fleet), "-o", out, "--chart", out], monkeypatch, capsys)


def test_a_link_stays_and_permissions_stay(fleet: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    assert main(["solve", str(fleet), "-q", "-o", str(link)]) == 0
    assert link.is_symlink()
    assert json.loads(target.read_text())["copies"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "target.json", "tiny.yaml"]


def test_a_link_to_nothing_yet(fleet: Path, tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to("new.json")
    assert main(["solve", str(fleet), "-q", "-o", str(tmp_path / "link.json")]) == 0
    assert json.loads((tmp_path / "new.json").read_text())["copies"]
    assert (tmp_path / "link.json").is_symlink()


def test_a_name_as_long_as_names_may_be(fleet: Path, tmp_path: Path) -> None:
    out = tmp_path / ("x" * 250 + ".json")
    assert main(["solve", str(fleet), "-q", "-o", str(out)]) == 0
    assert json.loads(out.read_text())["copies"]


@needs_full
@pytest.mark.parametrize("line", ["-o /dev/full", "--json > /dev/full"])
def test_what_cannot_be_written_in_the_end_is_kept(line: str, fleet: Path, tmp_path: Path) -> None:
    done = shell(f"solve {fleet} -q {line}", tmp_path)
    assert done.returncode == 1
    kept = re.search(r"It was kept in (\S+)\. \[unwritable\]", done.stderr)
    assert kept is not None, done.stderr
    assert json.loads(Path(kept[1]).read_text())["copies"]


@needs_full
@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-"])
def test_messages_that_cannot_be_written_end_nothing(where: str, fleet: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = shell(f"solve {fleet} -o {out} {where}", tmp_path)
    assert done.returncode == 0
    assert "proven optimal" in done.stdout
    assert json.loads(out.read_text())["copies"]


def test_all_streams_closed(fleet: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = shell(f"solve {fleet} -q -o {out} <&- >&- 2>&-", tmp_path)
    assert done.returncode == 0
    assert json.loads(out.read_text())["copies"]


def test_stdout_that_is_closed_loses_nothing(fleet: Path, tmp_path: Path) -> None:
    done = shell(f"solve {fleet} --json >&-", tmp_path)
    assert done.returncode == 1
    kept = re.search(r"It was kept in (\S+)\. \[unwritable\]", done.stderr)
    assert kept is not None, done.stderr
    assert json.loads(Path(kept[1]).read_text())["copies"]


def test_a_pipe_that_nobody_reads_is_not_waited_for(fleet: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = shell(f"solve {fleet} -q -o {tmp_path / 'pipe'}", tmp_path)
    assert done.returncode == 1
    assert re.search(r"It was kept in (\S+)\. \[unwritable\]", done.stderr)
