"""Calibration: the fit finds what made the data, and the shipped file is whole."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import pytest

from packing.capacity.calibration import calibration, calibration_from
from packing.capacity.fit import PRIOR, Measurement, errors, fit_engine, predicted
from packing.capacity.target import chip_of
from packing.catalog import accelerators, architectures

TRUTH = replace(PRIOR, bandwidth_efficiency=0.6, layer_s=3e-4, prefill_efficiency=0.45, interference=0.5, wait_own=2.0)


def made(noise=()):
    """Measurements that follow `TRUTH` exactly, but for the factors in `noise` on the first ones."""
    points = []
    for name in ("llama-2-70b", "llama-3.1-8b"):
        for chip in ("A100-80GB", "H100"):
            for parallel in (2, 4, 8):
                for batch in (1, 4, 16, 64):
                    for prompt in (128, 2048):
                        blank = Measurement(
                            "made", "made", architectures()[name], chip_of(accelerators()[chip]), 77 * 2**30, "bf16", parallel, prompt, 256, batch,
                            True, 1.0, 1.0,
                        )  # fmt: skip
                        ttft, tpot = predicted(blank, TRUTH)
                        points.append(replace(blank, ttft_s=ttft, tpot_s=tpot))
    return [replace(p, tpot_s=p.tpot_s * f) for p, f in zip(points, noise, strict=False)] + points[len(noise) :]


def test_the_fit_recovers_what_made_the_data():
    engine = fit_engine(made())
    assert max(abs(e) for pair in errors(made(), engine) for e in pair) < 0.05
    assert engine.layer_s == pytest.approx(TRUTH.layer_s, rel=0.1)
    assert engine.bandwidth_efficiency == pytest.approx(TRUTH.bandwidth_efficiency, rel=0.1)


def test_wild_points_do_not_bend_it():
    bent = fit_engine(made(noise=(20.0, 20.0, 0.05)))
    wrong = sorted(abs(e) for pair in errors(made(), bent) for e in pair)
    assert wrong[len(wrong) // 2] < 0.03


def test_without_a_word_from_the_data_the_prior_stays():
    alone = [m for m in made() if m.chip.name == "H100" and m.parallel == 2 and m.batch == 1]
    assert fit_engine(alone).fp8_efficiency == pytest.approx(PRIOR.fp8_efficiency, rel=1e-3)
    assert fit_engine(alone).wait_others == pytest.approx(PRIOR.wait_others, rel=1e-3)


def test_the_same_data_give_the_same_parameters():
    assert fit_engine(made()) == fit_engine(made())


def test_a_precision_that_the_hardware_lacks_is_refused():
    m = replace(made()[0], precision="fp8", chip=chip_of(accelerators()["V100-32GB"]))
    with pytest.raises(ValueError, match="cannot run fp8"):
        predicted(m, PRIOR)


def test_the_shipped_calibration_is_whole():
    record = json.loads(files("packing.capacity").joinpath("calibration.json").read_text(encoding="utf-8"))
    shipped = calibration_from(record)
    assert shipped == calibration()
    assert set(shipped.engines) == {"eager", "sglang", "trtllm", "vllm"}
    mixed = {name for name in shipped.bands if name.split("/")[0] == "mixture"}
    assert {name.partition("/")[2] for name in mixed} == {"", *(each.accelerator for each in shipped.mixture_situations)}
    assert set(shipped.bands) - mixed == {*shipped.engines, "transferred", "derived", "assumed"}
    assert {each.architecture for each in shipped.mixture_situations} <= {each.family for each in architectures().values() if each.experts}
    assert {*shipped.cards} <= set(accelerators())
    for figure in ("ttft", "tpot", "requests_per_second"):
        order = [getattr(shipped.bands[name], figure) for name in ("vllm", "transferred", "derived", "assumed")]
        assert order == sorted(order)
        assert order[0] > 0
    assert {each.engine for each in shipped.situations} == {"sglang", "trtllm", "vllm"}
    assert all(each.points >= 9 and each.architecture in architectures() for each in shipped.situations)
    assert {name for names in shipped.hardware.values() for name in names} <= set(accelerators())
    assert all(entry["source"] and entry["measured"] for entry in record["sources"])
    for errors_of in record["errors"].values():
        assert errors_of["tpot"][0] <= 0.2
        assert errors_of["ttft"][0] <= 0.3
        assert errors_of["throughput"][0] <= 0.25
