"""Checks on the protocol: a strategy says what it is for and what it supports, and leaves alone what it does not."""

from __future__ import annotations

from packing.compile.compiler import compile_problem
from packing.compile.current import compile_change
from packing.compile.data import Compiled
from packing.domain.change import Policy
from packing.domain.problem import Problem
from packing.solve.context import SearchContext
from packing.solve.strategies import strategy_of
from packing.testing.conformance.problems import mixed_problems
from packing.testing.conformance.runner import SHORT_S, Check, require


def says_what_it_supports(strategy: str) -> None:
    """It has a purpose in one line, supports at least one problem, gives a line where not, and what it leaves alone still has an answer.

    A strategy may need something that runs: what counts then is a problem with a current placement.
    """
    from packing.describe import expand

    chosen = strategy_of(strategy)
    require(chosen.name == strategy and chosen.purpose and "\n" not in chosen.purpose, f"purpose {chosen.purpose!r}")
    supported = 0
    for name, problem in mixed_problems():
        compiled = compile_problem(expand(problem).problem)
        reason = chosen.supports(compiled)
        require(reason is None or (reason and "\n" not in reason), f"{name}: reason {reason!r}")
        supported += reason is None or chosen.supports(_running(problem)) is None
        if reason is not None:
            context = SearchContext(SHORT_S)
            chosen.solve(compiled, context)
            require(context.incumbent is not None, f"{name}: not supported, and no answer either")
            require(context.closed() or any(reason in each for each in context.incidents), f"{name}: {reason!r} is not reported")
    require(supported, "it supports none of the problems")


def _running(problem: Problem) -> Compiled:
    """The same problem when greedy's answer runs."""
    from packing.describe import expand
    from packing.solve.api import solve_placement

    current = solve_placement(problem, strategy="greedy", time_limit=0, processes=False).placement
    return compile_change(expand(problem).problem, current, Policy())[0]


PROTOCOL = (Check("says_what_it_supports", (says_what_it_supports.__doc__ or "").strip(), says_what_it_supports),)
