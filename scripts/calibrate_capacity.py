"""Fit the capacity model to the measured data and write packing/capacity/calibration.json.

    python scripts/calibrate_capacity.py --shared ../shared

Needs numpy, and the measurements; the result is all that the library needs at run time.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks/capacity")]

from measured import serving, splitwise  # noqa: E402
from mixtures import record as mixtures  # noqa: E402
from splits import Fold, by_degree, folds, grouped, half_widths, log_errors, quantile  # noqa: E402

from packing.capacity.calibration import Engine  # noqa: E402
from packing.capacity.fit import Measurement, fit_engine  # noqa: E402

SOURCES = [
    {"file": "splitwise_perf_model.csv", "source": "Mutinifni/splitwise-sim (MIT): Llama-2-70B and BLOOM-176B on DGX A100 and H100",
     "measured": "2023", "captured": "2026-11"},
    {"file": "serving_h100_llama8b_qwen32b.csv", "source": "aiconfigurator-core 0.12 (Apache-2.0): TensorRT-LLM 1.0-1.2, vLLM 0.12, SGLang 0.5 on H100 SXM",
     "measured": "2025-2026", "captured": "2026-11"},
    {"file": "moe_serving.csv", "source": "ai-dynamo/aiconfigurator silicon_sample (Apache-2.0): DeepSeek-V3/R1, MiniMax-M2.5, gpt-oss-120b on H100, H200, B200, B300",
     "measured": "2025-10 to 2026-04", "captured": "2026-08-21"},
    {"file": "prefill_decode_small_gpus.csv", "source": "Thesys-lab/Helix-ASPLOS25 (Apache-2.0): Llama-2-70B layers on T4, L4, V100, A100",
     "measured": "2024", "captured": "2026-08-21"},
]  # fmt: skip
CARDS = {"T4": 0.58, "T4g": 0.58, "L4": 0.54, "A100-40GB": 1.1}
"""By accelerator, the factor on the share of the peak that prefilling reaches (benchmarks/capacity/small_cards.py): T4 and L4 lower their clock at 70 W."""
FIGURES = ("ttft", "tpot", "requests_per_second")
UNSEEN = 1.5
"""Exponent on the band for accelerators or shapes of decoders that no data set has: an assumption."""
ASSUMED = 2.0
"""Half-width of the band of laws that no measurement stands behind (within a factor of three), and never narrower than `derived`."""
FEWEST = 9
"""Points of a model that can promise 90 % of anything."""


def calibrate(data: Path) -> dict[str, Any]:
    """Parameters, errors, bands and measured ranges, ready to be written.

    The band of an engine under load holds 90 % of the errors on models held out, over all engines that were measured with two models
    (docs/capacity.md); ``transferred`` those of all groups held out, by model, hardware, and engine and model, but never less.
    """
    points = splitwise(data) + serving(data)
    held = folds(points)
    models = half_widths([fold for fold in held if fold.by == "model" and fold.served])
    bare = half_widths([fold for fold in held if not fold.served])
    transferred = _widest(half_widths(held), models)
    derived = tuple(UNSEEN * width for width in transferred)
    engines, hardware, bands, quality = {}, {}, {}, {}
    for name, own in grouped(points, lambda m: m.engine).items():
        engine = fit_engine(own)
        engines[name] = asdict(engine)
        hardware[name] = sorted({m.chip.name for m in own if m.served})
        bands[name] = _stated(models if hardware[name] else bare)
        columns = zip(*log_errors(own, engine), strict=True)
        shown = {figure: [abs(math.expm1(error)) for error in column] for figure, column in zip(FIGURES, columns, strict=True)}
        quality[name] = {
            "points": len(own),
            **{
                {"requests_per_second": "throughput"}.get(figure, figure): [round(quantile(v, share), 3) for share in (0.5, 0.9)]
                for figure, v in shown.items()
            },
        }
    hardware["any"] = sorted({m.chip.name for m in points})
    bands["transferred"], bands["derived"] = _stated(transferred), _stated(derived)
    bands["assumed"] = {figure: max(ASSUMED, width) for figure, width in bands["derived"].items()}
    mixed = mixtures(data, Engine(**engines["vllm"]))
    return {
        "schema_version": 2,
        "engines": engines,
        "hardware": hardware,
        "bands": bands | mixed["bands"],
        "mixtures": mixed["mixtures"],
        "mixture_situations": mixed["mixture_situations"],
        "cards": CARDS,
        "situations": list(_situations(list(by_degree(points)))),
        "spans": {
            "input_tokens": _span(m.prompt for m in points), "output_tokens": _span(m.output for m in points),
            "concurrency": _span(m.batch for m in points), "degrees": _span(m.parallel for m in points),
        },
        "errors": quality,
        "sources": SOURCES,
    }  # fmt: skip


def _widest(*widths: Sequence[float]) -> tuple[float, float, float]:
    ttft, tpot, rate = (max(column) for column in zip(*widths, strict=True))
    return ttft, tpot, rate


def _stated(widths: Sequence[float]) -> dict[str, float]:
    """Half-widths as factors less one, rounded up to two digits after the point."""
    return {figure: math.ceil(100 * math.expm1(width)) / 100 for figure, width in zip(FIGURES, widths, strict=True)}


def _span(values: Iterable[float]) -> list[float]:
    listed = list(values)
    return [min(listed), max(listed)]


def _situations(held: Sequence[Fold]) -> Iterator[dict[str, Any]]:
    """Models measured under load; their bands hold the errors on degrees held out."""
    keys = sorted({_situation(m) for fold in held for m in fold.points})
    for key in keys:
        own = [fold for fold in held if _situation(fold.points[0]) == key]
        points = [m for fold in own for m in fold.points]
        if len(points) >= FEWEST:
            spans = {
                "input_tokens": _span(m.prompt for m in points),
                "output_tokens": _span(m.output for m in points),
                "concurrency": _span(m.batch for m in points),
            }
            yield {
                "engine": key[0], "accelerator": key[1], "architecture": key[2], "precisions": [key[3]],
                "degrees": sorted({m.parallel for m in points}), "points": len(points), "bands": _stated(half_widths(own)),
                **{name: {"least": least, "most": most} for name, (least, most) in spans.items()},
            }  # fmt: skip


def _situation(m: Measurement) -> tuple[str, str, str, str]:
    return m.engine, m.chip.name, m.architecture.name, m.precision


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder that has data/performance")
    parser.add_argument("--output", type=Path, default=ROOT / "packing/capacity/calibration.json")
    arguments = parser.parse_args()
    record = calibrate(arguments.shared / "data")
    arguments.output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    for name, band in record["bands"].items():
        print(name, band, record["errors"].get(name, ""))
    for each in record["situations"]:
        print(each)


if __name__ == "__main__":
    main()
