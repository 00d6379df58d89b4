"""Makes examples/long_tail.yaml: 120 fine-tuned small models of as many customers, each asked for a few times a day.

Run ``python examples/make_long_tail.py`` to write the file again; the same seed gives the same bytes. The numbers are invented.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import yaml

SEED, CUSTOMERS, SLOTS = 20261122, 120, 24
FILE = Path(__file__).with_name("long_tail.yaml")
HEAD = """\
# A long tail: 120 fine-tuned small models, one for each customer, each asked for between twice and thirty times a day, in its customer's
# office hours. Nineteen in twenty requests may wait no longer than three minutes for the model to be loaded
# (cold_start_s, cold_start_quantile), and no node loads for more than a fifth of the time (loading_limit). What comes out: multi-model
# endpoints some of which are over-committed (`keep`), as far as these promises hold. Take the quantiles away, and everybody
# is in memory all through the office hours, on more nodes. Made by make_long_tail.py; edit that, not this.
"""


def model(draw: random.Random, number: int) -> dict[str, Any]:
    """One customer's model."""
    opens, busy = draw.randrange(SLOTS), draw.choice((0.2, 0.5, 1, 2, 4))
    hours = {(opens + hour) % SLOTS: height for hour, height in enumerate((0.4, 0.8, 1.0, 0.9, 0.6, 0.9, 1.0, 0.7, 0.4))}
    rates = [float(f"{busy * hours.get(hour, 0.0) / 3600:.3g}") for hour in range(SLOTS)]
    return {
        "name": f"customer-{number:03}",
        "architecture": draw.choice(("flan-t5-large", "flan-t5-xl", "llama-3.2-1b", "qwen-2.5-1.5b")),
        "precision": "bf16",
        "framework": "triton",
        "traffic": {"requests_per_second": rates, "input_tokens": 500, "output_tokens": 100},
        "slo": {"ttft_ms": 4000, "tpot_ms": 250},
        "cold_start_s": 180,
        "cold_start_quantile": 0.95,
    }


def text() -> str:
    """The file's text."""
    draw = random.Random(SEED)
    fleet = [{"instance_type": name, "count": 40} for name in ("ml.g5.xlarge", "ml.g6.xlarge")]
    weights = {"performance": 0.1, "cost": 0.8, "scalability": 0.1}
    models = [model(draw, number) for number in range(CUSTOMERS)]
    problem = {"schema_version": 1, "name": "long-tail", "slots": SLOTS, "weights": weights, "fleet": fleet, "models": models}
    return HEAD + str(yaml.safe_dump(problem, sort_keys=False, default_flow_style=None, width=200))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
