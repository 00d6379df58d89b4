"""What loading a copy anew costs, in units of the objective (see `packing.domain.change.Policy`)."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction

from packing.compile.data import Candidate, Compiled
from packing.compile.fit import alone_per_node
from packing.domain.bands import bands_of
from packing.domain.change import Policy
from packing.domain.durations import load_ms
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.problem import Problem
from packing.domain.units import exact
from packing.domain.workload import Mode


def effort(mode: Mode) -> int:
    """Load time × size, in ms × bytes; at least one, so that no move is free."""
    return load_ms(mode) * max(1, mode.size)


def move_prices(problem: Problem, compiled: Compiled, running: Counter[tuple[int, int]], policy: Policy) -> tuple[int, ...]:
    """Objective units of loading one copy, by candidate. `running`: copies that run now, by (model, mode)."""
    whole = sum(count * effort(problem.models[model].modes[mode]) for (model, mode), count in running.items())
    weight = exact(policy.move_weight) * OBJECTIVE_UNITS
    bands = _bands(compiled, problem, running) if policy.use_error_bands else {}
    last = max(1, len(compiled.levels) - 1)
    prices = []
    for candidate in compiled.candidates:
        model = compiled.models[candidate.model]
        rank = Fraction(last - model.level, last) if len(compiled.levels) > 1 else Fraction(0)
        mode = problem.models[candidate.model].modes[candidate.mode]
        price = weight * (1 + rank) * Fraction(effort(mode), whole) if whole else Fraction(0)
        # Of equal placements the one with fewer moves is better, also where moves are free.
        prices.append(max(1, -(-price.numerator // price.denominator)) + bands.get(candidate.index, 0))
    return tuple(prices)


def _bands(compiled: Compiled, problem: Problem, running: Counter[tuple[int, int]]) -> dict[int, int]:
    """For candidates in which a running model does not run now: what the figures could be wrong by.

    The error band times what a copy costs as it runs (its coefficient and its share of the cheapest node): a gain by
    another mode that is smaller is within the band. Both modes are predictions; the wider band counts.
    """
    runs: dict[int, set[int]] = defaultdict(set)
    for model, mode in running:
        runs[model].add(mode)
    kinds = {kind.name: kind for kind in problem.instance_types}
    found: dict[int, int] = {}

    def cost(candidate: Candidate) -> int:
        mode = problem.models[candidate.model].modes[candidate.mode]
        per_node = alone_per_node(problem.models[candidate.model], mode, kinds[compiled.kinds[candidate.kind].name]) or 1
        cheapest = min((compiled.pools[pool].coefficient for pool in compiled.kinds[candidate.kind].pools), default=0)
        return candidate.coefficient + -(-cheapest // per_node)

    for index, modes in runs.items():
        modes_of = problem.models[index].modes
        mine = [compiled.candidates[each] for each in compiled.models[index].candidates]
        now = [cost(each) for each in mine if each.mode in modes]
        if not now:
            continue
        for each in mine:
            if each.mode not in modes:
                band = max(exact(bands_of(modes_of[number]).requests_per_second) for number in (*modes, each.mode))
                found[each.index] = -(-(band * max(now)).numerator // (band * max(now)).denominator)
    return found
