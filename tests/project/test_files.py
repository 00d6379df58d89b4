"""What the project promises about itself: the README's commands, packaging, codes and pages that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from packing.errors import CODES

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_readme_has_just_two_set_up_commands():
    commands = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("python3 -m venv ")]
    assert len(commands) == 2
    main_job, tests = commands
    assert "packing solve examples/support_platform.yaml" in main_job
    assert "pytest" in tests
    extras = re.findall(r"'\.\[(\w+)\]'", "\n".join(commands))
    assert set(extras) <= set(PROJECT["project"]["optional-dependencies"])
    assert re.findall(r"examples/\S+", main_job) == ["examples/support_platform.yaml"]


def test_ci_takes_the_commands_from_the_readme():
    script = (ROOT / ".ci" / "run").read_text()
    assert "grep '^python3 -m venv ' README.md" in script
    assert "set -euo pipefail" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_readme_verbs_exist():
    from typer.main import get_command

    from packing.cli.app import app

    used = set(re.findall(r"^packing (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert used == set(get_command(app).commands)


def test_typed_and_licensed():
    assert (ROOT / "packing" / "py.typed").is_file()
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_every_lint_exception_has_its_reason():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    start = lines.index("ignore = [")
    exceptions = lines[start + 1 : lines.index("]", start)]
    assert exceptions
    for line in exceptions:
        assert re.fullmatch(r'    "[A-Z]+\d*",\s+# .{6,}', line), line


def test_every_layer_of_the_contract_is_a_folder():
    (layers,) = [contract["layers"] for contract in PROJECT["tool"]["importlinter"]["contracts"] if contract["type"] == "layers"]
    named = {part.strip(" ()") for layer in layers for part in re.split(r"[|:]", layer)}
    present = {path.stem for path in (ROOT / "packing").iterdir() if (path / "__init__.py").exists() or path.suffix == ".py"} - {"__init__"}
    assert named == present


@pytest.mark.parametrize("code", CODES)
def test_every_error_code_has_its_entry(code: str):
    assert re.search(rf"^#+ .*{code}", (ROOT / "docs" / "errors.md").read_text(), re.MULTILINE)


def test_every_page_is_in_the_navigation():
    def pages(entries: list[object]) -> list[str]:
        return [page for entry in entries for value in entry.values() for page in (pages(value) if isinstance(value, list) else [value])]

    named = pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"])
    assert sorted(named) == sorted(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md"))


def test_pre_commit_has_the_same_ruff():
    (wanted,) = [each for each in PROJECT["project"]["optional-dependencies"]["dev"] if each.startswith("ruff")]
    hooks = [hook for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"] for hook in repo["hooks"]]
    assert {tuple(hook["additional_dependencies"]) for hook in hooks} == {(wanted,)}


def test_the_changelog_begins_with_what_is_not_released():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "[Unreleased]"


def test_the_citation_has_the_version():
    from packing import __version__

    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == __version__
