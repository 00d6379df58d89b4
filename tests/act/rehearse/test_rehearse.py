"""Whole rehearsals: what must hold of any, and schedules by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import packing as pk
from packing.act.rehearse import Routing, Stream, Streams, rehearse
from packing.act.rehearse.law import service_of_one
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.errors import ProblemError
from packing.generate import random_problem
from packing.solve.api import solve_placement

from .common import BOX, MODE, model, placement, problem


def checked(of: Problem, plan: object, **options: object) -> pk.Rehearsal:
    """A rehearsal of which the sums are right."""
    done = rehearse(of, plan, **options)
    for each in done.models:
        assert each.requests == each.served + each.refused
        assert 0 <= each.attained <= each.served
        assert 0 <= each.in_flight <= each.served
        assert each.attained + each.late_first + each.late_tokens >= each.served
        assert each.ttft_ms.p50 is None or each.ttft_ms.p50 <= each.ttft_ms.p95 <= each.ttft_ms.p99
    for name in ("requests", "served", "refused", "in_flight", "attained", "cold_starts", "loads"):
        assert getattr(done, name) == sum(getattr(each, name) for each in done.models)
    assert sum(node.served for node in done.nodes) == done.served
    assert all(0 <= node.utilisation <= 1.2 and 0 <= node.loading <= 1 for node in done.nodes)
    return done


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10_000), st.sampled_from(list(Routing)), st.sampled_from([1.0, 8.0]), st.sampled_from([0.0, 0.7]))
def test_nothing_gets_lost_in_any_fleet(number, routing, burstiness, spread):
    of = random_problem(number)
    result = solve_placement(of, time_limit=0, processes=False)
    if result.has_placement:
        options = {"hours": 0.1, "routing": routing, "burstiness": burstiness, "spread": spread}
        first = checked(of, result.placement, **options)
        assert first.to_json() == checked(of, result.placement, **options).to_json()


def test_the_requests_are_those_of_the_profile_and_do_not_depend_on_the_other_models():
    both = problem([model("a", [2.0, 0.0]), model("b", [1.0, 3.0])], slots=2)
    alone = problem([model("a", [2.0, 0.0])], slots=2)
    two, one = checked(both, placement(both, [["a"], ["b"]])), checked(alone, placement(alone, [["a"]]))
    counts = {each.model: each for each in two.models}
    assert counts["a"].requests == pytest.approx(7200, abs=4 * 7200**0.5)
    assert counts["b"].requests == pytest.approx(14400, abs=4 * 14400**0.5)
    assert counts["a"] == one.models[0]
    assert two.hours == 2
    assert two.cost_usd == pytest.approx(8)
    assert two.cost_per_day == pytest.approx(96)


@pytest.mark.parametrize("routing", list(Routing))
def test_twice_as_many_copies_are_no_worse(routing):
    of = problem([model("a", 7.3)])
    one, two, four = (checked(of, placement(of, [["a"]] * count), routing=routing).attainment for count in (1, 2, 4))
    assert one is not None
    assert one < 0.9 < two <= four + 0.001
    assert four > 0.99


def test_bursts_are_worse_and_long_lengths_spread_latency():
    of = problem([model("a", 5.0)])
    there = placement(of, [["a"]])
    calm, bursts = checked(of, there), checked(of, there, burstiness=20.0)
    assert bursts.attainment < calm.attainment - 0.04
    assert bursts.requests == pytest.approx(calm.requests, rel=0.25)
    generating = {"traffic": {"requests_per_second": 0.5, "input_tokens": 100, "output_tokens": 50}}
    mode = {**MODE, "requests_per_second": 2, "tpot_ms": 20}
    long = problem([model("a", 0.5, **generating, modes=[mode])])
    alike, spread = (checked(long, placement(long, [["a"]]), spread=each) for each in (0.0, 1.0))
    assert spread.models[0].end_to_end_s.p99 > 1.5 * alike.models[0].end_to_end_s.p99
    assert alike.models[0].tpot_ms.p50 == pytest.approx(20)


def test_no_traffic_at_all():
    of = problem([model("a", [0.0, 0.0])], slots=2)
    done = checked(of, placement(of, [["a"]]))
    assert (done.requests, done.attainment, done.models_asked) == (0, None, 0)
    assert any("No requests came: a" in each for each in done.notices)


def test_neighbours_without_shares_slow_each_other_down():
    of = problem([model("a", 3.6), model("b", 3.6)])
    together, apart = checked(of, placement(of, [["a", "b"]])), checked(of, placement(of, [["a"], ["b"]]))
    assert together.attainment < apart.attainment - 0.05


def times(*at: float) -> Stream:
    return Stream(np.array(at))


def test_a_schedule_by_hand():
    """The model has a copy in slot 1 only: who comes long before is refused, who comes just before waits."""
    of = problem([model("a", [1.0, 1.0, 0.0], cold_start_s=60), model("b", [1.0, 1.0, 1.0])], slots=3)
    day, night = placement(of, [["a"], ["b"]]), placement(of, [[], ["b"]])
    streams = Streams({"a": times(100.0, 3570.0, 4000.0, 7300.0), "b": times(10.0)})
    done = checked(of, [(0, night), (1, day), (2, night)], streams=streams, hours=3)
    a = next(each for each in done.models if each.model == "a")
    assert (a.requests, a.served, a.refused, a.cold_starts, a.late_loads, a.attained) == (4, 2, 2, 1, 0, 2)
    assert a.ttft_ms.p99 == pytest.approx(30_000 + 1000 * service_of_one(4, 0.4), rel=1e-4)
    # Two nodes in slot 1 of three hours, one otherwise; n-0 is there in all placements, empty ones as well.
    assert done.cost_usd == pytest.approx(2 * 2.0 * 3)


def test_nodes_that_come_and_go_are_paid_for_from_the_moment_that_they_are_asked_for():
    of = problem([model("a", [1.0, 1.0])], slots=2)
    one, two = placement(of, [["a"]]), placement(of, [["a"], ["a"]])
    done = checked(of, [(0, one), (1, two)])
    # The second node: an hour, 300 s of start and 20 s of load before it, 30 s of drain after it.
    assert done.cost_usd == pytest.approx(2 * (2 + (3600 + 300 + 20 + 30) / 3600), rel=1e-5)
    assert any("start_s" in each for each in done.notices)
    assert done.models[0].copies == 2


def test_models_that_take_turns_in_the_memory_of_a_node():
    """Three models of 4 GiB on 10 GiB: two are in memory, the third is loaded, and tolerated as the models say."""
    models = [model(name, 1.0, cold_start_s=seconds) for name, seconds in (("a", 60), ("b", 60), ("c", 5))]
    of = problem(models)
    there = placement(of, [["a", "b", "c"]], hosting="multi_model")
    streams = Streams({"a": times(0.0, 10.0), "b": times(1.0, 2.0), "c": times(100.0, 101.0)})
    done = checked(of, there, streams=streams, hours=1)
    c = next(each for each in done.models if each.model == "c")
    assert (c.cold_starts, c.late_loads, c.late_first, c.attained) == (2, 2, 2, 0)
    assert done.attained == 4
    assert done.loads == 1
    assert done.nodes[0].loading == pytest.approx(20 / 3600, rel=1e-4)


def test_a_node_that_only_loads_is_named():
    models = [model(name, 0.05, cold_start_s=600) for name in "abcdef"]
    of = problem(models)
    done = checked(of, placement(of, [list("abcdef")], hosting="multi_model"), hours=4)
    assert done.thrashing == ("n-0",)
    assert done.nodes[0].evictions > 50
    assert done.cold_starts > 100


def test_a_model_larger_than_the_memory_of_its_node_is_refused_and_said():
    of = problem([model("a", 1.0, cold_start_s=60)], instance_types=[{**BOX, "memory_per_accelerator": "3GiB"}])
    done = checked(of, placement(of, [["a"]], hosting="multi_model"), hours=0.1)
    assert done.refused == done.requests > 0
    assert any("Larger than the memory" in each for each in done.notices)


def test_loads_longer_than_a_slot_are_said():
    slow = {**MODE, "load_s": 400.0}
    of = problem([model("a", 1.0, modes=[slow])], slot_hours=0.1)
    assert any("longer than a slot" in each for each in checked(of, placement(of, [["a"]]), hours=0.1).notices)


def test_models_of_which_no_speed_is_known_are_named():
    of = problem([model("a", 0.0, modes=[{"accelerator": "X", "memory_per_accelerator": 1}]), model("b", 1.0)])
    done = checked(of, placement(of, [["a"], ["b"]]), hours=0.1)
    assert [each.model for each in done.models] == ["b"]
    assert any("state no figures: a" in each for each in done.notices)


def codes(error: pytest.ExceptionInfo[ProblemError]) -> list[str]:
    return sorted(fault.code for fault in error.value.faults)


def test_all_faults_of_the_options_at_once():
    of = problem([model("a", 1.0)])
    with pytest.raises(ProblemError) as error:
        rehearse(of, placement(of, [["a"]]), hours=0, seed=-1, routing="sticky", burstiness=0.5, spread=float("nan"), target=2)
    assert codes(error) == ["bad_option"] * 6


def test_a_placement_of_another_problem():
    of, other = problem([model("a", 1.0)]), problem([model("b", 1.0), model("a", 2.0)])
    there = placement(other, [["a"], ["b"]])
    with pytest.raises(ProblemError) as error:
        rehearse(of, there)
    assert codes(error) == ["bad_placement"]
    with pytest.raises(ProblemError) as error:
        rehearse(of, there, same_problem=False)
    assert codes(error) == ["unknown_model"]
    lighter = problem([model("a", 0.5), model("b", 0.5)])
    assert checked(lighter, there, same_problem=False).requests == pytest.approx(3600, rel=0.1)


def test_placements_that_make_no_sense():
    of = problem([model("a", 1.0)], slots=2)
    there = placement(of, [["a"]])
    with pytest.raises(ProblemError) as error:
        rehearse(of, [(1, there), (0, there)])
    assert codes(error) == ["bad_option"]
    with pytest.raises(ProblemError) as error:
        rehearse(of, [(2, there)])
    assert codes(error) == ["bad_option"]
    with pytest.raises(ProblemError) as error:
        rehearse(of, [])
    assert codes(error) == ["bad_placement"]
    copy = there.copies[0].model_copy(update={"node": "nowhere"})
    with pytest.raises(ProblemError) as error:
        rehearse(of, there.model_copy(update={"copies": (copy, there.copies[0].model_copy(update={"accelerators": (3,)}))}))
    assert codes(error) == ["bad_placement", "bad_placement"]


def test_more_than_can_be_replayed():
    of = problem([model("a", 1e6)])
    with pytest.raises(ProblemError) as error:
        rehearse(of, placement(of, [["a"]]), hours=24)
    assert codes(error) == ["too_large"]


def test_derived_modes_keep_what_they_state_at_full_load():
    """With its places always taken a derived copy has the TTFT and TPOT that its mode states."""
    from packing.act.rehearse.laws import Laws

    architecture = {"architecture": "llama-3.1-8b", "traffic": {"requests_per_second": 2.0, "input_tokens": 800, "output_tokens": 200}}
    of = Problem(fleet=[{"instance_type": "ml.g5.2xlarge"}], models=[{"name": "a", **architecture, "slo": {"ttft_ms": 3000, "tpot_ms": 100}}])
    from packing.describe import expand

    full = expand(of).problem.models[0]
    assert full.modes
    for mode in full.modes:
        law = Laws().of(full, mode)
        assert law is not None
        assert law.step_s[-1] == pytest.approx(mode.tpot_ms / 1000, rel=0.02)
        assert law.first_s[1] <= law.first_s[-1] <= mode.ttft_ms / 1000 * 1.05
        assert law.step_s[1] <= law.step_s[-1]


def test_a_plain_mapping_is_a_placement_too():
    of = problem([model("a", 1.0)])
    there = placement(of, [["a"]])
    assert isinstance(there, Placement)
    assert rehearse(of, there.model_dump(mode="json", by_alias=True), hours=0.1) == rehearse(of, there, hours=0.1)
