"""`check`, `show`, `catalog`, `generate`, `bench`, and the command itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packing.cli import main

Capture = pytest.CaptureFixture[str]


def corrupt(placement: Path, **changes: object) -> None:
    placement.write_text(json.dumps({**json.loads(placement.read_text()), **changes}))


class TestCheck:
    def test_a_sound_placement(self, fleet: Path, placement: Path, capsys: Capture):
        assert main(["check", str(fleet), str(placement)]) == 0
        assert "verified: no violations" in capsys.readouterr().out

    def test_a_false_cost_is_a_violation(self, fleet: Path, placement: Path, capsys: Capture):
        corrupt(placement, cost_per_hour=0.01)
        assert main(["check", str(fleet), str(placement)]) == 1
        assert "violation: " in capsys.readouterr().out

    def test_violations_as_json(self, fleet: Path, placement: Path, capsys: Capture):
        data = json.loads(placement.read_text())
        corrupt(placement, copies=[{**copy, "accelerators": [7]} for copy in data["copies"]])
        assert main(["check", str(fleet), str(placement), "--json"]) == 1
        found = json.loads(capsys.readouterr().out)
        assert not found["ok"]
        assert "accelerators" in {each["rule"] for each in found["violations"]}

    def test_a_sound_but_incomplete_placement_is_exit_3(self, crowded: Path, tmp_path: Path, capsys: Capture):
        out = tmp_path / "partial.json"
        assert main(["solve", str(crowded), "-o", str(out), "--quiet"]) == 3
        assert main(["check", str(crowded), str(out), "--json"]) == 3
        found = json.loads(capsys.readouterr().out)
        assert found["ok"]
        assert found["missing"]

    def test_the_faults_of_both_files_at_once(self, tmp_path: Path, capsys: Capture):
        assert main(["check", str(tmp_path / "a.yaml"), str(tmp_path / "b.json")]) == 1
        said = capsys.readouterr().err
        assert "a.yaml" in said
        assert "b.json" in said


class TestShow:
    def test_with_and_without_its_problem(self, fleet: Path, placement: Path, capsys: Capture):
        assert main(["show", str(placement)]) == 0
        alone = capsys.readouterr().out
        assert "Endpoints" in alone
        assert "Fleet" not in alone
        assert main(["show", str(placement), "--problem", str(fleet)]) == 0
        assert "Fleet" in capsys.readouterr().out

    def test_another_problem_is_warned_of(self, crowded: Path, placement: Path, capsys: Capture):
        assert main(["show", str(placement), "--problem", str(crowded)]) == 0
        assert "warning" in capsys.readouterr().err

    def test_json_is_the_placement(self, placement: Path, capsys: Capture):
        assert main(["show", str(placement), "--json"]) == 0
        assert capsys.readouterr().out == placement.read_text()

    def test_several_share_a_chart(self, placement: Path, tmp_path: Path):
        other = tmp_path / "other.json"
        other.write_text(placement.read_text())
        assert main(["show", str(placement), str(other), "--chart", str(tmp_path / "both.svg")]) == 0
        assert (tmp_path / "both.svg").stat().st_size > 1000


class TestCatalog:
    def test_instances_by_cloud_and_text(self, capsys: Capture):
        assert main(["catalog", "instances", "g5", "--cloud", "aws-sagemaker", "--json"]) == 0
        names = [row["name"] for row in json.loads(capsys.readouterr().out)]
        assert "ml.g5.12xlarge" in names
        assert all(name.startswith("ml.g5") for name in names)

    @pytest.mark.parametrize(("kind", "name"), [("instances", "ml.p4d.24xlarge"), ("accelerators", "A10G"), ("architectures", "llama-2-70b")])
    def test_each_kind_as_a_table(self, kind: str, name: str, capsys: Capture):
        assert main(["catalog", kind]) == 0
        assert name in capsys.readouterr().out

    def test_an_accelerator_by_name(self, capsys: Capture):
        assert main(["catalog", "accelerators", "--accelerator", "L40S", "--json"]) == 0
        assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["L40S"]

    def test_unknown_kind(self, capsys: Capture):
        assert main(["catalog", "engines"]) == 1
        assert "engines" in capsys.readouterr().err


class TestGenerate:
    def test_what_is_generated_can_be_solved(self, tmp_path: Path):
        out = tmp_path / "fleet.yaml"
        assert main(["generate", "--models", "4", "--copies", "6", "--tightness", "0", "-o", str(out)]) == 0
        assert main(["solve", str(out), "--quiet"]) == 0

    def test_same_seed_same_file_on_stdout(self, capsys: Capture):
        texts = []
        for seed in ("1", "1", "2"):
            assert main(["generate", "--models", "4", "--copies", "6", "--seed", seed]) == 0
            texts.append(capsys.readouterr().out)
        assert texts[0] == texts[1] != texts[2]

    def test_all_wrong_knobs_at_once(self, capsys: Capture):
        assert main(["generate", "--models", "0", "--conflicts", "2"]) == 1
        assert len(capsys.readouterr().err.splitlines()) == 2


def test_bench_gets_its_own_arguments(capsys: Capture):
    assert main(["bench", "--help"]) == 0
    assert "--quick" in capsys.readouterr().out
    assert main(["bench", "no-such-suite"]) == 1


def test_help_names_every_verb(capsys: Capture):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Usage: packing ")
    for verb in ("solve", "check", "show", "catalog", "generate", "bench"):
        assert f"\n  {verb} " in shown


def test_version(capsys: Capture):
    import packing

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"packing {packing.__version__}\n"
