"""``packing bench``: choose suites, run them, print tables, write JSON."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from packing.bench.history import record
from packing.bench.markdown import page
from packing.bench.measure import surroundings
from packing.bench.options import Options
from packing.bench.plots import plots
from packing.bench.report import Report, show
from packing.bench.scale_rows import ROW_NAMES
from packing.bench.suites import SUITES, run_suite
from packing.domain.json_text import json_text


def parser() -> argparse.ArgumentParser:
    """The options of ``packing bench``."""
    suites = "\n".join(f"  {name:13} {sentence}" for name, (_, sentence) in SUITES.items())
    made = argparse.ArgumentParser(
        prog="packing bench",
        description="Measure what the library promises.",
        epilog=f"suites:\n{suites}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("suites", nargs="*", metavar="SUITE", help="which suites to run (default: all)")
    made.add_argument("--quick", action="store_true", help="tiny parameters: only shows that the suites run")
    made.add_argument("--count", "--limit", type=int, help="number of random problems, or of public instances")
    made.add_argument("--seeds", type=int, help="number of seeds")
    made.add_argument("--time-limit", type=float, help="seconds for each solve")
    made.add_argument("--workers", type=int, default=2, help="workers of each solve (default 2)")
    made.add_argument("--strategy", default="auto", help="strategy, for suites about one")
    made.add_argument("--rows", type=lambda text: tuple(text.split(",")), help="rows of the suites scale and profile, e.g. b,c")
    made.add_argument("--file", type=Path, help="fleet file for the suite platform")
    made.add_argument("--data", type=Path, help="folder with public instances, for the suites vectorpack and openb-*")
    made.add_argument("-o", "--output", type=Path, help="write everything as JSON to this file")
    made.add_argument("--history", type=Path, help="add medians to this history file (benchmarks/history.json)")
    made.add_argument("--markdown", type=Path, help="write tables with machine, commit and command to this file, for benchmarks/")
    made.add_argument(
        "--plots", type=Path, help="draw the suites growth, scale, openb-defrag, traffic and coldstart into this folder, as PNG and SVG"
    )
    made.add_argument("--json", action="store_true", help="print the JSON, and nothing else, on stdout")
    return made


def anywhere(typed: Sequence[str]) -> list[str]:
    """The same command without the paths of one machine: an absolute one becomes its last name, the folder of public instances ``DATA``."""
    shown: list[str] = []
    for word in typed:
        option, equals, value = word.partition("=")
        if option == "--data" and equals:
            shown.append("--data=DATA")
        elif shown[-1:] == ["--data"]:
            shown.append("DATA")
        elif equals and Path(value).is_absolute():
            shown.append(f"{option}={Path(value).name}")
        else:
            shown.append(Path(word).name if Path(word).is_absolute() else word)
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suites that are asked for.

    Parameters
    ----------
    arguments : as on the command line, without ``packing bench``; None: of this process.

    Returns
    -------
    Exit code: 0 everything ran; 1 an unknown suite, or something is wrong (violations, differences); a missed figure
    that depends on the machine is printed and does not fail.
    """
    asked = parser().parse_args(arguments)
    unknown = [name for name in asked.suites if name not in SUITES]
    if unknown:
        print(f"No such suite: {', '.join(unknown)}. There are {', '.join(SUITES)}.", file=sys.stderr)
        return 1
    strange = [name for name in asked.rows or () if name not in ROW_NAMES]
    if strange:
        print(f"No such row: {', '.join(strange)}. There are {', '.join(ROW_NAMES)}.", file=sys.stderr)
        return 1
    options = Options(asked.quick, asked.count, asked.seeds, asked.time_limit, asked.workers, asked.strategy, asked.file, asked.data, asked.rows)
    reports: list[Report] = []
    for name in asked.suites or SUITES:
        print(f"running {name} …", file=sys.stderr, flush=True)
        reports.append(run_suite(name, options))
        if not asked.json:
            print(show(reports[-1]), flush=True)
    data = {**surroundings(), "reports": [report.data() for report in reports]}
    text = json_text(data, ensure_ascii=True) + "\n"
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    if asked.history:
        record(asked.history, data)
    if asked.markdown:
        typed = sys.argv[1:] if arguments is None else list(arguments)
        asked.markdown.write_text(page(data, shlex.join(["packing", "bench", *anywhere(typed)])), encoding="utf-8")
    if asked.plots:
        plots(data, asked.plots)
    if asked.json:
        print(text, end="")
    return int(any(report.failed for report in reports))
