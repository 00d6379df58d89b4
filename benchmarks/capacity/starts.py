"""Compare the law of engine starts with public logs: every row whose total is known, and whether it lies in the stated band.

    python benchmarks/capacity/starts.py --data ../shared/data

What the source says of phases that are not the engine's (image, provisioning, download, weights) is taken off the total; where
weights are part of a total but not told, the law of loads stands in.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from packing.capacity.engine_start import GROUP_S, engine_start  # noqa: E402
from packing.capacity.load_time import Store, load_time  # noqa: E402

HOSTS_S = 57.0
"""Workers on other hosts join (kaito, gpt-oss-120b over two hosts): no mode of this library spans hosts, so that it is not in the law."""


def engine(name: str) -> str | None:
    """The engine's name in the law; None: none of them."""
    words = name.lower()
    return (
        "vllm"
        if words.startswith("vllm")
        else "sglang"
        if "sglang" in words
        else "trtllm"
        if "tensorrt" in words
        else "tgi"
        if "tgi" in words
        else None
    )


def rows(data: Path) -> list[tuple[str, float, float, float]]:
    """(what, measured, said, half-width) of each start whose total is known."""
    found = []
    with (data / "serving/engine_start.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = engine(row["engine"])
            if not row["total_s"] or name is None:
                continue
            measured = float(row["total_s"]) - sum(float(row[part] or 0) for part in ("download_s", "weights_load_s"))
            if "extraction" in row["total_means"]:
                measured -= 210.0  # extraction, the middle of what the source says
            if "container 150" in row["note"]:
                measured -= 150.0
            accelerators, hosts = int(row["gpus"] or 1), int(row["nodes"] or 1)
            said = engine_start(name, accelerators, float(row["checkpoint_gib"] or 0) * 2**30, cached=row["compile_cache"].startswith("warm"))
            if not row["weights_load_s"] and row["checkpoint_gib"] and not row["download_s"]:
                measured -= load_time(float(row["checkpoint_gib"]) * 2**30, Store.LOCAL_DISK).seconds
            seconds = said.seconds + (HOSTS_S if hosts > 1 else 0.0)
            found.append((f"{row['model']} {row['engine']} {row['hardware']} x{accelerators} {row['compile_cache']}", measured, seconds, said.band))
    return found


def main() -> None:
    """Print the table, the share within the band and the median error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    found = rows(parser.parse_args().data)
    inside = 0
    print(f"| start | measured s | law s | band |\n|---|--:|--:|---|   each doubling of the accelerators: {GROUP_S:g} s")
    for what, measured, said, band in found:
        within = said / (1 + band) <= measured <= said * (1 + band)
        inside += within
        print(f"| {what} | {measured:.0f} | {said:.0f} | {said / (1 + band):.0f} to {said * (1 + band):.0f} {'' if within else '(outside)'} |")
    errors = sorted(abs(math.log(said / measured)) for _, measured, said, _ in found)
    print(f"\nwithin the band: {inside} of {len(found)}; median error: a factor of {math.exp(errors[len(errors) // 2]):.2f}")


if __name__ == "__main__":
    main()
