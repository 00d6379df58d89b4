"""A file in the place of another: one line that says which kind it is, and in which order the files go."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packing.act.diff import read_diff
from packing.act.migrate import read_migration
from packing.act.schedule import read_schedule
from packing.cli import main
from packing.describe import read_placement, read_problem
from packing.describe.calibration import read_calibration
from packing.describe.measurements import read_measurements
from packing.describe.policy import read_policy
from packing.describe.timeline import read_events
from packing.errors import ProblemError

Capture = pytest.CaptureFixture[str]
NAMES = {
    "fleet": "a fleet file", "placement": "a placement", "diff": "a diff", "plan": "a migration plan", "schedule": "a schedule",
    "events": "a timeline of events", "calibration": "a calibration", "rows": "a file of measurements", "policy": "a policy",
}  # fmt: skip
VERBS = [
    "solve fleet", "check fleet placement", "show placement", "show placement --problem fleet", "explain fleet placement", "rebalance fleet placement",
    "rebalance fleet placement --policy policy", "shortage fleet --current placement", "schedule fleet --check schedule",
    "simulate fleet placement events", "rehearse fleet placement", "rehearse fleet schedule", "coldstart fleet placement", "diff placement placement",
    "apply placement diff", "migrate fleet placement placement", "replay fleet placement placement plan", "calibrate rows", "profile log --into fleet -o out.json",
]  # fmt: skip
PLACES = [(verb, at) for verb in VERBS for at, word in enumerate(verb.split()) if at and word in NAMES]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of each kind, as small as files of this kind are."""
    from packing.act.diff import diff
    from packing.act.migrate import plan_migration
    from packing.act.schedule import solve_schedule
    from packing.describe import read_problem
    from packing.solve import solve_placement

    from .conftest import FLEET

    folder = tmp_path_factory.mktemp("kinds")
    (folder / "fleet.yaml").write_text(FLEET)
    problem = read_problem(folder / "fleet.yaml")
    placement = solve_placement(problem, time_limit=0).placement
    row = {"model": "llama-2-7b", "accelerator": "A10G", "input_tokens": 1, "output_tokens": 1, "concurrency": 1, "ttft_ms": 100, "tpot_ms": 50}
    texts = {
        "placement.json": placement.to_json(), "diff.json": diff(placement, placement).to_json(),
        "plan.json": plan_migration(problem, placement, placement).to_json(), "schedule.json": solve_schedule(problem, time_limit=0).to_json(),
        "events.yaml": "events:\n- {at: 1, kind: stock, pool: box, count: 2}\n", "calibration.json": '{"schema_version": 1, "fits": [], "situations": []}',
        "rows.json": json.dumps([row]), "policy.yaml": "move_weight: 0.5\ndrain: [n-0]\n",
        "log.csv": "time,model\n" + "".join(f"2026-01-0{day}T00:00:00Z,small\n" for day in range(1, 9)),
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text)
    return {path.stem: path for path in folder.iterdir()}


def arguments(verb: str, files: dict[str, Path], at: int = -1, other: str = "") -> list[str]:
    name, *words = verb.split()
    words = [name, *(str(files.get(word, word)) for word in words)]
    if at >= 0:
        words[at] = str(files[other])
    return [word if word != "out.json" else str(files["fleet"].parent / "out.json") for word in words]


@pytest.mark.parametrize("verb", VERBS)
def test_the_right_files_are_not_refused_as_such(verb: str, files: dict[str, Path], capsys: Capture) -> None:
    main(
        [
            *arguments(verb, files),
            *(["--time-limit", "0"] if verb.split(maxsplit=1)[0] in {"solve", "explain", "rebalance", "shortage", "simulate"} else []),
        ]
    )
    assert "[wrong_file]" not in capsys.readouterr().err


READERS: dict[str, Callable[[Path], Any]] = {
    "fleet": read_problem, "placement": read_placement, "diff": read_diff, "plan": read_migration, "schedule": read_schedule,
    "events": lambda path: read_events(path, read_problem(path.with_name("fleet.yaml"))), "calibration": read_calibration, "rows": read_measurements,
    "policy": read_policy,
}  # fmt: skip


@pytest.mark.parametrize("word", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_every_reader_knows_every_kind(word: str, other: str, files: dict[str, Path]) -> None:
    if word == other:
        READERS[word](files[word])
        return
    with pytest.raises(ProblemError) as caught:
        READERS[word](files[other])
    assert [(fault.code, fault.cause) for fault in caught.value.faults] == [("wrong_file", f"This is {NAMES[other]}, not {NAMES[word]}.")]


@pytest.mark.parametrize(("number", "verb", "at"), [(number, *place) for number, place in enumerate(PLACES)])
def test_every_verb_says_it_in_one_line(number: int, verb: str, at: int, files: dict[str, Path], capsys: Capture) -> None:
    word = verb.split()[at]
    others = [name for name in NAMES if name != word and not (verb.startswith("rehearse") and {word, name} == {"placement", "schedule"})]
    other = others[number % len(others)]
    assert main(arguments(verb, files, at, other)) == 1
    shown = capsys.readouterr()
    (line,) = shown.err.splitlines()
    assert shown.out == ""
    wanted = "a placement or schedule" if verb.startswith("rehearse") and at == 2 else NAMES[word]
    assert f"This is {NAMES[other]}, not {wanted}." in line
    assert line.endswith("[wrong_file]")


def test_exchanged_files_are_told_the_order(files: dict[str, Path], capsys: Capture) -> None:
    assert main(["check", str(files["placement"]), str(files["fleet"])]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"error: {files['placement']}: This is a placement, not a fleet file. The order is FILE PLACEMENT. [wrong_file]"
    assert second == f"error: {files['fleet']}: This is a fleet file, not a placement. The order is FILE PLACEMENT. [wrong_file]"
