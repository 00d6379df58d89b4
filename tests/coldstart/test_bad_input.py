"""All faults of a node at once, each with its code and place."""

import math

import pytest

from packing.coldstart import Member, SharedNode, predict, simulate_endpoint
from packing.errors import ProblemError

GOOD = Member("good", 10, (0.1, 0.2), 5.0)


def codes(node, run=predict):
    with pytest.raises(ProblemError) as caught:
        run(node)
    return [fault.code for fault in caught.value.faults]


@pytest.mark.parametrize("run", [predict, simulate_endpoint])
def test_a_model_larger_than_the_memory_is_refused_with_the_reason(run):
    with pytest.raises(ProblemError) as caught:
        run(SharedNode(20 * 2**30, (GOOD, Member("huge", 30 * 2**30, (0.1, 0.1), 9.0)), name="n-7"))
    (fault,) = caught.value.faults
    assert fault.code == "too_large_for_node"
    assert fault.where == "n-7.members[1] 'huge'.size"
    assert "30 GiB" in fault.cause
    assert "20 GiB" in fault.cause
    assert "larger node" in fault.action


@pytest.mark.parametrize(("bad", "code"), [
    ({"size": 0}, "bad_number"), ({"size": 1.5}, "bad_number"), ({"size": True}, "bad_number"),
    ({"rates": (0.1,)}, "profile_length"), ({"rates": ()}, "profile_length"), ({"rates": (0.1, -1.0)}, "bad_number"),
    ({"rates": (0.1, math.nan)}, "bad_number"), ({"rates": (math.inf, 0.1)}, "bad_number"), ({"load_s": -1.0}, "bad_number"),
    ({"load_s": math.inf}, "bad_number"), ({"service_s": -1.0}, "bad_number"), ({"burstiness": 0.5}, "bad_number"), ({"name": "good"}, "duplicate_name"),
])  # fmt: skip
def test_single_values(bad, code):
    member = Member(**{"name": "bad", "size": 10, "rates": (0.1, 0.1), "load_s": 5.0, **bad})
    assert codes(SharedNode(100, (GOOD, member))) == [code]


@pytest.mark.parametrize(("bad", "code"), [
    ({"capacity": 0}, "bad_number"), ({"members": ()}, "empty_problem"), ({"slot_s": 0.0}, "bad_number"), ({"slot_s": math.nan}, "bad_number"),
    ({"loading_limit": 0.0}, "bad_number"), ({"loading_limit": 1.5}, "bad_number"),
])  # fmt: skip
def test_the_node_itself(bad, code):
    assert codes(SharedNode(**{"capacity": 100, "members": (GOOD,), **bad})) == [code]


def test_all_faults_come_at_once():
    node = SharedNode(100, (GOOD, Member("a", 0, (0.1,), -1.0), Member("b", 500, (0.1, 0.1), 1.0)), slot_s=-1.0)
    assert sorted(codes(node)) == ["bad_number", "bad_number", "bad_number", "profile_length", "too_large_for_node"]


@pytest.mark.parametrize("options", [{"requests": 0}, {"requests": 10**9}, {"requests": True}, {"seed": -1}, {"seed": 1.0}])
def test_options_of_the_simulation(options):
    assert codes(SharedNode(100, (GOOD,)), lambda node: simulate_endpoint(node, **options)) == ["bad_option"]


def test_a_method_that_is_not_there():
    assert codes(SharedNode(100, (GOOD,)), lambda node: predict(node, method="magic")) == ["bad_option"]


def test_more_requests_than_can_be_simulated():
    node = SharedNode(100, (Member("a", 10, (1e6,), 1.0),))
    assert codes(node, simulate_endpoint) == ["too_large"]
