"""How many copies a model asks for: the one definition that formulation, greedy and checker share.

For model i with copies between min and max, spread over at least z zones, and peak demand P (requests/s):

    base_i    = max(min_i, z_i)  if min_i > 0, else 0
    needed_im = max(base_i, ceil(P_i / r_m))      copies, if all of them run in mode m with r_m requests/s

The throughput rule (copies x their requests/s >= the demand of every slot) is in force iff the model states
traffic and at least one of its modes states requests/s. A missing copy is counted as one of the fastest mode.
"""

from __future__ import annotations

from packing.domain.workload import Mode, Model


def base_copies(model: Model) -> int:
    """Copies asked for whatever the traffic: `copies.min`, and one for each zone of `min_zones`."""
    return max(model.copies.min, model.min_zones) if model.copies.min else 0


def throughput_in_force(model: Model) -> bool:
    """Whether copies must add up to the traffic."""
    return model.peak_micro > 0 and any(mode.rps_micro for mode in model.modes)


def fastest_micro(model: Model) -> int:
    """Requests/s (millionths) of the model's fastest mode; 0 where throughput is not in force."""
    return max((mode.rps_micro or 0 for mode in model.modes), default=0) if throughput_in_force(model) else 0


def copies_needed(model: Model, mode: Mode) -> int | None:
    """Copies if all run in `mode`; None where this mode cannot serve the traffic (no or zero requests/s)."""
    base = base_copies(model)
    if not throughput_in_force(model):
        return base
    rate = mode.rps_micro
    return max(base, -(-model.peak_micro // rate)) if rate else None


def fewest_copies(model: Model) -> int:
    """Copies if all run in the fastest mode: the size of the demand of which unplaced copies are a part."""
    base, rate = base_copies(model), fastest_micro(model)
    return max(base, -(-model.peak_micro // rate)) if rate else base


def missing_copies(model: Model, placed: int, placed_rate_micro: int) -> int:
    """Copies still missing when `placed` copies with `placed_rate_micro` requests/s in all are running."""
    missing = max(0, base_copies(model) - placed)
    rate = fastest_micro(model)
    return max(missing, -(-(model.peak_micro - placed_rate_micro) // rate)) if rate else missing
