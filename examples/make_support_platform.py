"""Makes examples/support_platform.yaml: a support platform of 375 models for 40 tenants on a quota of mixed machines.

Run ``python examples/make_support_platform.py`` to write the file again; the same seed gives the same bytes.
The numbers are invented. The shapes of the traffic follow what is publicly known of such platforms: office hours
with two humps and bursts, evenings, round-the-clock programs, nightly batches, each in the tenant's own time zone.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import yaml

SEED = 20261122
SLOTS = 24
FILE = Path(__file__).with_name("support_platform.yaml")

HEAD = """\
# A support platform: 40 tenants in several time zones, their bots, searches, assistants, summaries and pictures,
# and a quota of mixed machines in two zones. Made by make_support_platform.py; edit that, not this.
"""

OFFICE = (0.35, 0.7, 0.95, 1.0, 0.75, 0.9, 1.0, 0.85, 0.5, 0.2)
EVENING = (0.3, 0.5, 0.8, 1.0, 0.9, 0.5)
ZONES_UTC = (-8, -5, -3, 0, 1, 2, 5, 8, 9, 12)
"""Offsets of the tenants' time zones."""

NAMES = [
    "alder",
    "anchor",
    "apex",
    "arbor",
    "aster",
    "atlas",
    "aurora",
    "basil",
    "beacon",
    "birch",
    "bolt",
    "brook",
    "canyon",
    "cedar",
    "cobalt",
    "comet",
    "coral",
    "crest",
    "delta",
    "dune",
    "ember",
    "falcon",
    "fern",
    "fjord",
    "flint",
    "garnet",
    "glade",
    "harbor",
    "hazel",
    "indigo",
    "iris",
    "juniper",
    "kestrel",
    "lagoon",
    "lumen",
    "maple",
    "meadow",
    "nimbus",
    "ochre",
    "orchid",
]

POOLS = (
    ("ml.g5.xlarge", 40), ("ml.g5.2xlarge", 24), ("ml.g5.12xlarge", 12), ("ml.g5.48xlarge", 4), ("ml.g6.xlarge", 30), ("ml.g6e.12xlarge", 6),
    ("ml.p4d.24xlarge", 8), ("ml.p4de.24xlarge", 6), ("ml.m5.xlarge", 20), ("ml.m5.2xlarge", 20), ("ml.c6i.4xlarge", 10),
)  # fmt: skip
"""Instance type and quota in each of the two zones."""


