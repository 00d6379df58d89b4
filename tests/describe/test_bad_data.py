"""Every kind of bad input by itself: its code, its place, and that nothing else is said."""

from __future__ import annotations

from typing import Any

import pytest

from packing.describe import check, problem_from
from packing.domain.problem import Problem
from packing.domain.workload import Copies, Mode, Model, Tenant
from packing.errors import ProblemError

from .samples import GOOD, MODE, TYPE, changed, faults_in

PART = {"name": "1g", "compute_slices": 1, "memory_slices": 1, "memory": "10GiB"}
MIG: dict[str, Any] = {"compute_slices": 7, "memory_slices": 8, "profiles": [PART]}
BOT = ("models", 0)
CASES: list[tuple[str, tuple[int | str, ...], Any, str]] = [
    ("bad_number", (*BOT, "slo"), {"ttft_ms": float("nan")}, "models[0] 'bot'.slo.ttft_ms"),
    ("bad_number", (*BOT, "slo"), {"ttft_ms": float("inf")}, "models[0] 'bot'.slo.ttft_ms"),
    ("bad_number", (*BOT, "traffic"), {"requests_per_second": -1}, "models[0] 'bot'.traffic.requests_per_second[0]"),
    ("bad_number", (*BOT, "traffic"), {"requests_per_second": 1e12}, "models[0] 'bot'.traffic.requests_per_second[0]"),
    ("bad_number", ("slots",), 10**6, "slots"),
    ("bad_number", ("slots",), 10**5000, "slots"),
    ("bad_number", ("fleet", 0, "count"), -3, "fleet[0] 'lab'.count"),
    ("bad_number", ("instance_types", 0, "memory_per_accelerator"), 10**30, "instance_types[0] 'lab'.memory_per_accelerator"),
    ("bad_number", (*BOT, "modes"), [{**MODE, "compute_share": 1.5}], "models[0] 'bot'.modes[0].compute_share"),
    ("bad_unit", ("instance_types", 0, "memory_per_accelerator"), "80 apples", "instance_types[0] 'lab'.memory_per_accelerator"),
    ("bad_unit", (*BOT, "modes"), [{**MODE, "host_memory": "much"}], "models[0] 'bot'.modes[0].host_memory"),
    ("wrong_type", (*BOT, "streaming"), "yes", "models[0] 'bot'.streaming"),
    ("wrong_type", ("fleet", 0, "count"), 1.5, "fleet[0] 'lab'.count"),
    ("wrong_type", ("fleet", 0, "count"), True, "fleet[0] 'lab'.count"),
    ("wrong_type", (*BOT, "name"), 7, "models[0].name"),
    ("wrong_type", ("models",), {"a": 1}, "models"),
    ("wrong_type", ("models", 1), 5, "models[1]"),
    ("wrong_type", (*BOT, "copies"), "many", "models[0] 'bot'.copies"),
    ("wrong_type", (*BOT, "architecture"), 5, "models[0] 'bot'.architecture"),
    ("bad_value", (*BOT, "isolation"), "instanc", "models[0] 'bot'.isolation"),
    ("bad_value", (*BOT, "hosting"), [], "models[0] 'bot'.hosting"),
    ("bad_value", (*BOT, "hosting"), "multi", "models[0] 'bot'.hosting[0]"),
    ("bad_value", (*BOT, "framework"), "a\nb", "models[0] 'bot'.framework"),
    ("bad_value", (*BOT, "framework"), "x" * 300, "models[0] 'bot'.framework"),
    ("unknown_field", (*BOT, "prioritty"), 5, "models[0] 'bot'.prioritty"),
    ("missing_field", ("models", 1), {"modes": [MODE]}, "models[1].name"),
    ("missing_field", ("fleet", 0), {"instance_type": "lab", "owned": True}, "fleet[0] 'lab'"),
    ("missing_field", ("instance_types", 0), {**TYPE, "sharing": "mig"}, "instance_types[0] 'lab'"),
    ("missing_field", ("instance_types", 0), {key: value for key, value in TYPE.items() if key != "accelerators"}, "instance_types[0] 'lab'"),
    ("missing_field", ("instance_types", 0), {"name": "lab", "price_per_hour": 1, "memory_per_accelerator": "1GiB"}, "instance_types[0] 'lab'"),
    ("missing_field", (*BOT, "modes"), [{}], "models[0] 'bot'.modes[0]"),
    ("missing_field", (*BOT, "modes"), [{"requests_per_second": 5}], "models[0] 'bot'.modes[0]"),
    ("contradiction", ("instance_types", 0), {**TYPE, "mig": MIG | {"profiles": [PART | {"compute_slices": 8}]}}, "instance_types[0] 'lab'.mig"),
    ("contradiction", ("instance_types", 0), {**TYPE, "mig": MIG | {"profiles": [PART | {"memory_slices": 9}]}}, "instance_types[0] 'lab'.mig"),
    ("contradiction", ("instance_types", 0), {**TYPE, "mig": MIG | {"profiles": [PART | {"memory": "81GiB"}]}}, "instance_types[0] 'lab'"),
    ("duplicate_name", ("models", 1, "name"), "bot", "models[1] 'bot'.name"),
    ("duplicate_name", ("tenants", 1, "name"), "acme", "tenants[1] 'acme'.name"),
    ("duplicate_name", ("instance_types",), [TYPE, TYPE], "instance_types[1] 'lab'.name"),
    ("duplicate_name", ("fleet",), [{"instance_type": "lab"}] * 2, "fleet[1] 'lab'"),
    ("unknown_tenant", (*BOT, "tenant"), "acmee", "models[0] 'bot'.tenant"),
    ("unknown_tenant", ("tenants", 1, "conflicts_with"), ["acme", "acmee"], "tenants[1] 'globex'.conflicts_with[1]"),
    ("contradiction", ("tenants", 1, "conflicts_with"), ["globex"], "tenants[1] 'globex'.conflicts_with[0]"),
    ("contradiction", (*BOT, "copies"), {"min": 5, "max": 2}, "models[0] 'bot'.copies"),
    ("contradiction", ("models", 1), {"name": "other", "modes": [MODE], "copies": 2, "min_zones": 3}, "models[1] 'other'.min_zones"),
    (
        "contradiction",
        ("models", 1),
        {"name": "other", "modes": [MODE], "isolation": "endpoint", "hosting": "multi_model"},
        "models[1] 'other'.hosting",
    ),
    ("unknown_instance_type", ("fleet", 0, "instance_type"), "ml.g5.13xlarge", "fleet[0] 'ml.g5.13xlarge'.instance_type"),
    ("unknown_architecture", (*BOT, "architecture"), "llama-2-71b", "models[0] 'bot'.architecture"),
    ("unknown_accelerator", (*BOT, "modes"), [{**MODE, "accelerator": "X2"}], "models[0] 'bot'.modes[0].accelerator"),
    ("unknown_preset", ("weights",), "balancd", "weights"),
    ("zero_weights", ("weights",), {"cost": 0}, "weights"),
    ("empty_problem", ("models",), [], "models"),
    ("empty_problem", ("fleet",), [], "fleet"),
    ("profile_length", (*BOT, "traffic"), [1, 2, 3], "models[0] 'bot'.traffic.requests_per_second"),
    ("no_modes", (*BOT, "modes"), [], "models[0] 'bot'"),
    ("no_price", ("instance_types", 0, "price_per_hour"), None, "fleet[0] 'lab'"),
    ("throughput_unknown", (*BOT, "modes"), [{"accelerator": "X1"}], "models[0] 'bot'.modes"),
    ("schema_version", ("schema_version",), 2, "schema_version"),
    ("bad_config", (*BOT, "architecture"), {"layers": float("nan")}, "models[0] 'bot'.architecture"),
    ("bad_config", (*BOT, "architecture"), {"layers": object()}, "models[0] 'bot'.architecture"),
]


