"""Every rule binds in what random problems, migration pairs, rebalancing and the conformance suite draw: a rule that is forgotten is found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

import pytest

from packing.describe import check, expand
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.generate import random_problem
from packing.solve.api import solve_placement
from packing.testing.conformance.problems import mixed_problems
from packing.testing.running_fleets import later
from tests.oracles.binding import binding_rules
from tests.oracles.pairs import random_pair

ENOUGH = 1
"""Problems in which a rule must bind."""
TRIES = 150


def small() -> Iterator[Problem]:
    """What the tests of the strategies draw."""
    return (expand(random_problem(seed)).problem for seed in range(120))


def tiny() -> Iterator[Problem]:
    """What the exhaustive searches judge."""
    return (expand(random_problem(seed, tiny=True)).problem for seed in range(400))


def pairs() -> Iterator[Problem]:
    """What migrations are planned between."""
    drawn = (random_pair(seed, tiny=seed % 3 == 0) for seed in range(120))
    return (pair.problem.problem for pair in drawn if pair is not None)


def rebalancing() -> Iterator[Problem]:
    """What fleets that run are a while later."""
    for seed in range(120):
        problem = random_problem(seed, tiny=seed % 3 == 0)
        current = solve_placement(problem, strategy="greedy", time_limit=0, processes=False).placement
        changed, _ = later(problem, current, Random(seed))
        if not check(changed):
            yield expand(changed).problem


def conformance() -> Iterator[Problem]:
    """What every strategy has to pass."""
    return (expand(problem).problem for _, problem in mixed_problems())


@pytest.mark.parametrize("drawn", [small, tiny, pairs, rebalancing, conformance])
def test_every_rule_binds_somewhere(drawn: Callable[[], Iterator[Problem]]) -> None:
    """Rule -> problems in which it alone refuses some filled nodes."""
    seen: Counter[Rule] = Counter()
    for number, problem in enumerate(drawn()):
        seen.update(binding_rules(problem, Random(number), TRIES))
        if min(seen[rule] for rule in Rule) >= ENOUGH:
            break
    print({str(rule): seen[rule] for rule in Rule})
    assert [rule for rule in Rule if not seen[rule]] == []
