"""Own measurements: what the laws make of them, what the bands then hold, and every way in which a file can be wrong."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml

import packing as pk
from packing.capacity.calibration import calibration
from packing.capacity.fit import Measurement, predicted
from packing.capacity.target import chip_of
from packing.catalog import accelerators, find_architecture
from packing.describe import expand, problem_from, read_problem
from packing.describe.calibration import calibrate, read_calibration
from packing.describe.measurements import measurements_from, read_measurements
from packing.domain.bands import bands_of
from packing.domain.calibration import Calibration
from packing.domain.words import Source

TRUTH = replace(calibration().engines["vllm"], bandwidth_efficiency=0.6, prefill_efficiency=0.5, wait_own=1.3, interference=0.6)
HEAD = "model,accelerator,accelerators,precision,engine,input_tokens,output_tokens,concurrency,ttft_ms,tpot_ms"
GOOD = "llama-3.1-8b,A10G,1,bf16,vllm,512,128,4,410,36"


def rows(noise: float = 0.05, seed: int = 0, models=("llama-3.1-8b",), chip: str = "A10G") -> list[dict[str, object]]:
    """Measurements of hardware whose parameters are `TRUTH`, with a little noise."""
    draw = random.Random(seed)
    found = []
    for model in models:
        for prompt in (256, 1024):
            for output in (64, 128):
                for clients in (1, 6, 16):
                    row = {
                        "model": model,
                        "accelerator": chip,
                        "engine": "vllm",
                        "input_tokens": prompt,
                        "output_tokens": output,
                        "concurrency": clients,
                    }
                    ttft, tpot = truth(row)
                    found.append(
                        row
                        | {"ttft_ms": 1000 * ttft * (1 + noise) ** draw.uniform(-1, 1), "tpot_ms": 1000 * tpot * (1 + noise) ** draw.uniform(-1, 1)}
                    )
    return found


@cache
def own_calibration() -> Calibration:
    return calibrate(rows()).calibration


def truth(row: dict[str, object]) -> tuple[float, float]:
    chip = accelerators()[row["accelerator"]]
    return predicted(
        Measurement(
            "own", "vllm", find_architecture(row["model"]), chip_of(chip), int(chip.memory * 0.9), "bf16", 1,
            row["input_tokens"], row["output_tokens"], row["concurrency"], True, 1.0, 1.0,
        ),
        TRUTH,
    )  # fmt: skip


def problem(own: Calibration | None, **fields) -> pk.Problem:
    traffic = {"requests_per_second": 1.0, "input_tokens": 500, "output_tokens": 100} | fields.pop("traffic", {})
    model = {"name": "m", "architecture": "llama-3.1-8b", "framework": "vllm", "traffic": traffic, "slo": {"ttft_ms": 3000, "tpot_ms": 90}} | fields
    return problem_from({"fleet": [{"instance_type": "ml.g5.2xlarge"}, {"instance_type": "ml.g6.2xlarge"}], "models": [model], "calibration": own})


def whole(expanded, accelerator: str):
    return [mode for mode in expanded.problem.models[0].modes if mode.accelerator == accelerator and mode.compute_share == 1.0]


def faults(text: str, tmp_path: Path, name: str = "m.csv") -> list[pk.Fault]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(pk.ProblemError) as caught:
        read_measurements(path)
    return list(caught.value.faults)


def test_own_parameters_do_better_on_points_held_out() -> None:
    found = calibrate(rows())
    (judged,) = found.judged
    assert judged.moved
    assert [pair[0] for pair in judged.after] < [pair[0] for pair in judged.before]
    assert judged.after[1][1] < 0.1 < judged.before[1][1]
    moved = {name: new for _, _, name, _, new in found.moved}
    assert moved["bandwidth_efficiency"] == pytest.approx(0.6, rel=0.15)
    assert judged.situation.bands.tpot < calibration().bands["derived"].tpot


def test_bands_cover_new_measurements() -> None:
    """Of measurements that were not in the file, at least 85 % lie in the band that it states."""
    own = calibrate(rows(0.1, seed=1))
    bands, engine = own.judged[0].situation.bands, replace(calibration().engines["vllm"], **own.calibration.fits[0].parameters)
    inside = total = 0
    for seed in range(2, 6):
        for point in measurements_from(rows(0.1, seed=seed)).points:
            ttft, tpot = predicted(point.measurement, engine)
            for said, measured, band in ((ttft, point.measurement.ttft_s, bands.ttft), (tpot, point.measurement.tpot_s, bands.tpot)):
                inside += 1 / (1 + band) <= said / measured <= 1 + band
                total += 1
    assert inside >= 0.85 * total


def test_the_order_of_rows_does_not_matter() -> None:
    mixed = rows()
    random.Random(1).shuffle(mixed)
    assert calibrate(mixed).calibration == own_calibration()


def test_measured_hardware_narrows_and_unseen_hardware_stays_wide() -> None:
    own = own_calibration()
    before, after = expand(problem(None)), expand(problem(own))
    assert before.digest != after.digest
    assert whole(before, "L4") == whole(after, "L4")
    assert {mode.source for mode in whole(after, "A10G")} == {Source.CALIBRATED}
    narrow, wide = bands_of(whole(after, "A10G")[0]), bands_of(whole(before, "A10G")[0])
    assert narrow.tpot < wide.tpot
    assert any("L4" in notice for notice in after.notices)


def test_nothing_is_extrapolated_in_silence() -> None:
    own = own_calibration()
    beyond = expand(problem(own, traffic={"input_tokens": 3000}))
    assert all(mode.source is Source.DERIVED for mode in whole(beyond, "A10G"))
    assert any("3000 input tokens (measured: 256 to 1024)" in notice for notice in beyond.notices)
    inside = expand(problem(own))
    assert not any("beyond" in notice for notice in inside.notices)
    other = expand(problem(own, architecture="mistral-7b"))
    assert all(mode.source is Source.DERIVED for mode in whole(other, "A10G"))


def test_given_modes_win() -> None:
    own = own_calibration()
    modes = [{"accelerator": "A10G", "requests_per_second": 3, "memory_per_accelerator": "20GiB"}]
    assert expand(problem(own, modes=modes)).problem.models == expand(problem(None, modes=modes)).problem.models


def test_a_plan_with_own_measurements_is_verified(tmp_path: Path) -> None:
    own = own_calibration()
    (tmp_path / "own.json").write_text(own.model_dump_json(), encoding="utf-8")
    assert read_calibration(tmp_path / "own.json") == own
    plain = problem(None).model_dump(mode="json") | {"calibration": "own.json"}
    (tmp_path / "fleet.json").write_text(json.dumps(plain), encoding="utf-8")
    read = read_problem(tmp_path / "fleet.json")
    assert read.calibration == own
    result = pk.solve_placement(read, time_limit=0.0, strategy="greedy", processes=False)
    assert pk.verify_placement(read, result.placement).ok
    assert not pk.verify_placement(problem(None), result.placement).ok


def test_contradictions_are_named_and_widen_the_band() -> None:
    agreeing = rows()
    before = calibrate(agreeing).judged[0].situation.bands
    odd = [*agreeing, dict(agreeing[0], tpot_ms=agreeing[0]["tpot_ms"] * 4)]
    found = calibrate(odd)
    (contradiction,) = found.contradictions
    assert contradiction.point.rows == (1, len(odd))
    assert contradiction.figure == "TPOT"
    after = found.judged[0].situation.bands
    assert after.tpot >= 1.0 > before.tpot
    assert after.ttft < 2 * before.ttft
    # A repetition that agrees is no contradiction.
    assert not calibrate([*agreeing, dict(agreeing[0], tpot_ms=agreeing[0]["tpot_ms"] * 1.03)]).contradictions


def test_one_row_moves_no_band() -> None:
    found = calibrate(rows()[:1])
    (judged,) = found.judged
    assert not judged.moved
    assert judged.situation.bands.tpot >= calibration().bands["derived"].tpot
    assert found.calibration.fits[0].bands is None
    assert any("fewer than 9" in notice for notice in found.notices)


def test_groups_held_out_say_what_other_models_are_worth() -> None:
    three = calibrate(rows(models=("llama-3.1-8b", "mistral-7b", "llama-2-7b")))
    (fit,) = three.calibration.fits
    assert fit.bands is not None
    assert all(fit.bands.tpot >= each.situation.bands.tpot for each in three.judged)
    modes = whole(expand(problem(three.calibration, architecture="gemma-7b")), "A10G")
    assert all(mode.error_bands == fit.bands and mode.source is Source.DERIVED for mode in modes)


def test_names_of_public_data_sets_are_understood() -> None:
    serving = {"backend": "vllm", "model_path": "Qwen/Qwen3-32B", "system": "h100_sxm", "precision": "", "isl": 1024, "osl": 128, "batch_size": 16}
    (point,) = measurements_from([{**serving, "tp_size": 2, "silicon_ttft_ms": 840.8, "silicon_tpot_ms": 16.5}]).points
    m = point.measurement
    assert (m.architecture.name, m.chip.name, m.parallel, m.batch, m.served, m.precision) == ("qwen-3-32b", "H100", 2, 16, True, "bf16")
    bare = {
        "model": "llama2-70b",
        "hardware": "a100-80gb",
        "prompt_size": 512,
        "batch_size": 1,
        "token_size": 128,
        "prompt_time": 196,
        "token_time": 54.8,
    }
    (point,) = measurements_from([{**bare, "tensor_parallel": 2}]).points
    m = point.measurement
    assert (m.engine, m.served, m.parallel, m.ttft_s) == ("eager", False, 2, pytest.approx(0.196))


def test_seconds_and_rates() -> None:
    row = {"model": "llama-3.1-8b", "accelerator": "a10g", "input_tokens": 512, "output_tokens": 101, "ttft_s": 0.5, "tpot_s": 0.04}
    (point,) = measurements_from([{**row, "requests_per_second": 2.0}]).points
    assert point.measurement.batch == 9  # 2 requests/s that stay 0.5 + 100 x 0.04 s each
    assert point.rate == pytest.approx(2.0)


def test_high_quantiles_are_left_out_and_said() -> None:
    read = measurements_from([*rows(), dict(rows()[0], quantile="p99", ttft_ms=90_000)])
    assert len(read.points) == len(rows())
    assert read.notices == ("1 rows left out: the laws speak of means; other quantiles are not fitted",)
    with pytest.raises(pk.ProblemError, match="no_measurements"):
        measurements_from([dict(rows()[0], quantile=0.99)])


def test_yaml_and_csv_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(f"{HEAD}\n{GOOD}\n\n", encoding="utf-8")
    row = dict(zip(HEAD.split(","), ("llama-3.1-8b", "A10G", 1, "bf16", "vllm", 512, 128, 4, 410, 36), strict=True))
    (tmp_path / "m.yaml").write_text(yaml.safe_dump({"measurements": [row]}), encoding="utf-8")
    (tmp_path / "semicolons.csv").write_text(f"{HEAD}\n{GOOD}\n".replace(",", ";"), encoding="utf-8")
    points = read_measurements(tmp_path / "m.csv").points
    assert len(points) == 1
    assert points == read_measurements(tmp_path / "m.yaml").points == read_measurements(tmp_path / "semicolons.csv").points


BAD = {
    "empty": ("", "no_measurements", "(top level)"),
    "head only": (HEAD + "\n", "no_measurements", "(top level)"),
    "negative": (f"{HEAD}\n{GOOD.replace('410', '-410')}", "bad_number", "row 1.ttft_ms"),
    "not a number": (f"{HEAD}\n{GOOD.replace(',36', ',36ms')}", "wrong_type", "row 1.tpot_ms"),
    "infinite": (f"{HEAD}\n{GOOD.replace(',36', ',inf')}", "bad_number", "row 1.tpot_ms"),
    "zero tokens": (f"{HEAD}\n{GOOD.replace('512', '0')}", "bad_number", "row 1.input_tokens"),
    "half a client": (f"{HEAD}\n{GOOD.replace(',4,', ',4.5,')}", "wrong_type", "row 1.concurrency"),
    "seconds": (f"{HEAD}\n{GOOD.replace(',36', ',0.036')}", "bad_unit", "row 1.tpot_ms"),
    "microseconds": (f"{HEAD}\n{GOOD.replace(',36', ',3600000')}", "bad_unit", "row 1.tpot_ms"),
    "accelerator": (f"{HEAD}\n{GOOD.replace('A10G', 'A10X')}", "unknown_accelerator", "row 1.accelerator"),
    "model": (f"{HEAD}\n{GOOD.replace('llama-3.1-8b', 'lama-9')}", "unknown_architecture", "row 1.model"),
    "encoder": (f"{HEAD}\n{GOOD.replace('llama-3.1-8b', 'bert-base')}", "bad_value", "row 1.model"),
    "precision": (f"{HEAD}\n{GOOD.replace('bf16', 'fp8')}", "bad_value", "row 1.precision"),
    "column": (f"{HEAD.replace('tpot_ms', 'tpot')}\n{GOOD}", "missing_field", "row 1.tpot_ms"),
    "said twice": (f"{HEAD},isl\n{GOOD},512", "contradiction", "row 1.isl"),
    "short row": (f"{HEAD}\nllama-3.1-8b,A10G", "missing_field", "row 1.input_tokens"),
    "binary": ("\x00\x01", None, None),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files(name: str, tmp_path: Path) -> None:
    text, code, where = BAD[name]
    found = faults(text, tmp_path)
    assert code is None or (code, where) in {(fault.code, fault.where) for fault in found}
    assert all(fault.cause and fault.action for fault in found)


def test_all_faults_at_once_and_each_kind_once(tmp_path: Path) -> None:
    wrong = [GOOD.replace("A10G", "A10X")] * 500 + [GOOD.replace("410", "-410"), GOOD.replace("bf16", "bf61")]
    found = {fault.where: fault.code for fault in faults("\n".join([HEAD, *wrong]), tmp_path)}
    assert found == {
        "row 1.accelerator (and 499 more rows)": "unknown_accelerator",
        "row 501.ttft_ms": "bad_number",
        "row 502.precision": "bad_value",
    }


def test_other_wrong_inputs(tmp_path: Path) -> None:
    assert faults("[1, 2", tmp_path, "m.json")[0].code == "syntax"
    assert faults("3", tmp_path, "m.yaml")[0].code == "wrong_type"
    assert faults("[3]", tmp_path, "m.yaml")[0].where == "row 1"
    with pytest.raises(pk.ProblemError, match="unreadable_file"):
        read_measurements(tmp_path / "none.csv")
    with pytest.raises(pk.ProblemError, match="bad_calibration"):
        problem_from(
            {"models": [], "fleet": [], "calibration": {"fits": [{"engine": "vllm", "accelerator": "A10G", "points": 1, "parameters": {"speed": 1}}]}}
        )
    with pytest.raises(pk.ProblemError) as caught:
        problem_from(
            {
                "fleet": [{"instance_type": "ml.g5.2xlarge"}],
                "models": [{"name": "m", "modes": [{"accelerator": "A10G"}]}],
                "calibration": "nowhere.json",
            }
        )
    assert next((fault.code, fault.where) for fault in caught.value.faults) == ("unreadable_file", "calibration")


def test_many_rows_are_read_as_a_stream() -> None:
    """Many rows of a few situations: only the situations are kept."""
    listed = rows()

    def stream():
        for number in range(5_000):
            yield listed[number % len(listed)]

    read = measurements_from(list(stream()))
    assert (read.rows, len(read.points)) == (5_000, len(listed))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from packing.cli.run import main

    path = tmp_path / "m.json"
    path.write_text(json.dumps(rows()), encoding="utf-8")
    assert main(["calibrate", str(path), "-o", str(tmp_path / "c.json")]) == 0
    shown = capsys.readouterr()
    assert "12 rows, 12 situations" in shown.out
    assert "bandwidth_efficiency" in shown.out
    assert "calibration: c.json" in shown.err
    assert main(["calibrate", str(path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert Calibration.model_validate(data["calibration"] | {"source": "m.json"}) == read_calibration(tmp_path / "c.json")
    path.write_text("[]", encoding="utf-8")
    assert main(["calibrate", str(path)]) == 1
    assert "no_measurements" in capsys.readouterr().err
