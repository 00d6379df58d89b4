"""One rule, one name, four places: the formulation, the checker, docs/rules.md, and a scenario."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import yaml

from packing.domain.rules import Rule
from packing.solve.cp_sat.constraints import RULES_BY_CONSTRUCTION, Constraints
from packing.verify.checks import CHECKS

ROOT = Path(__file__).parents[2]


def in_the_formulation():
    """Rules that a method of `Constraints` names in its docstring ("Rule `x`", "Rules `x`, `y`"), and that `add_all` reaches."""
    called = inspect.getsource(Constraints)
    found = set()
    for name, method in inspect.getmembers(Constraints, inspect.isfunction):
        said = re.match(r"Rules? ((?:`\w+`(?:, | and )?)+)", inspect.getdoc(method) or "")
        if said and f"self.{name}(" in called:
            found |= set(re.findall(r"`(\w+)`", said.group(1)))
    return found


def in_the_docs():
    """Rules that have a row in the table of docs/rules.md."""
    rows = [line for line in (ROOT / "docs/rules.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def in_the_scenarios():
    return {yaml.safe_load(path.read_text(encoding="utf-8"))["rule"] for path in (ROOT / "tests/scenarios").glob("*.yaml")}


ALL = {str(rule) for rule in Rule}


def test_formulation():
    by_construction = {str(rule) for rule in RULES_BY_CONSTRUCTION}
    assert in_the_formulation() | by_construction == ALL
    # What is a constraint need not be claimed to hold by itself.
    assert not in_the_formulation() & by_construction


def test_formulation_page():
    """docs/formulation.md has a paragraph for each constraint, and names what holds by construction."""
    text = (ROOT / "docs/formulation.md").read_text(encoding="utf-8")
    constraints = text.split("\n## Constraints\n")[1].split("\n## ")[0]
    paragraphs = {name for line in constraints.splitlines() if line.startswith("**`") for name in re.findall(r"`(\w+)`", line.split("**")[1])}
    assert paragraphs == in_the_formulation()
    assert all(f"`{rule}`" in text for rule in RULES_BY_CONSTRUCTION)


def test_checker():
    assert {str(rule) for rule in CHECKS} == ALL


def test_docs():
    assert in_the_docs() == ALL


def test_scenarios():
    assert in_the_scenarios() == ALL


@pytest.mark.parametrize("rule", Rule)
def test_each_has_a_sentence(rule):
    assert rule.sentence.endswith(".")
