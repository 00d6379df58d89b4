"""The core by itself, without models and nodes: bound and cost against a second opinion, SCIP on a formulation bin by bin."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from packing.solve.context import SearchContext
from packing.solve.node_patterns.problem import UNLIMITED, Bin, Demand, Item, Pool, Problem
from packing.solve.node_patterns.solve import solve


def forever():
    return SearchContext(1e6).share()


def vectors(seed, most=9):
    """Vector packing: equal bins, few items of one to three copies."""
    rng = random.Random(f"vectors {seed}")
    capacity = (100,) * rng.randint(1, 4)
    items = tuple(Item(i, 0, tuple(rng.randint(5, rng.choice((40, 70, 95))) for _ in capacity), 99, 0) for i in range(rng.randint(2, most)))
    demands = tuple(Demand(rng.choice((1, 1, 1, 2, 3))) for _ in items)
    return Problem(items, (Bin(0, capacity, None, tuple(range(len(items)))),), (Pool(7, UNLIMITED),), ((0,),), demands)


def mixture(seed):
    """Several sorts of bins, kinds, pools with and without stock; items with costs and rates; some demands in requests/s."""
    rng = random.Random(f"mixture {seed}")
    kinds = rng.randint(1, 2)
    pools, of_kind = [], []
    for _ in range(kinds):
        mine = [len(pools) + number for number in range(rng.randint(1, 2))]
        pools += [Pool(rng.choice((0, 10, rng.randint(20, 90))), rng.choice((UNLIMITED, UNLIMITED, 1, 2, 3))) for _ in mine]
        of_kind.append(tuple(mine))
    demands = [Demand(rng.randint(1, 3), rng.choice((0, 0, rng.randint(1, 30)))) for _ in range(rng.randint(1, 4))]
    items, bins = [], []
    for number in range(rng.randint(kinds, kinds + 1)):
        capacity = tuple(rng.choice((10, 1_000)) for _ in range(rng.randint(1, 2)))
        chosen = []
        for index, demand in enumerate(demands):
            for _ in range(rng.choice((0, 1, 1, 2))):
                weights = tuple(rng.randint(0, room) for room in capacity)
                chosen.append(len(items))
                items.append(
                    Item(index, number, weights, rng.choice((1, 9)), rng.choice((0, 5, rng.randint(1, 30))), rng.randint(1, 9) if demand.peak else 0)
                )
        bins.append(Bin(number % kinds, capacity, None, tuple(chosen)))
    return Problem(tuple(items), tuple(bins), tuple(pools), tuple(of_kind), tuple(demands))


def second_opinion(problem):
    """The optimum by SCIP; None if there is no solution. Every bin that could be opened is told apart."""
    from ortools.math_opt.python import mathopt

    program = mathopt.Model()
    most = [max(d.copies, d.peak) for d in problem.demands]  # a copy serves at least one request/s where a peak is stated
    copies, cost = {}, []
    for kind, pools in enumerate(problem.kinds):
        for pool in pools:
            for _ in range(min(problem.pools[pool].stock, sum(most))):
                sorts = {b: program.add_binary_variable() for b, each in enumerate(problem.bins) if each.kind == kind}
                program.add_linear_constraint(mathopt.fast_sum(sorts.values()) <= 1)
                cost.append(problem.pools[pool].cost * mathopt.fast_sum(sorts.values()))
                for b, opened in sorts.items():
                    x = {i: program.add_integer_variable(lb=0, ub=problem.items[i].limit) for i in problem.bins[b].items}
                    for i, each in x.items():
                        program.add_linear_constraint(each <= problem.items[i].limit * opened)
                        cost.append(problem.items[i].cost * each)
                        copies.setdefault(problem.items[i].demand, []).append((i, each))
                    for d, room in enumerate(problem.bins[b].capacity):
                        program.add_linear_constraint(mathopt.fast_sum(problem.items[i].weights[d] * each for i, each in x.items()) <= room * opened)
    for index, demand in enumerate(problem.demands):
        mine = copies.get(index, [])
        if not mine:
            return None
        program.add_linear_constraint(mathopt.fast_sum(each for _, each in mine) >= demand.copies)
        program.add_linear_constraint(mathopt.fast_sum(problem.items[i].rate * each for i, each in mine) >= demand.peak)
    program.minimize(mathopt.fast_sum(cost))
    answer = mathopt.solve(program, mathopt.SolverType.GSCIP)
    if answer.termination.reason is mathopt.TerminationReason.INFEASIBLE:
        return None
    assert answer.termination.reason is mathopt.TerminationReason.OPTIMAL
    return round(answer.objective_value())


def check(problem, outcome):
    """The columns are contents, serve all demands, and cost what is said."""
    served, rates, cost = Counter(), Counter(), problem.cost(outcome.columns)
    for number, content in outcome.columns:
        each = problem.bins[number]
        for index, count in content:
            item = problem.items[index]
            assert index in each.items
            assert 0 < count <= item.limit
            served[item.demand] += count
            rates[item.demand] += count * item.rate
        for d, room in enumerate(each.capacity):
            assert sum(problem.items[index].weights[d] * count for index, count in content) <= room
    assert all(served[index] >= demand.copies and rates[index] >= demand.peak for index, demand in enumerate(problem.demands))
    assert cost is not None
    assert cost == outcome.cost
    return cost


def judge(problems):
    """(solved to the optimum, bound equal to it, all that have a solution)."""
    reached = proven = solvable = 0
    for name, problem in problems:
        outcome = solve(problem, forever())
        best = second_opinion(problem)
        if best is None:
            assert not outcome.columns, name
            continue
        solvable += 1
        assert outcome.bound <= best, (name, outcome, best)
        proven += outcome.bound == best
        if outcome.columns:
            cost = check(problem, outcome)
            assert cost >= best, name
            reached += cost == best
    return reached, proven, solvable


def test_vectors_against_scip():
    reached, proven, solvable = judge((seed, vectors(seed, 7)) for seed in range(25))
    assert solvable == 25
    assert min(reached, proven) >= 24


def test_mixtures_against_scip():
    reached, proven, solvable = judge((seed, mixture(seed)) for seed in range(40))
    assert solvable > 20
    assert reached > 0.6 * solvable
    assert proven > 0


@pytest.mark.campaign
def test_many_against_scip():
    print(judge((seed, mixture(seed)) for seed in range(1_000, 3_000)))
    print(judge((seed, vectors(seed, 8)) for seed in range(1_000, 1_500)))


def test_the_same_answer_twice():
    problem = vectors(3, 40)
    assert solve(problem, forever(), seed=1) == solve(problem, forever(), seed=1)


def test_only_better_than_what_is_known():
    problem = vectors(5)
    best = solve(problem, forever())
    assert best.cost == best.bound
    again = solve(problem, forever(), upper=best.cost)
    assert (again.bound, again.cost, again.columns) == (best.bound, None, ())


def test_no_time():
    problem = vectors(6)
    assert solve(problem, SearchContext(0.0).share()).columns == ()
    assert solve(problem, SearchContext(0.0).share()).bound == problem.constant
