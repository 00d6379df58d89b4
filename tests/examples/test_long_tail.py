"""The long tail: made as it says, and sharing memory in turns saves nodes."""

from __future__ import annotations

import runpy
from pathlib import Path

import packing as pk

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_file_is_what_its_script_makes():
    made = runpy.run_path(str(EXAMPLES / "make_long_tail.py"))["text"]()
    assert made == (EXAMPLES / "long_tail.yaml").read_text(encoding="utf-8")


def test_over_commitment_saves_nodes():
    whole = pk.read_problem(EXAMPLES / "long_tail.yaml")
    problem = whole.model_copy(update={"models": whole.models[:80]})
    always = problem.model_copy(update={"models": tuple(model.model_copy(update={"cold_start_quantile": None}) for model in problem.models)})
    in_turns, resident = (pk.solve_placement(each, strategy="greedy", time_limit=4).placement for each in (problem, always))
    assert any(endpoint.keep for endpoint in in_turns.endpoints)
    assert len(in_turns.nodes) < len(resident.nodes)
