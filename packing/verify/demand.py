"""How many copies a model asks for, as the checker reckons it: its own reading of docs/rules.md, which shares nothing with the planner's.

It counts in steps where `packing.domain.demand` divides upwards in one go, and reads the model's figures itself.
"""

from __future__ import annotations

from packing.domain.units import MICRO, capacity, need
from packing.domain.words import Survive
from packing.domain.workload import Mode, Model


def _peak(model: Model) -> int:
    """The largest demand of any slot, millionths of a request/s. Rounding up keeps order, so that one of them is enough to be rounded."""
    return need(max(model.traffic.requests_per_second), MICRO) if model.traffic is not None else 0


def _rate(mode: Mode) -> int:
    return 0 if mode.requests_per_second is None else capacity(mode.requests_per_second, MICRO)


def _pieces(amount: int, size: int) -> int:
    """Pieces of this size that hold the amount."""
    whole, rest = divmod(max(0, amount), size)
    return whole + (1 if rest else 0)


def throughput_in_force(model: Model) -> bool:
    """There is traffic, and a mode says what it serves."""
    return _peak(model) > 0 and sum(map(_rate, model.modes)) > 0


def _reserve(model: Model) -> Survive | None:
    wanted = model.survive is Survive.NODE or model.survive is Survive.ZONE
    return model.survive if wanted and (model.copies.min >= 1 or throughput_in_force(model)) else None


def counted_at_most(model: Model) -> int | None:
    """t of "A standing reserve": millionths of a request/s; None: what its mode delivers."""
    if _reserve(model) is None or not throughput_in_force(model):
        return None
    share = _pieces(_peak(model), model.copies.min or 1)
    return min([share, max(map(_rate, model.modes))])


def _spare(model: Model) -> int:
    reserve = _reserve(model)
    if reserve is None:
        return 0
    if reserve is Survive.NODE:
        return 1 if model.max_copies_per_node is None else model.max_copies_per_node
    unit, zones = counted_at_most(model), max(2, model.min_zones)
    alive = max(model.copies.min, _pieces(_peak(model), unit)) if unit else model.copies.min
    return _pieces(alive, zones - 1)


def node_limit(model: Model) -> int | None:
    """Copies on one node at most; None: no limit."""
    return _spare(model) if _reserve(model) is Survive.NODE else model.max_copies_per_node


def zone_limit(model: Model) -> int | None:
    """Copies in one zone at most; None: no limit."""
    return _spare(model) if _reserve(model) is Survive.ZONE else None


def copies_limit(model: Model) -> int | None:
    """Copies at most; None: no limit."""
    most = model.copies.max
    return most if most is None else most + _spare(model)


def base_copies(model: Model) -> int:
    """Copies whatever the traffic."""
    least = model.copies.min
    return 0 if least == 0 else max(model.min_zones, least + _spare(model))


def demand_micro(model: Model) -> int:
    """What all copies must count for; 0 where throughput is not in force."""
    return _peak(model) + (counted_at_most(model) or 0) * _spare(model) if throughput_in_force(model) else 0


def _counts(model: Model, mode: Mode) -> int:
    most = counted_at_most(model)
    return _rate(mode) if most is None else min(most, _rate(mode))


def fastest_micro(model: Model) -> int:
    """What a copy of the fastest mode counts for; 0 where throughput is not in force."""
    return max(_counts(model, mode) for mode in model.modes) if throughput_in_force(model) else 0


def copies_needed(model: Model, mode: Mode) -> int | None:
    """Copies if all run in the mode; None where it serves nothing of what is asked for."""
    if not throughput_in_force(model):
        return base_copies(model)
    rate = _counts(model, mode)
    return max(_pieces(demand_micro(model), rate), base_copies(model)) if rate else None


def fewest_copies(model: Model) -> int:
    """Copies that are missing where none is placed."""
    return missing_copies(model, 0, 0)


def missing_copies(model: Model, placed: int, placed_rate_micro: int) -> int:
    """Copies that are missing, each counted as one of the fastest mode."""
    by_number, rate = max(0, base_copies(model) - placed), fastest_micro(model)
    return max(by_number, _pieces(demand_micro(model) - placed_rate_micro, rate)) if rate else by_number
