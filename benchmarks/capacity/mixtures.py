"""Mixtures of experts: readers of measured points, the fit, and its errors in sample and with a family held out.

    python benchmarks/capacity/mixtures.py --data ../shared/data

The parameters are those of the dense laws (`packing.capacity.calibration.Engine`), fitted anew: experts that a step touches are counted by
E · (1 − (1 − k/E)^tokens), and what is left — smaller matrices, routing, an exchange between accelerators — changes efficiencies and fixed times.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from splits import Error, log_errors, quantile  # noqa: E402

from packing.capacity.calibration import Calibration, Engine, calibration  # noqa: E402
from packing.capacity.fit import Measurement, fit_engine  # noqa: E402
from packing.capacity.target import chip_of  # noqa: E402
from packing.catalog import accelerators, architectures, offers  # noqa: E402

MODELS = {"DeepSeek-R1/V3 (671B)": "deepseek-v3", "MiniMaxAI/MiniMax-M2.5": "minimax-m2.5", "openai/gpt-oss-120b": "gpt-oss-120b"}
CHIPS = {"H100-SXM-80": "H100", "H200": "H200", "B200": "B200", "B300": "B300", "GB200": "B200"}
ENGINES = {"tensorrt-llm": "trtllm"}
FOUR_BITS = ("fp4", "mxfp4")
OWN_GROUP = 30
"""Points from which on a group has parameters of its own."""
FEWEST = 9
ROUNDS = 14
FIGURES = ("ttft", "tpot", "requests_per_second")
UNSEEN = 1.5
"""Exponent on the band for accelerators on which no mixture was measured: an assumption, as for dense models."""
Group = tuple[str, str, str]
"""Engine, accelerator, family."""


@dataclass(frozen=True)
class Row:
    """A measured point, and the name of its precision in the source."""

    measurement: Measurement
    stated: str

    @property
    def group(self) -> Group:
        """What it is fitted with."""
        return self.measurement.engine, self.measurement.chip.name, self.measurement.architecture.family

    @property
    def way(self) -> tuple[str, int]:
        """Precision and degree."""
        return self.stated, self.measurement.parallel


def mixtures(data: Path) -> list[Row]:
    """The points; memory is that of a default server. Where the hardware has no arithmetic for four bits, weights are widened on the fly."""
    found = []
    with (data / "serving/moe_serving.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            accelerator = accelerators()[CHIPS[row["hardware"]]]
            stated = row["precision"]
            precision = ("fp4" if "fp4" in accelerator.flops else "int4") if stated in FOUR_BITS else stated
            measured = Measurement(
                "mixtures", ENGINES.get(row["engine"], row["engine"]), architectures()[MODELS[row["model"]]], chip_of(accelerator),
                int(accelerator.memory * 0.9), precision, int(row["gpus"]), float(row["input_tokens"]), float(row["output_tokens"]),
                int(row["concurrency"]), True, float(row["ttft_ms"]) / 1000, float(row["tpot_ms"]) / 1000,
            )  # fmt: skip
            found.append(Row(measured, stated))
    return found


def grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Rows by a property, in order of its value."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(sorted(groups.items()))


def _fit(rows: Sequence[Row], prior: Engine) -> Engine:
    return fit_engine([row.measurement for row in rows], prior, ROUNDS, firm=False)


def fitted(rows: Sequence[Row], prior: Engine) -> dict[str, Engine]:
    """Parameters of all, of each engine and family, and of each group that is large enough: each starts from, and is pulled to, the more general ones."""
    found = {"any": _fit(rows, prior)}
    for (engine, family), own in grouped(rows, lambda row: (row.group[0], row.group[2])).items():
        found[f"{engine}/{family}"] = _fit(own, found["any"])
        for (_, chip, _), part in grouped(own, lambda row: row.group).items():
            if len(part) >= OWN_GROUP:
                found[f"{engine}/{chip}/{family}"] = _fit(part, found[f"{engine}/{family}"])
    return found


def chosen(parameters: Mapping[str, Engine], group: Group) -> Engine:
    """Those of a group, as `Calibration.engine` chooses them."""
    engine, chip, family = group
    return next(parameters[key] for key in (f"{engine}/{chip}/{family}", f"{engine}/{family}", "any") if key in parameters)


def errors_of(rows: Sequence[Row], engine: Engine) -> list[Error]:
    """Of these parameters on these points."""
    return list(log_errors([row.measurement for row in rows], engine))


def without_families(rows: Sequence[Row], prior: Engine) -> Iterator[tuple[Row, Error]]:
    """Every point predicted by parameters of the other families."""
    for own in grouped(rows, lambda row: row.group[2]).values():
        family = own[0].group[2]
        pooled = _fit([row for row in rows if row.group[2] != family], prior)
        yield from zip(own, errors_of(own, pooled), strict=True)


def widths(errors: Sequence[Error]) -> tuple[float, float, float]:
    """Half-widths in the logarithm that hold 90 % of the next errors."""
    columns = [sorted(abs(value) for value in column) for column in zip(*errors, strict=True)]
    ttft, tpot, rate = (column[min(len(column), math.ceil(0.9 * (len(column) + 1))) - 1] for column in columns)
    return ttft, tpot, rate


def _stated(half: Iterable[float]) -> dict[str, float]:
    return {figure: math.ceil(100 * math.expm1(width)) / 100 for figure, width in zip(FIGURES, half, strict=True)}


def situations(rows: Sequence[Row], parameters: Mapping[str, Engine]) -> Iterator[dict[str, Any]]:
    """What was measured, with bands between the errors in sample and those on precisions and degrees held out: the first are too narrow for a way that was
    not measured, the second, with few ways, too wide for those that were. Two to one, in the logarithm, for the first.
    """
    for (engine, chip, family), own in grouped(rows, lambda row: row.group).items():
        if len(own) < FEWEST:
            continue
        held: list[Error] = []
        for way, part in grouped(own, lambda row: row.way).items():
            others = [row for row in own if row.way != way]
            general = parameters[f"{engine}/{family}"]
            held += errors_of(part, _fit(others, general) if len(others) >= OWN_GROUP // 2 else general)
        inside = widths(errors_of(own, chosen(parameters, (engine, chip, family))))
        half = [math.pow(one * one * other, 1 / 3) for one, other in zip(inside, widths(held), strict=True)]
        points = [row.measurement for row in own]
        spans = {"input_tokens": [m.prompt for m in points], "output_tokens": [m.output for m in points], "concurrency": [m.batch for m in points]}
        yield {
            "engine": engine, "accelerator": chip, "architecture": family,
            "precisions": sorted({row.stated for row in own} | {m.precision for m in points}),
            "degrees": sorted({m.parallel for m in points}), "points": len(points), "bands": _stated(half),
            **{name: {"least": min(values), "most": max(values)} for name, values in spans.items()},
        }  # fmt: skip


def record(data: Path, prior: Engine) -> dict[str, Any]:
    """What calibration.json holds of mixtures: parameters, situations, and bands by accelerator of families that were not measured."""
    rows = mixtures(data)
    parameters = fitted(rows, prior)
    held = list(without_families(rows, prior))
    by_chip: dict[str, list[Error]] = defaultdict(list)
    for row, error in held:
        by_chip[row.group[1]].append(error)
    bands = {f"mixture/{chip}": _stated(widths(errors)) for chip, errors in sorted(by_chip.items())}
    bands["mixture"] = _stated(UNSEEN * width for width in widths([error for _, error in held]))
    return {
        "mixtures": {name: asdict(engine) for name, engine in parameters.items()},
        "mixture_situations": list(situations(rows, parameters)),
        "bands": bands,
    }


def order_right(found: Sequence[tuple[Row, Error]]) -> tuple[int, int]:
    """(right, all): pairs of ways to run one model under one engine whose costs per token differ by more than a quarter."""
    prices: dict[str, float] = {}
    for offer in offers().values():
        kind = offer.instance
        if kind.accelerators and kind.accelerator and kind.price_per_hour:
            prices[kind.accelerator] = min(kind.price_per_hour / kind.accelerators, prices.get(kind.accelerator, math.inf))
    costs: dict[tuple[Any, ...], list[tuple[float, float]]] = defaultdict(list)
    for row, error in found:
        m = row.measurement
        if m.chip.name in prices:
            real = prices[m.chip.name] * m.parallel * (m.ttft_s + (m.output - 1) * m.tpot_s) / (m.batch * m.output)
            costs[m.architecture.name, m.engine, m.prompt, m.output, m.batch].append((real, real / math.exp(error.rate)))
    pairs = [(a, b) for ways in costs.values() for a, b in combinations(ways, 2) if abs(math.log(a[0] / b[0])) > math.log(1.25)]
    return sum((a[0] < b[0]) == (a[1] < b[1]) for a, b in pairs), len(pairs)


def _line(label: str, errors: Sequence[Error], inside: str = "") -> str:
    halves = [quantile([abs(math.expm1(value)) for value in column], 0.5) for column in zip(*errors, strict=True)]
    return f"| {label} | {len(errors)} | {' | '.join(f'{100 * each:.1f} %' for each in halves)} | {100 * math.expm1(median(e.rate for e in errors)):+.0f} % | {inside} |"


def _covered(errors: Sequence[Error], half: Sequence[float]) -> str:
    return f"{100 * sum(abs(error.rate) <= width for error, width in zip(errors, half, strict=True)) / len(errors):.0f} %"


def report(rows: Sequence[Row], known: Calibration) -> Iterator[str]:
    """Tables: the parameters that ship, group by group and by accelerator; and families held out."""
    yield "| points | n | TTFT | TPOT | requests/s | bias | inside the 90 % band |\n|---|--:|--:|--:|--:|--:|--:|"
    bands = {(each.engine, each.accelerator, each.architecture): each.bands for each in known.mixture_situations}
    judged: list[tuple[Row, Error, float]] = []
    for group, own in grouped(rows, lambda row: row.group).items():
        errors = errors_of(own, known.engine(*group))
        band = bands.get(group) or known.bands.get(f"mixture/{group[1]}") or known.bands["derived"]
        half = math.log1p(band.requests_per_second or 0.0)
        judged += ((row, error, half) for row, error in zip(own, errors, strict=True))
        yield _line(" ".join(group), errors, _covered(errors, [half] * len(errors)))
    for name, key in (("accelerator", 1), ("family", 2), ("engine", 0)):
        for value in sorted({row.group[key] for row in rows}):
            part = [(error, half) for row, error, half in judged if row.group[key] == value]
            yield _line(f"{name} {value}", [error for error, _ in part], _covered([e for e, _ in part], [half for _, half in part]))
    held = list(without_families(rows, known.engines["vllm"]))
    for chip in sorted({row.group[1] for row in rows}):
        errors = [error for row, error in held if row.group[1] == chip]
        half = math.log1p((known.bands.get(f"mixture/{chip}") or known.bands["derived"]).requests_per_second or 0.0)
        yield _line(f"family held out, {chip}", errors, _covered(errors, [half] * len(errors)))
    for label, found in (("parameters that ship", [(row, error) for row, error, _ in judged]), ("family held out", held)):
        right, pairs = order_right(found)
        yield f"order by cost per token, more than a quarter apart, {label}: {right} of {pairs} ({100 * right / pairs:.1f} %)"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    for line in report(mixtures(parser.parse_args().data), calibration()):
        print(line)


if __name__ == "__main__":
    main()