def test_the_good_problem_is_good() -> None:
    assert check(problem_from(GOOD)) == []


@pytest.mark.parametrize(
    ("code", "path", "value", "where"), CASES, ids=[f"{case[0]}-{'.'.join(map(str, case[1]))}-{at}" for at, case in enumerate(CASES)]
)
def test_one_fault(code: str, path: tuple[int | str, ...], value: Any, where: str) -> None:
    found = [(fault.code, fault.where) for fault in faults_in(changed(*path, to=value))]
    assert found == [(code, where)]


@pytest.mark.parametrize(
    ("path", "value", "nearest"),
    [
        ((*BOT, "prioritty"), 5, "priority"),
        ((*BOT, "tenant"), "Acmee", "acme"),
        ((*BOT, "isolation"), "instanc", "instance"),
        (("fleet", 0, "instance_type"), "ml.g5.12xlarg", "ml.g5.12xlarge"),
        ((*BOT, "architecture"), "lama-2-70b", "llama-2-70b"),
        (("weights",), "balancd", "balanced"),
        ((*BOT, "modes"), [{**MODE, "accelerator": "X11"}], "X1"),
    ],
)
def test_unknown_names_come_with_the_nearest_known_one(path: tuple[int | str, ...], value: Any, nearest: str) -> None:
    assert [fault.action for fault in faults_in(changed(*path, to=value))] == [f"Did you mean {nearest!r}?"]


