"""The support platform's fleet file: in the wheel beside this module, in a checkout under examples/."""

from __future__ import annotations

from pathlib import Path

from packing.bench.measure import BenchError
from packing.bench.options import Options

NAME = "support_platform.yaml"


def platform_file(options: Options) -> Path:
    """The fleet file to measure with.

    Returns
    -------
    What `options.file` names, else the example: that of the checkout, or the copy that the wheel carries (see pyproject.toml).

    Raises
    ------
    BenchError : there is none.
    """
    here = Path(__file__).resolve()
    places = (options.file,) if options.file else (here.parents[2] / "examples" / NAME, here.with_name("data") / NAME)
    for place in places:
        if place.is_file():
            return place
    raise BenchError(f"{places[-1]} does not exist; give a fleet file with --file")
