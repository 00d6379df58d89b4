"""What runs now is known wherever the search takes place: pins hold in an executor as they do in child processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from packing import solve_placement
from packing.bench.fragmented import problem_and_current
from packing.compile.current import compile_change
from packing.describe import expand
from packing.domain.change import Policy
from packing.solve.remote.parts import large_parts


def test_an_executor_knows_what_runs() -> None:
    problem, current = problem_and_current()
    pins = ("b0-2", "b2-1", "a", "c")
    with ThreadPoolExecutor(1) as executor:
        result = solve_placement(problem, current=current, policy=Policy(pins=pins), time_limit=4, executor=executor)
    was = {copy.model: (copy.node, copy.accelerators) for copy in current.copies}
    now = {copy.model: (copy.node, copy.accelerators) for copy in result.placement.copies}
    pinned = [name for name in was if name in pins or was[name][0] in pins]
    assert len(pinned) == 8
    assert [now[name] for name in pinned] == [was[name] for name in pinned]
    assert result.change is not None
    assert not result.change.notices


def test_what_runs_is_one_piece_of_work_with_all_its_nodes() -> None:
    problem, current = problem_and_current()
    compiled, _ = compile_change(expand(problem).problem, current, Policy())
    (part,) = large_parts(compiled)
    assert part.compiled.home == compiled.home
    assert compiled.home is not None
    from packing.solve.rebalance.mend import mend

    plan = mend(compiled)
    assert {node.home for node in plan.nodes} == {0, 1, 2}
    assert part.nodes_in_whole(part.plan_in_part(plan)) == plan.nodes
