"""Where the time of a solve goes: own time by file of the library, and by what OR-Tools does for it.

What the interpreter and the standard library do is counted for the file that asked for it. Profiled time is longer than real time
where many small functions are called; shares are what to read.
"""

from __future__ import annotations

import cProfile
import pstats
from collections import defaultdict
from collections.abc import Callable
from typing import Any

Function = tuple[str, int, str]
Entry = tuple[int, int, float, float, dict[Function, tuple[int, int, float, float]]]
DEEP = 40
"""Calls of calls that are followed back to a file of the library; recursion in the standard library is cut off there."""


def profiled(function: Callable[..., Any], *arguments: Any) -> tuple[Any, dict[str, float]]:
    """(what the function returned, own seconds by place), the function's own process only, the calling thread only."""
    profile = cProfile.Profile()
    value = profile.runcall(function, *arguments)
    return value, by_place(pstats.Stats(profile).stats)  # type: ignore[attr-defined]


def by_place(stats: dict[Function, Entry]) -> dict[str, float]:
    """Own seconds by place; time of functions without a place goes to their callers, in proportion to what each of them caused."""
    seconds: defaultdict[str, float] = defaultdict(float)
    open_: dict[Function, float] = {}
    for function, (_, _, own, _, _) in stats.items():
        place = place_of(function)
        if place is None:
            open_[function] = own
        else:
            seconds[place] += own
    for _ in range(DEEP):
        passed: defaultdict[Function, float] = defaultdict(float)
        for function, amount in open_.items():
            callers = {caller: entry[3] for caller, entry in stats[function][4].items() if caller != function}
            total = sum(callers.values())
            if not total:
                seconds["elsewhere"] += amount
            for caller, caused in callers.items() if total else ():
                place = place_of(caller)
                if place is None:
                    passed[caller] += amount * caused / total
                else:
                    seconds[place] += amount * caused / total
        open_ = dict(passed)
    seconds["elsewhere"] += sum(open_.values())
    return dict(seconds)


def place_of(function: Function) -> str | None:
    """File of the library, or part of OR-Tools; None: whoever called it is meant."""
    file, _, name = function
    path = file.replace("\\", "/")
    if "/packing/" in path:
        return "packing/" + path.rsplit("/packing/", 1)[1]
    if "ortools/sat" in path or "cp_model" in name or "sat_helper" in name.lower():
        return "OR-Tools: CP-SAT"
    if "ortools" in path or "ortools" in name or "math_opt" in name:
        return "OR-Tools: linear and integer programs"
    return None
