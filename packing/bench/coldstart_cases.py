"""Random multi-model nodes for the suite `coldstart`."""

from __future__ import annotations

import math

import numpy as np

from packing.coldstart import Member, SharedNode
from packing.coldstart.arrays import Floats

GIB = 2**30
FEWEST, MOST = 5, 50
SPREAD, LEAST_OVER, MOST_OVER = 5.0, 1.2, 5.0
LIGHT, HEAVY = 0.03, 3.0
"""Requests/s times the mean load time: what the loader would have to do if no request found its model loaded."""


def random_node(seed: int, burstiness: float = 1.0) -> SharedNode:
    """A node of 5 to 50 models: sizes up to 5 times apart, Zipf popularity, half of them with hours of the day, over-committed 1.2 to 5 times.

    Loads take a start of 0 to 5 s and the size over 0.2 to 4 GiB/s. The traffic goes from hardly any to far more than the loader can follow.
    """
    random = np.random.default_rng([20261122, seed])
    count = round(math.exp(random.uniform(math.log(FEWEST), math.log(MOST))))
    size = np.exp(random.uniform(0, math.log(random.uniform(1.0, SPREAD)), count)) * GIB
    capacity = max(size.sum() / random.uniform(LEAST_OVER, MOST_OVER), size.max())
    popularity = np.arange(1, count + 1) ** -random.uniform(0.4, 1.2)
    random.shuffle(popularity)
    load_s = random.uniform(0, 5) + size / (math.exp(random.uniform(math.log(0.2), math.log(4))) * GIB)
    rate = math.exp(random.uniform(math.log(LIGHT), math.log(HEAVY))) / load_s.mean() * popularity / popularity.sum()
    shape = _hours(random, count) if random.integers(2) else np.ones((count, 1))
    members = tuple(
        Member(f"m{at}", math.floor(size[at]), tuple((rate[at] * shape[at]).round(9).tolist()), float(load_s[at]), 0.0, burstiness)
        for at in range(count)
    )
    return SharedNode(math.ceil(capacity), members, 3600.0, f"node {seed}")


def _hours(random: np.random.Generator, count: int) -> Floats:
    """Each model has a peak somewhere in the day, more or less pronounced."""
    peak, depth, power = random.uniform(0, 24, (count, 1)), random.uniform(0, 1, (count, 1)), random.uniform(1, 4)
    wave = np.maximum(0, np.cos((np.arange(24) - peak) / 24 * 2 * np.pi)) ** power
    shape: Floats = 1 - depth + 2 * depth * wave
    return shape
