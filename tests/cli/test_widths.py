"""Every verb on every example, on screens of 40, 80 and 120 columns and in a pipe: names are whole, and no line is wider than its screen."""

from __future__ import annotations

import functools
import importlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from packing.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
LONG = "long_names"
"""The chat bots once more, with names as platforms make them."""
FLEETS = [*sorted(path.stem for path in EXAMPLES.glob("*.yaml")), LONG]
WIDTHS = (None, 120, 80, 40)
"""None: a pipe."""
LARGE = {"support_platform", "long_tail"}
"""Examples that are looked at in a pipe and on one screen only: the others have every kind of row."""
SLOW = {
    "packing.solve": "solve_placement",
    "packing.act.rehearse": "rehearse",
    "packing.act.schedule": "solve_schedule",
    "packing.act.shortage": "answer_shortage",
    "packing.act.migrate": "plan_migration",
    "packing.coldstart.placement": "of_placement",
    "packing.explain.api": "explain_placement",
    "packing.cli.baselines": "with_baselines",
}
"""Computed once: only what is shown depends on the screen."""
READERS = ("read_problem", "read_placement", "expand")
"""Of `packing.describe`; what they return does not change either."""
Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What a verb prints on a screen of `width` columns."""

    def run(*arguments: object, width: int | None = None) -> str:
        if width is not None:
            monkeypatch.setenv("COLUMNS", str(width))
        for module in ("packing.cli.output", "packing.cli.account"):
            monkeypatch.setattr(f"{module}.on_terminal", lambda _: width is not None)
        monkeypatch.setenv("NO_COLOR", "1")
        code = main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        assert code in {0, 3}, (arguments, err)
        return out

    return run


@pytest.fixture
def computed_once(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Answers by verb, kept until they are forgotten."""
    kept: dict[str, object] = {}
    for module, name in SLOW.items():
        function = getattr(importlib.import_module(module), name)

        def once(*given: Any, function: Any = function, name: str = name, **named: Any) -> Any:
            if name not in kept:
                kept[name] = function(*given, **named)
            return kept[name]

        monkeypatch.setattr(f"{module}.{name}", functools.wraps(function)(once))
    for name in READERS:
        monkeypatch.setattr(f"packing.describe.{name}", _remembering(getattr(importlib.import_module("packing.describe"), name)))
    return kept


def _remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    """By the objects that it is given, which are kept, so that none takes the place of another."""
    known: dict[Any, tuple[Any, Any]] = {}

    def remembering(*given: Any) -> Any:
        key = tuple(each if isinstance(each, Path) else id(each) for each in given)
        if key not in known:
            known[key] = function(*given), given
        return known[key][0]

    return remembering


