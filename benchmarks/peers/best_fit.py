"""Online best fit: each task onto the GPU with the least room that still has enough, ties to the node with the least room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.public.arrivals import Outcome, arrive
from benchmarks.public.openb import Task, Trace
from packing.solve.greedy.online import Ints, Mix, Room


def best_fit(trace: Trace, tasks: Sequence[Task]) -> Outcome:
    """Place the tasks in their order."""
    return arrive(trace, tasks, tightness, tightest_first=True)


def tightness(room: Room, _mix: Mix) -> Ints:
    """A potential that rises by 2·d·free − d² where d is taken of a GPU: least on the tightest one."""
    return np.asarray(-(room.free**2).sum(axis=1))
