"""Reading a timeline: all faults at once, each where it is; names must be there at their time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packing.describe import problem_from
from packing.describe.timeline import events_from, read_events
from packing.domain.events import KINDS, ModelAdded
from packing.errors import ProblemError

MODE = {"accelerator": "X", "memory_per_accelerator": "4GiB", "requests_per_second": 2}


@pytest.fixture
def problem():
    return problem_from({
        "slots": 2,
        "tenants": [{"name": "acme"}],
        "instance_types": [{"name": "box", "accelerator": "X", "accelerators": 2, "memory_per_accelerator": "10GiB", "price_per_hour": 1}],
        "fleet": [{"name": "a", "instance_type": "box", "count": 2}, {"name": "own", "instance_type": "box", "count": 1, "owned": True},
                  {"name": "any", "instance_type": "box", "zone": "z"}],
        "models": [{"name": "m", "tenant": "acme", "traffic": [1, 2], "modes": [MODE]}, {"name": "idle", "modes": [MODE]}],
    })  # fmt: skip


def faults(problem, *events, **frame):
    with pytest.raises(ProblemError) as caught:
        events_from({"events": list(events), **frame}, problem)
    return [(fault.where, fault.code) for fault in caught.value.faults]


def test_every_kind_is_read(problem):
    new = {"name": "n", "tenant": "acme", "modes": [MODE]}
    events = [
        {"at": 0, "kind": "node_lost", "node": "n-0"},
        {"at": 0, "kind": "node_lost", "pool": "a", "count": 2},
        {"at": 1, "kind": "node_back", "pool": "a"},
        {"at": 1.5, "kind": "stock", "pool": "any", "count": 3},
        {"at": 1.5, "kind": "node_back", "pool": "any"},
        {"at": 2, "kind": "price", "pool": "a", "price_per_hour": 0},
        {"at": 3, "kind": "model_added", "model": new},
        {"at": 4, "kind": "traffic", "model": "n", "traffic": {"requests_per_second": [3, 4], "input_tokens": 9}},
        {"at": 4, "kind": "traffic", "tenant": "acme", "factor": 0.5},
        {"at": 4, "kind": "traffic", "factor": 2},
        {"at": 5, "kind": "model_removed", "model": "n"},
        {"at": 5, "kind": "model_added", "model": new},
    ]
    timeline = events_from(events, problem)
    assert [event.kind for event in timeline.events] == [event["kind"] for event in events]
    assert {event.kind for event in timeline.events} == set(KINDS)
    assert timeline.end == 6
    assert all(event.told() for event in timeline.events)
    assert events_from(timeline, problem) == timeline
    assert events_from(json.loads(timeline.model_dump_json()), problem).events == timeline.events


def test_all_faults_are_found_at_once(problem):
    found = faults(
        problem,
        {"at": 1},
        {"at": 2, "kind": "nod_lost"},
        {"at": -1, "kind": "node_lost", "node": "n"},
        {"at": 2, "kind": "node_lost"},
        {"at": 2, "kind": "node_lost", "node": "n", "pool": "a"},
        {"at": 2, "kind": "stock", "pool": "moon", "count": 1},
        {"at": 2, "kind": "stock", "pool": "own", "count": None},
        {"at": 2, "kind": "node_back", "pool": "any"},
        {"at": 1, "kind": "price", "pool": "a", "price_per_hour": 1},
        {"at": 3, "kind": "traffic", "model": "m", "traffic": [1, 2, 3]},
        {"at": 3, "kind": "traffic", "model": "idle", "factor": 2},
        {"at": 3, "kind": "traffic", "tenant": "globex", "factor": 2},
        {"at": 3, "kind": "traffic", "factor": 1e9, "model": "m", "colour": "red"},
        {"at": 3, "kind": "model_added", "model": {"name": "m", "modes": [MODE]}},
        {"at": 3, "kind": "model_added", "model": {"name": "n", "tenant": "ghost"}},
        "boom",
        until=2,
    )
    assert found == [
        ("events[0].kind", "missing_field"), ("events[1].kind", "bad_value"), ("events[2].at", "bad_number"), ("events[3]", "contradiction"),
        ("events[4]", "contradiction"), ("events[12] 'm'.colour", "unknown_field"), ("events[15]", "wrong_type"), ("events[5].pool", "unknown_name"),
        ("events[6].count", "missing_field"), ("events[7].pool", "contradiction"), ("events[9] 'm'.traffic", "profile_length"),
        ("events[10] 'idle'.factor", "contradiction"), ("events[11].tenant", "unknown_tenant"), ("events[13].model.name", "duplicate_name"),
        ("events[14].model.tenant", "unknown_tenant"), ("events[14].model", "no_modes"), ("events[8].at", "contradiction"), ("until", "contradiction"),
    ]  # fmt: skip


def test_names_must_be_there_at_their_time(problem):
    gone = {"at": 1, "kind": "model_removed", "model": "m"}
    assert faults(problem, gone, {"at": 2, "kind": "traffic", "model": "m", "factor": 2}) == [("events[1] 'm'.model", "unknown_model")]
    assert faults(problem, {"at": 1, "kind": "model_removed", "model": "n"}) == [("events[0] 'n'.model", "unknown_model")]
    assert faults(problem, gone, {"at": 1, "kind": "model_removed", "model": "idle"}) == [("events[1] 'idle'.model", "empty_problem")]


def test_traffic_that_becomes_absurd_is_a_fault(problem):
    event = {"at": 1, "kind": "traffic", "model": "m", "factor": 1e6}
    assert faults(problem, event, event) == [("events[1] 'm'.factor", "bad_number")]


@pytest.mark.parametrize("data", [7, "x", None, {"events": 3}, {"events": {}}, {"schema_version": 2}, {"colour": 1}, {"slot_hours": 0}])
def test_what_is_no_timeline(problem, data):
    with pytest.raises(ProblemError):
        events_from(data, problem)


def test_a_file_says_the_lines_of_its_faults(problem, tmp_path: Path):
    path = tmp_path / "day.yaml"
    path.write_text(
        "events:\n  - {at: 1, kind: stock, pool: a, count: 1}\n  - {at: 2, kind: stock, pool: b, count: 1}\n  - {at: 3, kind: traffic, model: x, factor: 1}\n"
    )
    with pytest.raises(ProblemError) as caught:
        read_events(path, problem)
    assert [fault.where for fault in caught.value.faults] == ["events[1].pool (line 3)", "events[2] 'x'.model (line 4)"]


def test_folders_of_architectures_are_relative_to_the_file(problem, tmp_path: Path):
    (tmp_path / "tiny").mkdir()
    config = {"model_type": "llama", "hidden_size": 512, "intermediate_size": 1024, "num_attention_heads": 8, "num_hidden_layers": 4,
              "num_key_value_heads": 8, "vocab_size": 1000, "max_position_embeddings": 2048}  # fmt: skip
    (tmp_path / "tiny" / "config.json").write_text(json.dumps(config))
    path = tmp_path / "day.json"
    path.write_text(json.dumps([{"at": 1, "kind": "model_added", "model": {"name": "n", "architecture": "./tiny"}}]))
    (event,) = read_events(path, problem).events
    assert isinstance(event, ModelAdded)
    assert isinstance(event.model.architecture, dict)
