"""How many copies of one candidate fit into an empty node by themselves."""

from __future__ import annotations

from packing.compile.data import UNLIMITED, Candidate, Compiled
from packing.domain.units import MICRO
from packing.solve.node_state import MIG


def copies_alone(compiled: Compiled, candidate: Candidate, most: int) -> int:
    """Exact, and no more than `most`.

    n copies that take `width` different accelerators each, at most m of them on one accelerator, fit on G of
    them iff G * min(n, m) >= width * n (deal them out in turn): n <= m, or n <= G * m / width.
    """
    kind = compiled.kinds[candidate.kind]
    count = min(most, compiled.models[candidate.model].max_per_node)
    # A copy that is never resident takes its partition, and nothing else.
    resident = bool(candidate.mask)
    if candidate.width:
        capacity = (kind.memory, MICRO, 1, kind.mig_compute, kind.mig_memory)
        on_one = UNLIMITED
        for dimension, (has, amount) in enumerate(zip(capacity, candidate.demand, strict=True)):
            if amount and (resident or dimension >= MIG):
                on_one = min(on_one, has // amount)
        count = min(count, max(on_one, kind.accelerators * on_one // candidate.width))
    for has, amount in zip((kind.vcpus, kind.host_memory, *kind.resources), candidate.node_demand, strict=True):
        if amount and resident:
            count = min(count, has // amount)
    return count
