"""The catalogue as a package: its public names, what it needs, and that its data are what the script makes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from packing import catalog

ROOT = Path(__file__).resolve().parents[2]


def test_public_names() -> None:
    assert catalog.__all__ == [
        "Accelerator", "Architecture", "Offer", "Provenance", "accelerators", "architecture_from_config", "architecture_from_facts",
        "architectures", "find_architecture", "offers", "select",
    ]  # fmt: skip


def test_mappings_are_cached_and_cannot_be_written() -> None:
    assert catalog.offers() is catalog.offers()
    with pytest.raises(TypeError):
        catalog.accelerators()["X"] = 1  # type: ignore[index]


def test_loading_needs_neither_network_nor_solver_nor_other_folders(tmp_path: Path) -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*_, **__): raise AssertionError('network')\n"
        "socket.socket = refuse\n"
        "import packing.catalog as c\n"
        "assert c.accelerators() and c.offers() and c.architectures()\n"
        "print(sorted({'ortools', 'numpy', 'networkx', 'yaml'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_figures_say_which_they_speak_for() -> None:
    for chip in catalog.accelerators().values():
        fields = set(type(chip).model_fields)
        covered = {figure for source in chip.provenance for figure in (source.figures or fields)}
        assert {"usable_memory", "bandwidth", "flops", "link", "host_link"} <= covered, chip.name
        assert covered <= fields
    for each in catalog.architectures().values():
        assert {figure for source in each.provenance for figure in source.figures} <= set(type(each).model_fields)


def test_the_page_counts_right() -> None:
    page = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    for part, count in (
        ("accelerators", len(catalog.accelerators())),
        ("instance types", len(catalog.offers())),
        ("architectures", len(catalog.architectures())),
    ):
        assert f"| {part} | {count} |" in page
    for name in catalog.accelerators():
        assert f"`{name}`" in page