@pytest.mark.parametrize(
    ("path", "field", "meant"),
    [
        (BOT, "quantization", "Here it is called precision."),
        (BOT, "replicas", "Here it is called copies."),
        (BOT, "qps", "Here it is called traffic.requests_per_second."),
        (BOT, "requests_per_second", "Here it is called traffic.requests_per_second."),
        (BOT, "engine", "Here it is called framework."),
        ((*BOT, "modes", 0), "gpus", "Here it is called accelerators."),
        ((*BOT, "modes", 0), "gpu", "Here it is called accelerator."),
        ((*BOT, "modes", 0), "memory", "Here it is called memory_per_accelerator."),
        ((*BOT, "modes", 0), "Tensor-Parallel", "Here it is called accelerators."),
        (("fleet", 0), "replicas", "Here it is called count."),
        (("instance_types", 0), "cpu", "Here it is called vcpus."),
        (BOT, "resources", None),
        (BOT, "memory", None),
        (BOT, "colour", None),
    ],
)
def test_words_of_others_lead_to_ours_and_nonsense_to_nothing(path: tuple[int | str, ...], field: str, meant: str | None) -> None:
    (action,) = {fault.action for fault in faults_in(changed(*path, field, to=1)) if fault.code == "unknown_field"}
    assert action == meant if meant else action.startswith("Known here: ")


def test_every_word_of_others_is_a_field_somewhere_and_not_one_where_it_is_looked_up() -> None:
    from packing.domain.hardware import InstanceType, Pool
    from packing.domain.other_words import OTHER_WORDS, other_word
    from packing.domain.workload import Slo, Traffic

    kinds = {kind: set(kind.model_fields) for kind in (Problem, Model, Mode, Pool, InstanceType, Tenant, Traffic, Slo, Copies)}
    for word, meant in OTHER_WORDS.items():
        assert any(other_word(word, fields) for fields in kinds.values()), word
        for path in meant:
            assert any(path.partition(".")[0] in fields for fields in kinds.values()), path


def test_what_merely_cannot_be_placed_is_no_fault() -> None:
    assert faults_in(changed("fleet", 0, "count", to=0)) == ()
    assert faults_in(changed("models", 1, "min_zones", to=900)) == ()
    assert faults_in(changed("models", 0, "modes", to=[{**MODE, "memory_per_accelerator": "500TiB"}])) == ()


@pytest.mark.parametrize("value", [None, [], "text", 3, [GOOD]])
def test_top_level_must_be_a_mapping(value: Any) -> None:
    assert [fault.code for fault in faults_in(value)] == ["wrong_type"]


