"""Compare prefill and decode steps of one layer with measurements on small and older cards (Helix): T4, L4, V100, A100.

python benchmarks/capacity/small_cards.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from packing.capacity.calibration import calibration  # noqa: E402
from packing.capacity.latency import roofline  # noqa: E402
from packing.capacity.target import chip_of  # noqa: E402
from packing.catalog import accelerators, architectures  # noqa: E402

CARDS = {"T4": "T4", "L4": "L4", "V100-16": "V100-16GB", "A100-40": "A100-40GB"}
PROMPT = 500.0
"""Tokens of one prompt of the step; attention over it hardly counts."""
SHORTEST = 500
"""Tokens of a prefill step: below, times are stated in whole milliseconds a stage and say little."""


def errors(data: Path, *, cards: bool = True) -> dict[tuple[str, str, int], list[float]]:
    """By card, stage and degree, ln(predicted / measured); `cards` False: without the factors of `Calibration.cards`."""
    model, found = architectures()["llama-2-70b"], defaultdict[tuple[str, str, int], list[float]](list)
    known = calibration()
    with (data / "serving/prefill_decode_small_gpus.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            tokens, stage = float(row["tokens_in_step"]), row["stage"]
            if row["source"] != "Helix" or (stage == "prefill" and tokens < SHORTEST):
                continue
            name = CARDS[row["hardware"]]
            engine = known.engine("vllm", name) if cards else known.engines["vllm"]
            law = roofline(model, "fp16", chip_of(accelerators()[name]), int(row["gpus_tp"]), engine)
            assert law is not None
            said = law.prefill_s(tokens, PROMPT) if stage == "prefill" else law.decode_s(tokens, PROMPT)
            found[name, stage, int(row["gpus_tp"])].append(math.log(said / model.layers * 1000 / float(row["ms_per_layer"])))
    return dict(sorted(found.items()))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    print("| card | stage | accelerators | n | bias | median error | without the card's factor |\n|---|---|--:|--:|--:|--:|--:|")
    before = errors(data, cards=False)
    for key, own in errors(data).items():
        sizes = [f"{100 * median(abs(math.expm1(error)) for error in group):.1f} %" for group in (own, before[key])]
        print(f"| {key[0]} | {key[1]} | {key[2]} | {len(own)} | {100 * math.expm1(median(own)):+.0f} % | {sizes[0]} | {sizes[1]} |")


if __name__ == "__main__":
    main()
