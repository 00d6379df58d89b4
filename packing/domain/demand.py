"""How many copies a model asks for: the one definition that formulation, greedy and bounds share (the checker has its own).

For model i with copies between min and max, spread over at least z zones, and peak demand P (requests/s):

    base_i    = max(min_i + spare_i, z_i)  if min_i > 0, else 0
    needed_im = max(base_i, ceil((P_i + spare_i t_i) / min(r_m, t_i)))      copies, if all of them run in mode m with r_m requests/s

The throughput rule (copies x their requests/s >= the demand of every slot) is in force iff the model states
traffic and at least one of its modes states requests/s. A missing copy is counted as one of the fastest mode.

Without a standing reserve spare_i = 0 and t_i is infinite. With one (rule `survive`), no node (or zone) has more than spare_i copies of
the model, and each copy counts with no more than t_i = min(fastest r, P_i / max(1, min_i)), rounded up. What is lost with a node is then at
most spare_i copies and spare_i t_i requests/s, so that min_i copies and P_i requests/s are left (docs/rules.md, "A standing reserve"):

    survive: node     spare_i = max_copies_per_node (1 where none is stated)
    survive: zone     spare_i = ceil(max(min_i, ceil(P_i / t_i)) / (max(2, z_i) - 1)), 0 where nothing is asked for
"""

from __future__ import annotations

from packing.domain.words import Survive
from packing.domain.workload import Mode, Model


def throughput_in_force(model: Model) -> bool:
    """Whether copies must add up to the traffic."""
    return model.peak_micro > 0 and any(mode.rps_micro for mode in model.modes)


def survives(model: Model, what: Survive) -> bool:
    """Whether the model is to survive the loss of a node, or of a zone: one that asks for no copies has nothing to lose."""
    return model.survive is what and (model.copies.min > 0 or throughput_in_force(model))


def counted_at_most(model: Model) -> int | None:
    """t: requests/s (millionths) that one copy counts with at most; None: with what its mode delivers."""
    if model.survive in (None, Survive.NONE) or not throughput_in_force(model):
        return None
    fastest = max(mode.rps_micro or 0 for mode in model.modes)
    return min(fastest, -(-model.peak_micro // max(1, model.copies.min)))


def counted_micro(model: Model, mode: Mode) -> int:
    """Requests/s (millionths) that a copy in this mode counts with; 0 where the mode states none."""
    rate, most = mode.rps_micro or 0, counted_at_most(model)
    return rate if most is None else min(rate, most)


def spare_copies(model: Model) -> int:
    """Copies beyond what is asked for, so that a node or zone may be lost: as many as one of them may have."""
    if survives(model, Survive.NODE):
        return model.max_copies_per_node or 1
    if survives(model, Survive.ZONE):
        unit = counted_at_most(model)
        asked = max(model.copies.min, -(-model.peak_micro // unit) if unit else 0)
        return -(-asked // (max(2, model.min_zones) - 1))
    return 0


def node_limit(model: Model) -> int | None:
    """Copies of the model on one node, at most; None: as many as fit."""
    return spare_copies(model) if survives(model, Survive.NODE) else model.max_copies_per_node


def zone_limit(model: Model) -> int | None:
    """Copies of the model in one zone, at most; None: as many as fit."""
    return spare_copies(model) if survives(model, Survive.ZONE) else None


def copies_limit(model: Model) -> int | None:
    """Copies of the model, at most: `copies.max`, and the spare ones on top; None: no limit."""
    return None if model.copies.max is None else model.copies.max + spare_copies(model)


def base_copies(model: Model) -> int:
    """Copies asked for whatever the traffic: `copies.min` and the spare ones, and one for each zone of `min_zones`."""
    return max(model.copies.min + spare_copies(model), model.min_zones) if model.copies.min else 0


def demand_micro(model: Model) -> int:
    """Requests/s (millionths) that all copies must count for: the peak, and what spare copies deliver; 0 where throughput is not in force."""
    if not throughput_in_force(model):
        return 0
    return model.peak_micro + spare_copies(model) * (counted_at_most(model) or 0)


def fastest_micro(model: Model) -> int:
    """Requests/s (millionths) that a copy in the model's fastest mode counts with; 0 where throughput is not in force."""
    return max((counted_micro(model, mode) for mode in model.modes), default=0) if throughput_in_force(model) else 0


def copies_needed(model: Model, mode: Mode) -> int | None:
    """Copies if all run in `mode`; None where this mode cannot serve the traffic (no or zero requests/s)."""
    base = base_copies(model)
    if not throughput_in_force(model):
        return base
    rate = counted_micro(model, mode)
    return max(base, -(-demand_micro(model) // rate)) if rate else None


def fewest_copies(model: Model) -> int:
    """Copies if all run in the fastest mode: the size of the demand of which unplaced copies are a part."""
    base, rate = base_copies(model), fastest_micro(model)
    return max(base, -(-demand_micro(model) // rate)) if rate else base


def missing_copies(model: Model, placed: int, placed_rate_micro: int) -> int:
    """Copies still missing when `placed` copies are running that count for `placed_rate_micro` requests/s in all."""
    missing = max(0, base_copies(model) - placed)
    rate = fastest_micro(model)
    return max(missing, -(-(demand_micro(model) - placed_rate_micro) // rate)) if rate else missing
