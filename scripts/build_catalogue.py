"""Make packing/catalog/data/*.json from the figures of their sources.

    python scripts/build_catalogue.py --shared PATH [--out FOLDER] [--check]

PATH is the folder of the sources (see docs/catalogue.md for what is read from it). With --check nothing is
written: exit 1 if the files that would be written differ from those that are there.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.catalogue import accelerators, architectures, instances  # noqa: E402
from scripts.catalogue.sources import table  # noqa: E402


def data_file(entries: list[dict[str, Any]]) -> str:
    """The text of a data file: its sources, and one entry a line, so that changes can be read."""
    used = {key for entry in entries for field in ("provenance", "shape_provenance", "price_provenance") for key in _keys(entry.get(field))}
    sources = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in table(used).items())
    lines = ",\n".join(f" {json.dumps(entry)}" for entry in entries)
    return f'{{"sources": {{\n{sources}\n}},\n"entries": [\n{lines}\n]}}\n'


def _keys(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def main() -> int:
    """Write the data files, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder of the sources' figures")
    parser.add_argument("--out", type=Path, default=ROOT / "packing" / "catalog" / "data")
    parser.add_argument("--check", action="store_true", help="compare only")
    options = parser.parse_args()
    chips = accelerators.build(options.shared)
    made = {
        "accelerators.json": data_file(chips),
        "instances.json": data_file(instances.build(options.shared, {chip["name"]: chip for chip in chips})),
        "architectures.json": data_file(architectures.build(options.shared)),
    }
    different = [name for name, text in made.items() if not (options.out / name).exists() or (options.out / name).read_text(encoding="utf-8") != text]
    if not options.check:
        options.out.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (options.out / name).write_text(text, encoding="utf-8")
    for name in different:
        print(f"{name}: {'differs' if options.check else 'written'}", file=sys.stderr)
    return 1 if options.check and different else 0


if __name__ == "__main__":
    sys.exit(main())
