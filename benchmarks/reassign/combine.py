"""Combining two assignments exactly: each process takes its machine in one or in the other, by CP-SAT.

One is within all capacities, so that an answer always exists; the other may be a cheaper one that is not. This is what turns
the end of a search through overloaded states into the best valid assignment between it and the incumbent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.reassign.arrays import Arrays

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

Choice = dict[tuple[int, int], Any]
"""(process, machine): the Boolean that puts it there."""


def combine(arrays: Arrays, valid: list[int], other: list[int], work: float, seconds: float | None, seed: int) -> list[int]:
    """The cheapest assignment found between the two, no dearer than `valid` as far as the solver can tell.

    Parameters
    ----------
    valid : an assignment that breaks no rule.
    other : any assignment.
    work : limit in CP-SAT's deterministic seconds.
    seconds : limit in seconds; None: none.

    Returns
    -------
    Machine of each process; `valid` where nothing better was found.
    """
    differing = [process for process, pair in enumerate(zip(valid, other, strict=True)) if pair[0] != pair[1]]
    if not differing:
        return list(valid)
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    chosen: Choice = {}
    for process in differing:
        takes_other = model.new_bool_var("")
        chosen[process, other[process]] = takes_other
        chosen[process, valid[process]] = ~takes_other
        model.add_hint(takes_other, 0)
    fixed = {process: machine for process, machine in enumerate(valid) if machine == other[process]}
    _rules(arrays, model, chosen, fixed)
    model.minimize(sum(_costs(arrays, model, chosen, fixed)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = work
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return list(valid)
    return [
        other[process] if (process, machine) in chosen and solver.boolean_value(chosen[process, other[process]]) else machine
        for process, machine in enumerate(valid)
    ]


def _rules(arrays: Arrays, model: cp_model.CpModel, chosen: Choice, fixed: dict[int, int]) -> None:
    """Conflicts, spread and dependencies of the services of processes that have a choice."""
    problem = arrays.problem
    held: dict[int, set[int]] = defaultdict(set)
    for process, machine in fixed.items():
        held[problem.processes[process].service].add(machine)
    options: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for (process, machine), literal in chosen.items():
        options[problem.processes[process].service][machine].append(literal)
    for service, by_machine in options.items():
        for machine, literals in by_machine.items():
            if machine in held[service]:
                for literal in literals:
                    model.add_bool_and([~literal])
            elif len(literals) > 1:
                model.add_at_most_one(literals)
        _spread(arrays, model, service, by_machine, held[service])
    pairs = {
        (own, other) for own, each in enumerate(problem.services) for other in each.needs if own != other and (own in options or other in options)
    }
    for own, other in sorted(pairs):
        _dependency(arrays, model, options[own], held[own], options[other], held[other])


def _spread(arrays: Arrays, model: cp_model.CpModel, service: int, by_machine: dict[int, list[Any]], held: Iterable[int]) -> None:
    machines = arrays.problem.machines
    sure = {machines[machine].location for machine in held}
    wanted = arrays.problem.services[service].spread - len(sure)
    if wanted <= 0:
        return
    at: dict[int, list[Any]] = defaultdict(list)
    for machine, literals in by_machine.items():
        if machines[machine].location not in sure:
            at[machines[machine].location] += literals
    used = []
    for literals in at.values():
        used.append(model.new_bool_var(""))
        model.add_bool_or([*literals, ~used[-1]])
    model.add(sum(used) >= wanted)


def _dependency(
    arrays: Arrays, model: cp_model.CpModel, own: dict[int, list[Any]], own_held: set[int], other: dict[int, list[Any]], other_held: set[int]
) -> None:
    """Where a process of the first service runs, one of the second runs in the same neighbourhood."""

    def area(machine: int) -> int:
        return arrays.problem.machines[machine].neighbourhood

    sure = {area(machine) for machine in other_held}
    helpers: dict[int, list[Any]] = defaultdict(list)
    for machine, literals in other.items():
        helpers[area(machine)] += literals
    for needing in {area(machine) for machine in own_held} - sure:
        model.add_bool_or(helpers[needing])
    for machine, literals in own.items():
        if area(machine) not in sure:
            for literal in literals:
                model.add_bool_or([*helpers[area(machine)], ~literal])


def _costs(arrays: Arrays, model: cp_model.CpModel, chosen: Choice, fixed: dict[int, int]) -> list[Any]:
    """Hold the capacities and return the terms of the objective; the most moves in one service are left to the caller's comparison."""
    level = arrays.offset.copy()
    for process, machine in fixed.items():
        level[machine] += arrays.adds(process, machine)
    at: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for (process, machine), literal in chosen.items():
        at[machine].append((process, literal))
    terms: list[Any] = [int(arrays.moving[process, machine]) * literal for (process, machine), literal in chosen.items()]
    for machine, options in at.items():
        added = np.array([arrays.adds(process, machine) for process, _ in options]) // arrays.scale
        start = level[machine] // arrays.scale
        highest = start + np.maximum(added, 0).sum(0)
        for row in np.flatnonzero(highest > 0).tolist():
            reached = int(start[row]) + sum(int(amount) * literal for amount, (_, literal) in zip(added[:, row], options, strict=True) if amount)
            if row >= arrays.soft:
                model.add(reached <= 0)
                continue
            above = model.new_int_var(0, int(highest[row]), "")
            model.add(above >= reached)
            terms.append(int(arrays.scale[row]) * above)
    return terms
