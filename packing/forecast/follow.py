"""A plan that is made anew for every slot: what the last cycle needed at most, times a factor.

A fixed plan cannot know that next week will be unlike this one. One that is made anew does not have to: with the window of a
whole cycle every hour of the day is in it, so that the daily peak is planned for before it comes, and a change of the level is
followed within a day. benchmarks/traffic.md compares it with fixed plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from packing.forecast.level import Series, factor_for


def followed(loads: Series, window: int, begin: int, factor: Fraction = Fraction(1)) -> tuple[int | None, ...]:
    """What is planned for each moment from `begin` on, from the `window` moments before it; None where none of them is known.

    Parameters
    ----------
    loads : moment by moment: a rate, or the weighted sum of several; None where it is not known.
    factor : on top of the largest load of the window.
    """
    planned: list[int | None] = []
    for at in range(begin, len(loads)):
        known = [load for load in loads[max(0, at - window) : at] if load is not None]
        planned.append(ceil(max(known) * factor) if known else None)
    return tuple(planned)


def fitted(loads: Series, window: int, share: Fraction, asked: Sequence[int] | None = None) -> Fraction:
    """The smallest factor with which following these loads would have served a share of what was asked for; never below 1.

    The first window is what the rest is planned from. With nothing after it there is nothing to fit, and the factor is 1.

    Parameters
    ----------
    asked : moment by moment, the requests; default: the loads themselves count.
    """
    planned = followed(loads, window, window)
    known = [at for at, plan in enumerate(planned, start=window) if plan is not None and loads[at] is not None]
    pairs = [(loads[at] or 0, planned[at - window] or 0) for at in known]
    if not any(load for load, _ in pairs):
        return Fraction(1)
    found = factor_for(pairs, share, None if asked is None else [asked[at] for at in known])
    return max(Fraction(1), found if found is not None else Fraction(1))