@pytest.fixture(params=FLEETS)
def fleet(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param != LONG:
        return EXAMPLES / f"{request.param}.yaml"
    data = yaml.safe_load((EXAMPLES / "chatbots.yaml").read_text())
    for number, model in enumerate(data["models"]):
        model["name"] = f"eu-central-1/production/tenant-{number:03}/{model['name']}-instruct-finetuned-2026-11-30"
    path = tmp_path / f"{LONG}.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def scarce(fleet: Path, tmp_path: Path) -> Path:
    """The same fleet with one node of each kind: some models go short."""
    data = yaml.safe_load(fleet.read_text())
    for pool in data["fleet"]:
        pool["count"] = 1
    path = tmp_path / "scarce.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def half(placement: Path, tmp_path: Path) -> Path:
    """Half of the copies of a placement: something to come from."""
    data = json.loads(placement.read_text())
    data["copies"] = data["copies"][: max(1, len(data["copies"]) // 2)]
    used = {copy["node"] for copy in data["copies"]}
    data["nodes"] = [node for node in data["nodes"] if node["id"] in used]
    for endpoint in data["endpoints"]:
        endpoint["nodes"] = [node for node in endpoint["nodes"] if node in used]
        endpoint["models"] = sorted({copy["model"] for copy in data["copies"] if copy["node"] in endpoint["nodes"]})
    data["endpoints"] = [endpoint for endpoint in data["endpoints"] if endpoint["nodes"]]
    path = tmp_path / "half.json"
    path.write_text(json.dumps(data))
    return path


def words(text: str) -> set[str]:
    """Words without what stands around them, and without the number of a copy."""
    return {word.split("#")[0] for word in re.split(r"[\s,;:()\[\]]+", text)}


def names(fleet: Path, placement: Path) -> set[str]:
    """All that a row may be about: models, pools, instance types, endpoints, nodes."""
    data = json.loads(placement.read_text())
    models = {model["name"] for model in yaml.safe_load(fleet.read_text())["models"]}
    nodes = {node[key] for node in data["nodes"] for key in ("id", "pool", "instance_type")}
    return models | nodes | {endpoint["name"] for endpoint in data["endpoints"]}


def refuse_cuts(text: str, width: int | None, known: set[str]) -> None:
    """No word ends in dots; no line is wider than the screen but one that a single name needs."""
    assert not re.search(r"\w[…~](\s|$)", text)
    for line in text.splitlines() if width is not None else ():
        alone = len(line.split()) == 1 and any(name in line for name in known)
        assert len(line) <= width or alone or line.startswith("Plan: "), line  # people search for the plan's line


def verbs(fleet: Path, placement: Path, before: Path, plan: Path, tmp_path: Path) -> Iterator[list[object]]:
    """Every verb that shows something of a fleet."""
    yield ["solve", fleet, "--time-limit", 0]
    yield ["show", placement]
    yield ["show", placement, "--problem", fleet]
    yield ["check", fleet, placement]
    yield ["explain", fleet, placement, "--time-limit", 1]
    yield ["coldstart", fleet, placement]
    yield ["rehearse", fleet, placement, "--hours", 1]
    yield ["schedule", fleet, "--time-limit", 0]
    yield ["rebalance", fleet, before, "--time-limit", 0]
    yield ["diff", before, placement]
    yield ["migrate", fleet, before, placement, "--effort", 0]
    yield ["replay", fleet, before, placement, plan]
    yield ["shortage", scarce(fleet, tmp_path), "--time-limit", 0]


def test_every_verb_on_every_example(fleet: Path, run: Run, computed_once: dict[str, object], tmp_path: Path):
    placement, plan = tmp_path / "placement.json", tmp_path / "plan.json"
    run("solve", fleet, "-o", placement, "--time-limit", 0, "--strategy", "greedy", "--quiet")
    before = half(placement, tmp_path)
    run("migrate", fleet, before, placement, "--effort", 0, "-o", plan)
    known = names(fleet, placement)
    for verb in verbs(fleet, placement, before, plan, tmp_path):
        computed_once.clear()
        everything = [] if verb[0] in {"check", "replay"} else ["--all"]
        piped = run(*verb, *everything)
        refuse_cuts(piped, None, known)
        for width in (80,) if fleet.stem in LARGE else WIDTHS[1:]:
            seen = run(*verb, *everything, width=width)
            refuse_cuts(seen, width, known)
            assert known & words(seen) == known & words(piped), (verb[0], width)
            refuse_cuts(run(*verb, width=width), width, known)
        if verb[0] in {"solve", "show", "rehearse", "explain"}:
            placed = {copy["model"] for copy in json.loads(placement.read_text())["copies"]}
            assert placed <= words(piped), verb[0]


@pytest.mark.parametrize("kind", ["instances", "accelerators", "architectures"])
def test_the_catalogue(kind: str, run: Run):
    rows = json.loads(run("catalog", kind, "--json"))
    listed = {row[key] for row in rows for key in ("name", "huggingface") if row.get(key)}
    for width in WIDTHS:
        text = run("catalog", kind, width=width)
        refuse_cuts(text, width, listed)
        assert {row["name"] for row in rows} <= words(text)


def test_a_simulation(run: Run, tmp_path: Path):
    events, placement = EXAMPLES / "events", tmp_path / "placement.json"
    run("solve", events / "fleet.yaml", "-o", placement, "--time-limit", 0, "--quiet")
    for width in WIDTHS:
        text = run("simulate", events / "fleet.yaml", placement, events / "day.yaml", "--time-limit", 0, "--all", width=width)
        refuse_cuts(text, width, names(events / "fleet.yaml", placement))


def test_a_profile_and_a_calibration(run: Run, tmp_path: Path):
    table, measured = tmp_path / "rates.csv", tmp_path / "measured.csv"
    name = "eu-central-1/production/a-model-with-a-name-as-platforms-make-them"
    table.write_text(f"model,h0,h1,h2,h3\n{name},4,0,5,0\nother,0,2,0,3\n")
    rows = [
        f"llama-3.1-8b,A10G,1,bf16,vllm,{prompt},{output},{clients},{300 + prompt},{30 + clients}"
        for prompt in (256, 1024)
        for output in (64, 128)
        for clients in (1, 6, 16)
    ]
    measured.write_text("\n".join(["model,accelerator,accelerators,precision,engine,input_tokens,output_tokens,concurrency,ttft_ms,tpot_ms", *rows]))
    for width in WIDTHS:
        text = run("profile", table, "--slots", "2", width=width)
        refuse_cuts(text, width, {name})
        assert name in words(text)
        refuse_cuts(run("calibrate", measured, width=width), width, {"llama-3.1-8b"})