def test_sums_out_of_range() -> None:
    heavy = {"accelerator": "X1", "memory_per_accelerator": 10**15, "requests_per_second": 1}
    assert {fault.code for fault in faults_in(changed("models", 1, to={"name": "other", "modes": [heavy], "copies": 2_000}))} == {"too_large"}
    assert {fault.code for fault in faults_in(changed("models", 1, to={"name": "other", "modes": [MODE], "traffic": 1e9}))} == {"too_large"}
    dear = changed("fleet", 0, to={"instance_type": "lab", "count": 100, "owned": True, "price_per_hour": 1e9})
    assert [(fault.code, fault.where) for fault in faults_in(dear)] == [("too_large", "fleet")]
    assert faults_in(changed("models", 1, to={"name": "other", "modes": [MODE], "copies": 100_000})) == ()


def test_all_faults_at_once_also_around_what_cannot_be_read() -> None:
    data = {
        "slotz": 3,
        "slots": 2,
        "weights": "chepest",
        "tenants": [{"name": "acme", "isolation": "high", "conflicts_with": ["nobody"]}],
        "instance_types": [{**TYPE, "memory_per_accelerator": "80 apples"}],
        "fleet": [{"instance_type": "lab", "count": -1}, {"instance_type": "nowhere"}],
        "models": [
            {"name": "a", "tenant": "acmee", "modes": [MODE], "traffic": [1, 2, 3], "priority": "high"},
            {"name": "a", "colour": "red", "copies": {"min": 3, "max": 1, "mean": 2}},
            7,
            {"modes": [{"accelerator": "X1", "compute_share": float("nan")}]},
        ],
    }
    found = {(fault.code, fault.where) for fault in faults_in(data)}
    assert found == {
        ("unknown_field", "slotz"),
        ("unknown_preset", "weights"),
        ("bad_value", "tenants[0] 'acme'.isolation"),
        ("unknown_tenant", "tenants[0] 'acme'.conflicts_with[0]"),
        ("bad_unit", "instance_types[0] 'lab'.memory_per_accelerator"),
        ("bad_number", "fleet[0] 'lab'.count"),
        ("unknown_instance_type", "fleet[1] 'nowhere'.instance_type"),
        ("unknown_tenant", "models[0] 'a'.tenant"),
        ("profile_length", "models[0] 'a'.traffic.requests_per_second"),
        ("wrong_type", "models[0] 'a'.priority"),
        ("duplicate_name", "models[1] 'a'.name"),
        ("unknown_field", "models[1] 'a'.colour"),
        ("unknown_field", "models[1] 'a'.copies.mean"),
        ("contradiction", "models[1] 'a'.copies"),
        ("no_modes", "models[1] 'a'"),
        ("wrong_type", "models[2]"),
        ("missing_field", "models[3].name"),
        ("bad_number", "models[3].modes[0].compute_share"),
    }


def test_a_reference_to_a_record_that_cannot_be_read_is_not_a_second_fault() -> None:
    data = changed("tenants", 0, to={"name": "acme", "isolation": 5})
    assert [fault.where for fault in faults_in(data)] == ["tenants[0] 'acme'.isolation"]
    data = changed("instance_types", 0, to={**TYPE, "price_per_hour": "free"})
    assert [fault.where for fault in faults_in(data)] == ["instance_types[0] 'lab'.price_per_hour"]


def test_no_word_of_the_machinery_reaches_the_reader() -> None:
    for _, path, value, _ in CASES:
        for fault in faults_in(changed(*path, to=value)):
            text = str(fault).lower()
            assert [word for word in ("pydantic", "validat", "traceback", "input should", "nonetype", "tuple", " dict") if word in text] == [], text
            assert fault.cause.endswith((".", "?"))
            assert fault.action.endswith((".", "?"))


def test_types_built_directly_say_the_same() -> None:
    with pytest.raises(ProblemError) as caught:
        Problem(models=[{"name": "a", "colour": 1}, 3], slots=0)
    assert [fault.code for fault in caught.value.faults] == ["bad_number", "unknown_field", "wrong_type"]
    with pytest.raises(ProblemError):
        Copies(min=2, max=1)
    mixed = problem_from({**GOOD, "models": [Model(name="typed", modes=[MODE])]})
    assert mixed.models[0].name == "typed"


def test_input_is_left_alone() -> None:
    data = changed("models", 0, "colour", to="red")
    before = repr(data)
    assert faults_in(data)
    assert repr(data) == before
