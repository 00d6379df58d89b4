"""Fit the capacity model to the measured data and write packing/capacity/calibration.json.

    python scripts/calibrate_capacity.py --shared ../shared

Needs numpy, and the measurements; the result is all that the library needs at run time.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks/capacity")]

from measured import serving, splitwise  # noqa: E402
from splits import BY, grouped, held_out, quantile, relative, row  # noqa: E402

from packing.capacity.fit import fit_engine  # noqa: E402

SOURCES = [
    {"file": "splitwise_perf_model.csv", "source": "Mutinifni/splitwise-sim (MIT): Llama-2-70B and BLOOM-176B on DGX A100 and H100",
     "measured": "2023", "captured": "2026-11"},
    {"file": "serving_h100_llama8b_qwen32b.csv", "source": "aiconfigurator-core 0.12 (Apache-2.0): TensorRT-LLM 1.0-1.2, vLLM 0.12, SGLang 0.5 on H100 SXM",
     "measured": "2025-2026", "captured": "2026-11"},
]  # fmt: skip
NAMES = {"A100-80GB": ["A100-80GB"], "H100": ["H100"]}
"""Names in catalogues of the accelerators that were measured."""
UNSEEN = 1.5
"""Factor on the 90 % error of held-out points for hardware, software or architectures that no data set has."""


def calibrate(data: Path) -> dict[str, Any]:
    """Parameters, errors and bands, ready to be written.

    Bands are 90th percentiles of the errors of points that the fit had not seen: of an engine, points of models held
    out (where it was measured with one model only: of all engines); ``transferred``, for hardware measured under
    another engine: points of models or hardware held out; ``derived``, for all else: `UNSEEN` times that.
    """
    points = splitwise(data) + serving(data)
    unseen = {by: {label: [e for triple in wrong for e in triple[:2]] for label, wrong in held_out(points, by)} for by in BY}
    of_models = [e for wrong in unseen["model"].values() for e in wrong]
    transferred = quantile([e for groups in unseen.values() for wrong in groups.values() for e in wrong], 0.9)
    engines: dict[str, Any] = {}
    hardware: dict[str, list[str]] = {}
    bands: dict[str, float] = {}
    quality: dict[str, Any] = {}
    for name, own in grouped(points, lambda m: m.engine).items():
        engines[name] = asdict(fit_engine(own))
        wrong = relative(own, fit_engine(own))
        hardware[name] = sorted(alias for chip in {m.chip.name for m in own if m.served} for alias in NAMES[chip])
        held = [e for label, each in unseen["model"].items() if label.startswith(f"{name}:") for e in each]
        bands[name] = round(quantile(held or of_models, 0.9), 2)
        quality[name] = {k: (v if isinstance(v, int) else [round(x, 3) for x in v]) for k, v in row(name, wrong)._asdict().items() if k != "label"}
    hardware["any"] = sorted(alias for chip in {m.chip.name for m in points} for alias in NAMES[chip])
    bands |= {"transferred": round(transferred, 2), "derived": round(UNSEEN * transferred, 2)}
    return {"schema_version": 1, "engines": engines, "hardware": hardware, "bands": bands, "errors": quality, "sources": SOURCES}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder that has data/performance")
    parser.add_argument("--output", type=Path, default=ROOT / "packing/capacity/calibration.json")
    arguments = parser.parse_args()
    record = calibrate(arguments.shared / "data")
    arguments.output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    for name, quality in record["errors"].items():
        print(name, quality, "band", record["bands"][name])


if __name__ == "__main__":
    main()
