"""Peers give placements that the checker accepts, and are as good as their rules say."""

from __future__ import annotations

import pytest

from benchmarks.peers.decreasing import best_fit_decreasing, first_fit_decreasing
from benchmarks.peers.karpenter import karpenter
from benchmarks.peers.naive import naive
from benchmarks.peers.plain import NoAnswerError
from benchmarks.peers.rebalancer import rebalancer, why_not
from benchmarks.suites import peers
from packing.describe import expand, problem_from
from packing.domain.words import Status
from packing.generate import generate, random_problem
from packing.solve import solve_placement

QUICK = (first_fit_decreasing, best_fit_decreasing, karpenter)


@pytest.mark.parametrize("peer", QUICK)
def test_the_checker_accepts_them_on_random_fleets(peer):
    for seed in range(25):
        found = peer(expand(random_problem(seed)), 10.0)
        assert found.verification.ok, (seed, found.verification.violations[:3])


def test_naive_is_accepted_on_random_fleets():
    fleets = [problem for problem in map(random_problem, range(30)) if problem.slots == 1]
    for problem in fleets[:3]:
        found = naive(expand(problem), 3.0)
        assert found.verification.ok, (problem, found.verification.violations[:3])


def _fleet(sizes: list[int], stock: int | None = None, types: tuple[tuple[int, float], ...] = ((1, 1.0),)) -> dict[str, object]:
    """One model of one copy for each size in GiB, on nodes of accelerators of 100 GiB."""
    return {
        "weights": {"cost": 1},
        "instance_types": [
            {"name": f"n{count}", "accelerator": "A", "accelerators": count, "memory_per_accelerator": "100GiB", "price_per_hour": price}
            for count, price in types
        ],
        "fleet": [{"instance_type": f"n{count}", **({} if stock is None else {"count": stock})} for count, _ in types],
        "models": [
            {
                "name": f"m{index:02d}",
                "copies": 1,
                "hosting": "inference_component",
                "modes": [{"accelerator": "A", "memory_per_accelerator": f"{size}GiB"}],
            }
            for index, size in enumerate(sizes)
        ],
    }


def test_first_fit_and_best_fit_differ_where_they_must():
    # 60 and 50 open a node each; 41 fits beside 50 only. Then 8 fits on both: first fit takes the first, best fit the tighter.
    contents = []
    for peer in QUICK[:2]:
        placement = peer(expand(problem_from(_fleet([60, 50, 41, 8]))), 5.0).placement
        contents.append(sorted(sorted(copy.model for copy in placement.copies if copy.node == node.id) for node in placement.nodes))
    assert contents == [[["m00", "m03"], ["m01", "m02"]], [["m00"], ["m01", "m02", "m03"]]]


def test_stock_that_ends_leaves_copies_out():
    for peer in (*QUICK, naive):
        found = peer(expand(problem_from(_fleet([90, 90, 90], stock=2))), 5.0)
        assert found.unplaced == 1
        assert found.verification.ok
        assert found.placement.status is Status.PARTIAL


def test_karpenter_fills_large_types_and_then_consolidates():
    # Claims stay open to the large type as long as it has room: provisioning takes one n4 (5 USD) for three copies of 90 GiB;
    # three n1 (3 USD) are cheaper, which replacing one node by one cheaper node cannot reach.
    found = karpenter(expand(problem_from(_fleet([90, 90, 90], types=((1, 1.0), (4, 5.0))))), 5.0)
    assert found.placement.cost_per_hour == 5.0
    # A single copy is put on the cheapest type that holds it.
    assert karpenter(expand(problem_from(_fleet([90], types=((1, 1.0), (4, 5.0))))), 5.0).placement.cost_per_hour == 1.0


def test_karpenter_replaces_a_node_that_is_dearer_than_needed():
    from benchmarks.peers.karpenter import _consolidate
    from benchmarks.peers.plain import Clock
    from packing.compile.compiler import compile_problem
    from packing.domain.words import Hosting
    from packing.solve.node_state import NodeState

    compiled = compile_problem(expand(problem_from(_fleet([40, 50], types=((1, 1.0), (4, 5.0))))).problem)
    nodes = []
    for model in range(2):
        pool = next(index for index, each in enumerate(compiled.pools) if each.price == 5_000_000)
        state = NodeState(compiled, pool, Hosting.INFERENCE_COMPONENT)
        candidate = next(each for each in compiled.candidates if each.model == model and each.kind == compiled.pools[pool].kind)
        spot = state.fits(candidate)
        assert spot is not None
        state.add(candidate, spot)
        nodes.append(state.plan())
    after = _consolidate(compiled, nodes, Clock(5.0))
    assert [compiled.pools[node.pool].price for node in after] == [1_000_000]


def test_naive_is_exact_on_small_fleets_and_says_when_it_is_too_large(monkeypatch):
    for seed in range(3):
        problem = generate(copies=8, models=4, shapes=4, pools=2, tenants=2, tolerant_share=0.0, tightness=0.4, seed=seed)
        ours = solve_placement(problem, strategy="cp_sat", time_limit=60.0)
        found = naive(expand(problem), 10.0)
        assert ours.status is Status.OPTIMAL
        assert found.unplaced == 0
        # Hosting apart, which it does not choose, it solves the same problem; and nobody goes below a proven optimum.
        assert found.placement.objective >= ours.objective - 1e-9
    monkeypatch.setattr("benchmarks.peers.naive.MOST_BOOLEANS", 10)
    with pytest.raises(NoAnswerError, match="Booleans"):
        naive(expand(problem), 10.0)


def test_time_is_a_limit():
    for peer in (*QUICK, naive):
        with pytest.raises(NoAnswerError, match="time limit"):
            peer(expand(generate(copies=20, models=5)), 0.0)


def test_rebalancer_says_why_it_is_absent():
    with pytest.raises(NoAnswerError, match="skipped: "):
        rebalancer(expand(problem_from(_fleet([1]))), 1.0)
    assert why_not().startswith("skipped: ")


def test_the_verdict_finds_a_peer_that_is_better():
    ours = {(10, 0): {"objective": 0.5, "unplaced": 0, "bound": 0.4}}
    row = {"copies": 10, "seed": 0, "by": "naive CP-SAT", "objective": 0.45, "unplaced": 0}
    assert peers._never_better([row], ours, "naive CP-SAT") == ("1 of 1 answers: naive CP-SAT, 10 copies, seed 0", False)
    assert peers._never_better([{**row, "unplaced": 1}], ours, None)[1]
    assert peers._never_below([row], ours)[1]
    assert not peers._never_below([{**row, "objective": 0.39}], ours)[1]
