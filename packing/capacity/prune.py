"""Few modes out of many: drop what is no better in anything, then keep the most useful of each place in turn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from packing.capacity.choice import Need, Option

MOST_MODES = 24
MOST_OF_A_PLACE = 6
DEAREST = 8.0
"""Ways that take more than this many times the accelerators of the cheapest of the same place are left out."""

WORTH = 0.9
"""More accelerators must cut the latency, or raise what a copy serves, by at least a tenth."""


def _figures(option: Option) -> tuple[float, ...]:
    """What a smaller value of is better."""
    return (
        option.memory, option.share, option.vcpus, option.host_memory, -option.rate, option.ttft_s, option.tpot_s, option.load_s,
    )  # fmt: skip


def _order(option: Option) -> tuple[object, ...]:
    """Canonical order: places by name, then smaller first."""
    return (option.accelerator or "", option.accelerators, *_figures(option), option.precision)


def undominated(options: Sequence[Option]) -> list[Option]:
    """Without options of the same accelerator and number to which another is at least equal in everything."""
    ordered = sorted(set(options), key=_order)
    kept: list[Option] = []
    for _, group in groupby(ordered, key=lambda o: (o.accelerator, o.accelerators)):
        alike: list[tuple[tuple[float, ...], Option]] = []
        for option in group:
            mine = _figures(option)
            if not any(all(a <= b for a, b in zip(other, mine, strict=True)) for other, _ in alike):
                alike.append((mine, option))
        kept += [option for _, option in alike]
    return kept


def _cost(option: Option, need: Need) -> float:
    """Accelerators (or vCPUs) that serve one copy's rate in this way."""
    copies = max(1, math.ceil(need.rate / option.rate - 1e-9)) if option.rate > 0 else 1
    return copies * (option.accelerators * option.share or option.vcpus)


def _latency(option: Option, need: Need) -> float:
    """Seconds of a whole request."""
    return option.ttft_s + need.output * option.tpot_s


def _worth_more(options: Sequence[Option], need: Need) -> list[Option]:
    """Without options on more accelerators that are hardly faster and serve hardly more than one on fewer."""

    def buys(option: Option, fewer: Option) -> bool:
        return _latency(option, need) < WORTH * _latency(fewer, need) or option.rate * WORTH > fewer.rate

    whole = [option for option in options if option.share == 1.0]
    return [o for o in options if all(buys(o, fewer) for fewer in whole if fewer.accelerators < o.accelerators)]


def _by_use(options: Sequence[Option], need: Need) -> list[Option]:
    """Most useful first: the cheapest whole one, the cheapest part, the one with the least memory, the fastest, the rest by cost."""
    cheap = sorted(options, key=lambda o: (_cost(o, need), _latency(o, need), _order(o)))
    near = [option for option in cheap if _cost(option, need) <= DEAREST * _cost(cheap[0], need)]
    first = (
        next((o for o in cheap if o.share in (0.0, 1.0)), cheap[0]),
        next((o for o in cheap if 0.0 < o.share < 1.0), cheap[0]),
        min(near, key=lambda o: (o.memory * o.accelerators * _cost(o, need), _latency(o, need), _order(o))),
        min(near, key=lambda o: (_latency(o, need), _cost(o, need), _order(o))),
    )
    return list(dict.fromkeys((*first, *near)))[:MOST_OF_A_PLACE]


def pruned(places: Sequence[Sequence[Option]], need: Need, most: int = MOST_MODES) -> list[Option]:
    """At most `most` options: each place's most useful first, place by place in turn."""
    queues = [_by_use(_worth_more(undominated(options), need), need) for options in places if options]
    kept: list[Option] = []
    for rank in range(max(map(len, queues), default=0)):
        for queue in queues:
            if rank < len(queue) and len(kept) < most:
                kept.append(queue[rank])
    return undominated(kept)
