"""Load on a shared accelerator: how much slower a copy is than its figures say while its neighbours are busy.

The law is fair turns (processor sharing): the accelerator's time goes round among the busy copies in equal parts; a copy
that can use less than its part leaves the rest to the others. What a copy can use is its *demand*:

* a copy with a `compute_share` s has figures that were taken at that share, so its demand is s;
* a copy without one (0) has figures that were taken alone, so its demand is the whole accelerator: 1.

The slow-down of a copy is demand / part. Shares that are stated and sum to at most one (rule `compute`) slow nobody down;
n busy copies without a share are n times slower each. Measurements to compare with, and where the law errs: docs/sharing.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from packing.domain.placement import PlacedCopy


def parts(demands: Sequence[float]) -> tuple[float, ...]:
    """What each of several busy copies gets of one accelerator: max-min fair, Σ parts = min(1, Σ demands).

    Parameters
    ----------
    demands : share of the accelerator that each could use, 0 < d ≤ 1.

    Returns
    -------
    min(d, L) for each, with the level L that uses the accelerator up; the demands themselves where they fit.
    """
    if sum(demands) <= 1:
        return tuple(demands)
    left, level = 1.0, 1.0
    rest = len(demands)
    for demand in sorted(demands):
        level = left / rest
        if demand > level:
            break
        left, rest = left - demand, rest - 1
    return tuple(min(demand, level) for demand in demands)


def slowdown(shares: Sequence[float], busy: Sequence[bool] | None = None, *, work_conserving: bool = False) -> tuple[float, ...]:
    """Factor on the times of each copy on one accelerator (its requests/s are divided by it).

    Parameters
    ----------
    shares : `compute_share` of each copy on the accelerator; 0: not stated.
    busy : which of them have requests in flight; None: all. A copy that is not busy gets the factor that its first request would see.
    work_conserving : whether copies with a share may also use what nobody else uses (time slices, MPS without limits). The
        default is that a share is also a cap, as planned; with True the factor of a copy falls to its share where all others idle.

    Returns
    -------
    One factor per copy. Without `work_conserving` none is below 1.

    Examples
    --------
    >>> slowdown([0.0, 0.0, 0.0])
    (3.0, 3.0, 3.0)
    >>> slowdown([0.5, 0.25])
    (1.0, 1.0)
    >>> slowdown([0.5, 0.0])
    (1.0, 2.0)
    """
    working = [True] * len(shares) if busy is None else list(busy)
    everyone = _factors(shares, working, work_conserving)
    if all(working):
        return everyone
    return tuple(
        everyone[at] if working[at] else _factors(shares, [*working[:at], True, *working[at + 1 :]], work_conserving)[at] for at in range(len(shares))
    )


def _factors(shares: Sequence[float], working: Sequence[bool], work_conserving: bool) -> tuple[float, ...]:
    """Demand over part for those that work, 1 for the others."""
    demands = [share or 1.0 for share in shares]
    at_work = [at for at, works in enumerate(working) if works]
    granted = dict(zip(at_work, parts([demands[at] for at in at_work]), strict=True))
    idle = max(0.0, 1.0 - sum(granted.values()))
    if work_conserving and idle > 0:
        # All demands are met: what is left goes to those with a share, in proportion.
        whole = sum(granted.values())
        granted = {at: part * (whole + idle) / whole for at, part in granted.items()}
    return tuple(demands[at] / granted[at] if at in granted else 1.0 for at in range(len(shares)))


def node_slowdown(copies: Sequence[PlacedCopy], busy: Sequence[bool] | None = None, *, isolated: bool = False) -> tuple[float, ...]:
    """The same for all copies of one node: a copy on several accelerators goes at the pace of the slowest of them.

    Parameters
    ----------
    copies : what runs on the node; those of CPU modes have cores of their own and are not slowed down.
    busy : which of them have requests in flight; None: all.
    isolated : whether every copy has a partition of its own (`sharing: mig`): then nobody is slowed down.
    """
    if isolated:
        return (1.0,) * len(copies)
    on: defaultdict[int, list[int]] = defaultdict(list)
    for at, copy in enumerate(copies):
        for accelerator in copy.accelerators:
            on[accelerator].append(at)
    factors = [1.0] * len(copies)
    for members in on.values():
        if len(members) == 1:
            continue
        working = None if busy is None else [busy[at] for at in members]
        for at, factor in zip(members, slowdown([copies[at].mode.compute_share for at in members], working), strict=True):
            factors[at] = max(factors[at], factor)
    return tuple(factors)


def asked(shares: Iterable[float], loads: Iterable[float]) -> float:
    """How much of one accelerator its copies are asked for together; above 1 they cannot all deliver what they state.

    Parameters
    ----------
    shares : `compute_share` of each copy; 0: not stated.
    loads : what each is asked for over what it states that it delivers, 0..1: a copy without a share takes that much of the accelerator's time.
    """
    return sum(share or min(1.0, load) for share, load in zip(shares, loads, strict=True))