class Platform:
    """Draws the parts in one fixed order."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.home = {name: self.random.choice(ZONES_UTC) for name in NAMES}

    def tenants(self) -> list[dict[str, Any]]:
        """22 that share, 8 with containers, 6 with instances, 4 with endpoints of their own; five pairs of rivals."""
        levels = ["shared"] * 22 + ["container"] * 8 + ["instance"] * 6 + ["endpoint"] * 4
        self.random.shuffle(levels)
        self.isolation = dict(zip(NAMES, levels, strict=True))
        tenants: list[dict[str, Any]] = [{"name": name, "isolation": self.isolation[name]} for name in NAMES]
        rivals = self.random.sample(range(len(tenants)), 10)
        for one, other in zip(rivals[::2], rivals[1::2], strict=True):
            tenants[one]["conflicts_with"] = [tenants[other]["name"]]
        return tenants

    def models(self) -> list[dict[str, Any]]:
        """What each tenant runs: the regulated ones few and large models, the others a long tail of small ones."""
        models = []
        for name in NAMES:
            kinds = ["summary", "search", "assistant"] if self.isolation[name] == "endpoint" else self._mix(self.isolation[name])
            seen: dict[str, int] = {}
            for kind in kinds:
                seen[kind] = seen.get(kind, 0) + 1
                label = kind if kinds.count(kind) == 1 else f"{kind}-{seen[kind]}"
                models.append({"name": f"{name}-{label}", "tenant": name, **getattr(self, f"_{kind}")(name)})
        return models

    def _mix(self, isolation: str) -> list[str]:
        if isolation == "instance":
            return ["bot"] * 2 + ["mini"] * 2 + ["search", "ranker", "assistant"]
        usual = ["bot"] * 3 + ["mini"] * 3 + ["search", "ranker", "embedder"]
        return usual + self.random.choice((["classifier", "assistant"], ["assistant", "picture"], ["expert"]))

    def _hours(self, tenant: str, shape: tuple[float, ...], opens: int, peak: float, rest: float = 0.0) -> list[float]:
        """A day in UTC: `shape` from the local hour `opens`, with bursts; `rest` of the peak outside of it."""
        day = [rest * peak] * SLOTS
        for hour, height in enumerate(shape):
            burst = self.random.choice((1.0, 1.0, 0.9, 1.15))
            day[(opens + hour - self.home[tenant]) % SLOTS] = peak * min(1.0, height * burst)
        return [float(f"{rate:.3g}") for rate in day]

    def _bot(self, tenant: str) -> dict[str, Any]:
        return self._scheduled(tenant, ("flan-t5-xxl", "llama-2-7b", "mistral-7b", "qwen-2.5-7b"))

    def _mini(self, tenant: str) -> dict[str, Any]:
        return self._scheduled(tenant, ("flan-t5-large", "flan-t5-xl", "llama-3.2-1b", "llama-3.2-3b", "qwen-2.5-1.5b"))

    def _scheduled(self, tenant: str, architectures: tuple[str, ...]) -> dict[str, Any]:
        architecture = self.random.choice(architectures)
        shape, opens = self.random.choice(((OFFICE, 8), (OFFICE, 9), (EVENING, 17)))
        rates = self._hours(tenant, shape, opens, self.random.choice((0.05, 0.08, 0.12, 0.2)))
        return {
            "architecture": architecture,
            "precision": ["int8", "bf16"],
            "framework": "triton",
            "traffic": {"requests_per_second": rates, "input_tokens": 600, "output_tokens": 120},
            "slo": {"ttft_ms": 4000, "tpot_ms": 250},
            "cold_start_s": 180,
            "priority": 10,
        }

    def _search(self, tenant: str) -> dict[str, Any]:
        rates = self._hours(tenant, OFFICE, 8, self.random.choice((0.1, 0.2, 0.4)))
        return {
            "architecture": self.random.choice(("knn-1m-384d", "knn-1m-768d")),
            "precision": "fp32",
            "framework": "scikit-learn",
            "traffic": {"requests_per_second": rates, "input_tokens": 32, "output_tokens": 1},
            "slo": {"ttft_ms": 1500},
            "cold_start_s": 120,
            "priority": 10,
        }

    def _small(self, tenant: str, architectures: tuple[str, ...], tokens: int) -> dict[str, Any]:
        rates = self._hours(tenant, OFFICE, 8, self.random.choice((0.5, 1.0, 2.0)))
        return {
            "architecture": self.random.choice(architectures),
            "precision": ["bf16", "fp32"],
            "framework": "pytorch",
            "traffic": {"requests_per_second": rates, "input_tokens": tokens, "output_tokens": 1},
            "slo": {"ttft_ms": 1000},
            "cold_start_s": 60,
            "priority": 20,
        }

    def _embedder(self, tenant: str) -> dict[str, Any]:
        return self._small(tenant, ("bge-large-en", "e5-large-v2", "gte-large"), 256)

    def _ranker(self, tenant: str) -> dict[str, Any]:
        return self._small(tenant, ("roberta-large", "bge-m3"), 384)

    def _classifier(self, tenant: str) -> dict[str, Any]:
        return self._small(tenant, ("bert-large", "distilbert-base", "e5-base-v2"), 128)

    def _assistant(self, tenant: str) -> dict[str, Any]:
        rates = self._hours(tenant, OFFICE, 8, self.random.choice((0.3, 0.5, 0.8)), rest=0.1)
        return {
            "architecture": self.random.choice(("llama-3.1-8b", "gemma-2-9b", "qwen-2.5-14b")),
            "precision": ["bf16", "int8"],
            "framework": "vllm",
            "traffic": {"requests_per_second": rates, "input_tokens": 1000, "output_tokens": 250},
            "slo": {"ttft_ms": 2500, "tpot_ms": 100},
            "streaming": True,
            "copies": {"min": 2},
            "min_zones": 2,
            "priority": 50,
        }

    def _expert(self, tenant: str) -> dict[str, Any]:
        rates = self._hours(tenant, OFFICE, 8, self.random.choice((0.2, 0.4)), rest=0.05)
        return {
            "architecture": self.random.choice(("mixtral-8x7b", "qwen-2.5-32b", "llama-3.1-70b")),
            "precision": "bf16",
            "framework": "vllm",
            "traffic": {"requests_per_second": rates, "input_tokens": 1500, "output_tokens": 300},
            "slo": {"ttft_ms": 4000, "tpot_ms": 120},
            "streaming": True,
            "max_copies_per_node": 1,
            "priority": 60,
        }

    def _summary(self, tenant: str) -> dict[str, Any]:
        rates = self._hours(tenant, OFFICE, 8, self.random.choice((0.3, 0.5)), rest=0.1)
        return {
            "architecture": "llama-2-70b",
            "precision": "bf16",
            "framework": "vllm",
            "traffic": {"requests_per_second": rates, "input_tokens": 1500, "output_tokens": 250},
            "slo": {"ttft_ms": 2500, "tpot_ms": 90},
            "streaming": True,
            "priority": 100,
        }

    def _picture(self, tenant: str) -> dict[str, Any]:
        rates = self._hours(tenant, EVENING, 16, self.random.choice((0.2, 0.4)), rest=0.05)
        return {
            "architecture": self.random.choice(("stable-diffusion-2", "stable-diffusion-xl")),
            "precision": "bf16",
            "framework": "triton",
            "traffic": {"requests_per_second": rates, "input_tokens": 77, "output_tokens": 1},
            "slo": {"ttft_ms": 30_000},
            "priority": 30,
        }


def platform() -> dict[str, Any]:
    """The whole fleet file as data."""
    drawn = Platform(SEED)
    return {
        "schema_version": 1,
        "name": "support-platform",
        "slots": SLOTS,
        "weights": {"model_size": 0, "performance": 0.15, "isolation": 0.05, "cost": 0.7, "scalability": 0.1},
        "tenants": drawn.tenants(),
        "fleet": [{"instance_type": name, "count": count, "zone": zone} for name, count in POOLS for zone in ("us-east-1a", "us-east-1b")],
        "models": drawn.models(),
    }


def text() -> str:
    """The file's text."""
    return HEAD + str(yaml.safe_dump(platform(), sort_keys=False, default_flow_style=None, width=200))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
