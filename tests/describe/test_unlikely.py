"""Quantities that are allowed and hardly meant are named; whatever people do mean is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from packing.cli import main
from packing.describe import expand, problem_from, read_problem
from packing.describe.unlikely import unlikely, unlikely_memory_limit

from .samples import CONTRACT, GOOD, MODE, TYPE, changed

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.yaml"))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("instance_types", 0, "memory_per_accelerator"), 80, "80 B: a number without a unit is bytes"),
        (("instance_types", 0, "host_memory"), 512, "is GiB meant?"),
        (("models", 0, "modes", 0, "memory_per_accelerator"), 16, "is GiB meant?"),
        (("models", 0, "slo"), {"ttft_ms": 2}, "are these seconds?"),
        (("models", 0, "slo"), {"tpot_ms": 0.03}, "are these seconds?"),
        (("models", 0, "slo"), {"ttft_ms": 2_000_000}, "are these microseconds?"),
        (("models", 0, "modes", 0, "load_s"), 90_000, "are these milliseconds?"),
        (("models", 0, "modes", 0, "vcpus"), 4_000, "are these thousandths"),
        (("fleet", 0, "price_per_hour"), 27_400, "USD an hour"),
    ],
)
def test_a_forgotten_unit_is_said(path: tuple[int | str, ...], value: Any, said: str) -> None:
    problem = problem_from(changed(*path, to=value))
    sentence, *_ = unlikely(problem)  # models of the sample share their mode
    assert said in sentence
    assert str(path[0]) in sentence
    assert sentence in expand(problem).notices


@pytest.mark.parametrize("data", [GOOD, CONTRACT, *EXAMPLES], ids=lambda data: getattr(data, "stem", type(data).__name__))
def test_what_is_meant_is_not_named(data: Any, tmp_path: Path) -> None:
    if isinstance(data, str):
        (tmp_path / "a.yaml").write_text(data)
        data = tmp_path / "a.yaml"
    assert unlikely(read_problem(data) if isinstance(data, Path) else problem_from(data)) == ()


def test_many_are_counted() -> None:
    models = [{"name": f"m{at}", "modes": [{**MODE, "memory_per_accelerator": 5}]} for at in range(9)]
    assert len(said := unlikely(problem_from(changed("models", to=models)))) == 6
    assert said[-1] == "and 4 more quantities like these"


def test_memory_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert unlikely_memory_limit("3GiB") is unlikely_memory_limit(None) is unlikely_memory_limit("much") is None
    data = {"instance_types": [TYPE], "fleet": [{"instance_type": "lab"}], "models": [{"name": "a", "modes": [MODE]}]}
    (tmp_path / "a.json").write_text(json.dumps(data))
    assert main(["solve", str(tmp_path / "a.json"), "-q", "--time-limit", "0", "--memory-limit", "3"]) == 0
    assert "note: --memory-limit is 3 B: a number without a unit is bytes; is GiB meant?" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "milli"), [("500m", 500), ("1500m", 1500), ("2", 2000), ("0.5", 500), ("0.1m", 1), (4, 4000)])
def test_cores_as_kubernetes_writes_them(text: Any, milli: int) -> None:
    problem = problem_from(changed("models", 0, "modes", to=[{**MODE, "vcpus": text}]))
    assert problem.models[0].modes[0].vcpu_milli == milli


@pytest.mark.parametrize("text", ["500", "m", "-1", "1e3", "500 milli", "0.5cores", ""])
def test_other_text_is_no_number_of_cores(text: str) -> None:
    from packing.errors import ProblemError

    if text == "500":
        assert problem_from(changed("models", 0, "modes", to=[{**MODE, "vcpus": text}])).models[0].modes[0].vcpus == 500
        return
    with pytest.raises(ProblemError) as caught:
        problem_from(changed("models", 0, "modes", to=[{**MODE, "vcpus": text}]))
    assert [fault.code for fault in caught.value.faults] == ["bad_unit"]
