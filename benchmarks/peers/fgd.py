"""Fragmentation gradient descent: the online rule of Weng et al., "Beware of Fragmentation", USENIX ATC '23, section 4.

A task m cannot use what is free of a node n, F_n(m): all of it if the node lacks the GPUs or vCPUs for m (or m uses no GPU),
else what is free on GPUs too full for m. F_n is the mean of F_n(m) over the tasks of the trace by how often each comes. A task
goes to the node and GPU that raise Σ F_n least. The formula stands in `packing.solve.greedy.online`, since ours builds on it.

Who wins a tie is not part of the rule as it stands here, and the authors' scheduler rounds scores to whole percents first. Here
scores are exact, and the rule is run twice: ties to the first node, and ties to the node with the least room left, which is better.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.public.arrivals import Outcome, arrive
from benchmarks.public.openb import Task, Trace
from packing.solve.greedy.online import fragmentation

PUBLISHED = 0.954
"""GPU allocation at 130 % arrival that the authors report, mean of 10 seeds."""


def fgd(trace: Trace, tasks: Sequence[Task], *, tightest_first: bool) -> Outcome:
    """Place the tasks in their order."""
    return arrive(trace, tasks, fragmentation, tightest_first=tightest_first)
