"""The rows of the target table that concern synthetic fleets: exactly these problems, seeds 0 to 4, under these limits.

The knobs are middle of the road: five instance types with 1, 4 and 8 accelerators whose memory copies share, small and
large copies, a fifth of the tenants in conflict with another. Stock has no end except in the
rows with `-stock`, where it is ample but finite. They were fixed before anything was tuned on them; a change makes the history worthless.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.weights import Weights
from packing.domain.words import Sharing
from packing.domain.workload import Copies, Mode, Model
from packing.generate import SUITES, Knobs, generate

GIB, MIB = 2**30, 2**20
AMPLE = 0.6
"""Tightness of the rows with finite stock: demand is about so much of it."""


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """One row of the target table.

    Parameters
    ----------
    name : on the command line and in the history.
    sentence : what is packed.
    limit_s : seconds for a solve.
    gap : the largest relative gap that is wanted; None: the row counts nodes above the bound instead.
    mib : most resident memory that is wanted; None: not limited.
    knobs : of `packing.generate`; None: `equal_nodes`.
    cost_only : whether cost is the only weight, so that the objective counts nodes.
    extra : whether it is not in the target table, but beside it.
    """

    name: str
    sentence: str
    limit_s: float
    gap: float | None
    mib: int | None = None
    knobs: Knobs | None = None
    cost_only: bool = False
    extra: bool = False

    def problem(self, seed: int) -> Problem:
        """The row's problem for a seed."""
        if self.knobs is None:
            return equal_nodes(seed)
        return generate(self.knobs, weights=Weights(cost=1) if self.cost_only else None, seed=seed)


HUNDRED = SUITES["small"]
THOUSAND = Knobs(models=300, shapes=100, copies=1_000, pools=5, tenants=20, isolated_share=0.15, conflicts=0.2, tightness=0)
FEW_SHAPES = Knobs(models=1_000, shapes=100, copies=10_000, pools=5, tenants=50, isolated_share=0, conflicts=0.2, tightness=0)
MANY_SHAPES = Knobs(models=2_000, shapes=1_000, copies=10_000, pools=5, tenants=200, isolated_share=0.2, conflicts=0.2, tightness=0)
HUGE = Knobs(models=3_000, shapes=300, copies=100_000, pools=5, tenants=200, isolated_share=0.1, conflicts=0.2, tightness=0)
FOURS = Knobs(models=1_000, shapes=100, copies=10_000, pools=1, tenants=0, isolated_share=0, conflicts=0, tightness=0, tolerant_share=0, modes=1)


def _with_stock(row: ScaleRow) -> ScaleRow:
    assert row.knobs is not None
    return replace(row, name=f"{row.name}-stock", sentence=f"{row.sentence}; finite stock", knobs=replace(row.knobs, tightness=AMPLE), extra=True)


_UNLIMITED = (
    ScaleRow("b", "1,000 copies, 100 shapes, tenants and conflicts", 30.0, 0.002, knobs=THOUSAND),
    ScaleRow("c", "10,000 copies, 100 shapes", 60.0, 0.001, knobs=FEW_SHAPES),
    ScaleRow("d", "10,000 copies, 1,000 shapes, 200 tenants (20 % isolated)", 120.0, 0.01, 3 * 1024, MANY_SHAPES),
    ScaleRow("e", "100,000 copies, 300 shapes", 180.0, 0.01, 6 * 1024, HUGE),
)
SCALE_ROWS: dict[str, ScaleRow] = {
    row.name: row
    for row in (
        ScaleRow("a", "100 copies, 5 pools", 10.0, 0.0, knobs=HUNDRED),
        *_UNLIMITED,
        ScaleRow("f", "10,000 copies on equal nodes of one accelerator, fewest nodes", 5.0, None, cost_only=True),
        ScaleRow("f-four", "10,000 copies on equal nodes of four accelerators, fewest nodes", 5.0, None, knobs=FOURS, cost_only=True, extra=True),
        *map(_with_stock, _UNLIMITED),
    )
}
"""By name. The letters are those of docs/performance.md."""

GREEDY = "greedy"
"""The row of greedy alone on the problems of row e."""
ROW_NAMES = (*SCALE_ROWS, GREEDY)


def equal_nodes(seed: int, copies: int = 10_000, shapes: int = 100) -> Problem:
    """Copies of many sizes on nodes that are all alike, about eighteen to a node; the fewest nodes win.

    Memory decides for most, vCPUs for some, as for tasks on equal hosts. The number of copies differs from shape to shape.
    """
    rng = random.Random(f"equal nodes {seed}")
    node = InstanceType(
        name="node", accelerator="X80", accelerators=1, memory_per_accelerator=80 * GIB, vcpus=64, price_per_hour=1.0, sharing=Sharing.MEMORY
    )
    marks = sorted(rng.sample(range(1, copies), shapes - 1))
    counts = [after - before for before, after in zip([0, *marks], [*marks, copies], strict=True)]
    models = [
        Model(
            name=f"model-{index:04d}",
            modes=(Mode(accelerator="X80", memory_per_accelerator=rng.randrange(GIB, 7 * GIB, MIB), vcpus=rng.randrange(2, 56) / 10),),
            copies=Copies(min=count, max=count),
        )
        for index, count in enumerate(counts)
    ]
    return Problem(
        name=f"equal-nodes-{seed}", weights=Weights(cost=1), instance_types=(node,), fleet=(Pool(instance_type="node"),), models=tuple(models)
    )
