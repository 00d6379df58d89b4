"""Every stage of the answer to a shortage, on problems whose answer can be worked out by hand."""

from __future__ import annotations

import json
import threading
from copy import deepcopy

import pytest

from packing.act.shortage import answer_shortage, conceded
from packing.describe import expand, problem_from
from packing.domain.shortage import Concession, Stage
from packing.errors import ProblemError
from packing.verify import verify

TYPE = {"name": "lab.g", "accelerator": "G", "accelerators": 1, "memory_per_accelerator": "16GiB", "price_per_hour": 2}
OTHER = {"name": "lab.h", "accelerator": "H", "accelerators": 1, "memory_per_accelerator": "16GiB", "price_per_hour": 5}


def mode(gib, accelerator="G", **more):
    return {"accelerator": accelerator, "memory_per_accelerator": f"{gib}GiB", **more}


def problem(models, count=1, **more):
    return problem_from(
        {"weights": {"cost": 1}, "instance_types": [TYPE, OTHER], "fleet": [{"instance_type": "lab.g", "count": count}], "models": models, **more}
    )


def answered(given, **options):
    answer = answer_shortage(given, time_limit=60, processes=False, **options)
    assert answer.limit is None
    assert answer.proven
    expanded = expand(answer.conceded)
    assert verify(expanded.problem, answer.placement, expanded.digest).violations == ()
    assert not answer.placement.unplaced
    assert answer.conceded.digest() == (conceded(given, answer.concessions) if answer.concessions else expand(given).described).digest()
    return answer


def said(answer):
    return [(each.model, str(each.stage), each.after) for each in answer.concessions]


def test_nothing_is_short():
    given = problem([{"name": "a", "modes": [mode(10)]}])
    answer = answered(given)
    assert answer.complete
    assert answer.solves == 1
    assert answer.losses == ()
    assert answer.placement.problem == expand(given).digest


def test_only_fewer_copies():
    """9 requests/s at 4 a copy are three copies; there are two nodes: 8 are served."""
    answer = answered(problem([{"name": "busy", "traffic": 9, "modes": [mode(10, requests_per_second=4)]}], count=2))
    assert said(answer) == [("busy", "copies", 8.0)]
    (loss,) = answer.losses
    assert (loss.copies_asked, loss.copies, loss.rate_asked, loss.rate) == (3, 2, 9.0, 8.0)
    assert (loss.brought_back_by.pool, loss.brought_back_by.nodes, loss.brought_back_by.price_per_hour) == ("lab.g", 1, 2.0)


def test_the_reserve_goes_first():
    answer = answered(problem([{"name": "steady", "copies": 2, "survive": "node", "modes": [mode(10)]}], count=2))
    assert said(answer) == [("steady", "reserve", "none")]
    assert answer.losses[0].reserve == "node"


def test_then_slower_accelerators():
    """On H a token takes 60 ms of the 50 that are allowed. The factor is the least that is enough, not the most that is allowed."""
    models = [
        {"name": "first", "priority": 1, "modes": [mode(10)]},
        {
            "name": "second",
            "slo": {"tpot_ms": 50},
            "degrade": {"latency_factor": 2},
            "modes": [mode(10, tpot_ms=40), mode(10, "H", tpot_ms=60), mode(1, "H", tpot_ms=90)],
        },
    ]
    answer = answered(problem(models, fleet=[{"instance_type": "lab.g", "count": 1}, {"instance_type": "lab.h", "count": 5}]))
    assert said(answer) == [("second", "accelerators", 1.2)]
    assert answer.losses[0].tpot_factor == 1.2
    assert answer.losses[0].brought_back_by.pool == "lab.g"


def test_a_further_mode_on_another_accelerator_needs_no_patience():
    models = [{"name": f"m{index}", "modes": [mode(10)], "degrade": {"modes": [mode(10, "H")]}} for index in range(2)]
    answer = answered(problem(models, fleet=[{"instance_type": "lab.g", "count": 1}, {"instance_type": "lab.h", "count": 5}]))
    assert [(stage, after) for _, stage, after in said(answer)] == [("accelerators", 1.0)]


def test_then_precision_and_only_as_low_as_needed():
    """In fp8 two fit side by side; int4 is not needed. Of the two models that could give it up, one has to."""
    low = [mode(6, precision="fp8"), mode(3, precision="int4")]
    models = [{"name": f"m{index}", "modes": [mode(10)], "degrade": {"modes": low}} for index in range(2)]
    answer = answered(problem(models))
    assert [(stage, after) for _, stage, after in said(answer)] == [("precision", ("fp8",))]
    assert answer.losses[0].precisions == ("fp8",)


def test_fewer_copies_and_precision():
    """Stage one is not enough: even with one copy each they do not fit. In int4 they do, and then all the traffic is served again."""
    busy = {"traffic": 4, "modes": [mode(10, requests_per_second=2)], "degrade": {"modes": [mode(2, precision="int4", requests_per_second=1)]}}
    answer = answered(problem([{"name": "a", **busy}, {"name": "b", **busy}]))
    # a in bf16: one copy of 10 GiB and 2 requests/s, beside three of 2 GiB. With both in int4: eight copies of 2 GiB serve everything.
    stages = {(model, stage) for model, stage, _ in said(answer)}
    assert any(stage == "precision" for _, stage in stages)
    assert all(stage in {"precision", "copies"} for _, stage in stages)


def test_then_hosting():
    """Two models of 10 GiB with traffic at different hours share an accelerator behind a multi-model endpoint."""
    shared = {"cold_start_s": 60, "hosting": ["inference_component"], "degrade": {"hosting": ["multi_model"]}}
    one = {"modes": [mode(10, requests_per_second=5)], **shared}
    answer = answered(problem([{"name": "day", "traffic": [1, 0], **one}, {"name": "night", "traffic": [0, 1], **one}], slots=2))
    assert {(model, stage) for model, stage, _ in said(answer)} == {("day", "hosting"), ("night", "hosting")}
    assert all(loss.hostings == ("multi_model",) for loss in answer.losses)


@pytest.mark.parametrize("fact", [{"streaming": True}, {"cold_start_s": 0}, {"framework": "other"}])
def test_hosting_only_where_the_facts_permit_it(fact):
    shared = {"cold_start_s": 60, "framework": "vllm", "hosting": ["inference_component"], "degrade": {"hosting": ["multi_model"]}}
    one = {"modes": [mode(10, requests_per_second=5)], **shared}
    models = [{"name": "day", "priority": 1, "traffic": [1, 0], **one}, {"name": "night", "traffic": [0, 1], **one, **fact}]
    assert said(answered(problem(models, slots=2))) == [("night", "refusal", 0)]


def test_then_scale_to_zero_rather_than_refusal():
    models = [{"name": "a", "modes": [mode(10)]}, {"name": "z", "degrade": {"scale_to_zero": True}, "modes": [mode(10)]}]
    assert said(answered(problem(models))) == [("z", "scale_to_zero", 0)]


def test_the_lowest_priority_is_refused_and_nothing_else():
    models = [{"name": f"p{priority}", "priority": priority, "traffic": 8, "modes": [mode(10, requests_per_second=4)]} for priority in (30, 20, 10)]
    answer = answered(problem(models, count=4))
    assert said(answer) == [("p10", "refusal", 0)]
    assert (answer.losses[0].copies_asked, answer.losses[0].copies, answer.losses[0].rate) == (2, 0, 0.0)


def test_part_of_the_minimum_is_kept():
    answer = answered(problem([{"name": "a", "copies": 3, "modes": [mode(10)]}], count=2))
    assert said(answer) == [("a", "refusal", 2)]
    assert answer.losses[0].copies == 2


def test_the_minimum_of_one_before_the_traffic_of_another():
    """Four nodes: both minima of two, and none of the eight requests/s beyond."""
    models = [
        {"name": "calm", "copies": 2, "modes": [mode(10)]},
        {"name": "busy", "copies": {"min": 2}, "traffic": 24, "modes": [mode(10, requests_per_second=4)]},
    ]
    assert said(answered(problem(models, count=4))) == [("busy", "copies", 8.0)]


def test_isolation_is_never_given_up():
    """Both would fit on one node; they are of tenants that share none."""
    tenants = [{"name": "acme", "isolation": "instance"}, {"name": "globex"}]
    everything = {"latency_factor": 9, "hosting": ["multi_model", "single_model", "inference_component"], "modes": [mode(1, precision="int4")]}
    models = [
        {"name": "a", "tenant": "acme", "priority": 1, "modes": [mode(4)], "degrade": everything, "cold_start_s": 60},
        {"name": "g", "tenant": "globex", "modes": [mode(4)], "degrade": everything, "cold_start_s": 60},
    ]
    answer = answered(problem(models, tenants=tenants))
    assert said(answer) == [("g", "refusal", 0)]
    assert answer.losses[0].brought_back_by.nodes == 1


def test_stages_are_undone_when_stock_returns():
    models = [
        {"name": "gold", "priority": 10, "traffic": 8, "modes": [mode(10, requests_per_second=4)]},
        {"name": "silver", "priority": 5, "traffic": 8, "survive": "node", "modes": [mode(10, requests_per_second=4)]},
        {"name": "bronze", "copies": 2, "modes": [mode(10)], "degrade": {"scale_to_zero": True, "modes": [mode(4, precision="int4")]}},
    ]
    expected = {
        0: ["bronze scale_to_zero", "silver refusal", "gold refusal"],
        1: ["bronze precision", "bronze scale_to_zero", "silver refusal", "gold copies"],  # there is room for one beside gold
        2: ["bronze precision", "silver refusal"],
        3: ["bronze precision", "silver reserve", "silver copies"],
        4: ["bronze precision", "silver reserve"],
        5: ["bronze precision"],
        7: [],
    }
    for count, stages in expected.items():
        answer = answered(problem(models, count=count), stock=False)
        assert [f"{each.model} {each.stage}" for each in answer.concessions] == stages, count
        assert answer.restore == answer.concessions[::-1]


def test_what_brings_back_is_the_cheapest_of_the_pools():
    """One H for 5, or two G for 4."""
    models = [{"name": "a", "copies": 2, "modes": [mode(10), mode(8, "H")]}]
    fleet = [{"instance_type": "lab.g", "count": 0}, {"instance_type": "lab.h", "count": 0}]
    answer = answered(problem(models, fleet=fleet))
    assert (answer.losses[0].brought_back_by.pool, answer.losses[0].brought_back_by.nodes) == ("lab.g", 2)
    dear = deepcopy(fleet)
    dear[0]["price_per_hour"] = 2.6
    assert answered(problem(models, fleet=dear)).losses[0].brought_back_by.pool == "lab.h"


def test_room_can_come_from_a_pool_that_the_model_cannot_use():
    """There are no more G to be had at a sane price, but the other model can move to an H."""
    models = [
        {"name": "picky", "modes": [mode(10)]},
        {"name": "easy", "priority": 1, "modes": [mode(10), mode(10, "H")]},
    ]
    fleet = [{"instance_type": "lab.g", "count": 1, "price_per_hour": 100}, {"instance_type": "lab.h", "count": 0}]
    answer = answered(problem(models, fleet=fleet))
    assert said(answer) == [("picky", "refusal", 0)]
    assert (answer.losses[0].brought_back_by.pool, answer.losses[0].brought_back_by.nodes) == ("lab.h", 1)


def test_what_no_stock_can_mend_is_said():
    answer = answered(problem([{"name": "late", "slo": {"ttft_ms": 10}, "modes": [mode(10, ttft_ms=20)]}]))
    assert said(answer) == [("late", "refusal", 0)]
    assert answer.losses[0].brought_back_by is None
    assert "no single pool" in answer.losses[0].note


def test_derived_modes_come_in_further_precisions_and_with_more_patience():
    given = problem_from(
        {
            "fleet": [{"instance_type": "ml.g5.xlarge", "count": 1}],
            "models": [
                {"name": "chat", "architecture": "llama-2-13b", "traffic": 0.1, "degrade": {"precision": ["int8", "int4"], "latency_factor": 2}},
            ],
        }
    )
    answer = answered(given)
    assert said(answer) == [("chat", "precision", ("int8",))]
    assert answer.losses[0].precisions == ("int8",)


def test_no_time_still_gives_a_valid_answer():
    models = [{"name": f"p{priority}", "priority": priority, "copies": 2, "modes": [mode(10)]} for priority in (30, 20, 10)]
    answer = answer_shortage(problem(models, count=3), time_limit=0)
    expanded = expand(answer.conceded)
    assert verify(expanded.problem, answer.placement, expanded.digest).ok
    assert said(answer) == [("p10", "refusal", 0), ("p20", "refusal", 1)]
    assert not answer.proven
    assert answer.limit == "time"


def test_current_copies_stay_where_they_are():
    models = [{"name": f"p{priority}", "priority": priority, "modes": [mode(10)]} for priority in (30, 20, 10)]
    before = answered(problem(models, count=3), stock=False)
    after = answered(problem(models, count=2), current=before.placement, stock=False)
    nodes = {copy.model: copy.node for copy in before.placement.copies}
    assert {copy.model: copy.node for copy in after.placement.copies} == {name: nodes[name] for name in ("p30", "p20")}


def test_without_time_current_copies_stay_as_well():
    models = [{"name": f"p{priority}", "priority": priority, "modes": [mode(10)]} for priority in (30, 20, 10)]
    before = answered(problem(models, count=3), stock=False)
    after = answer_shortage(problem(models, count=2), time_limit=0, current=before.placement)
    nodes = {copy.model: copy.node for copy in before.placement.copies}
    assert {copy.model: copy.node for copy in after.placement.copies} == {name: nodes[name] for name in ("p30", "p20")}


def test_who_interrupts_gets_what_is_known():
    cancel = threading.Event()
    cancel.set()
    given = problem([{"name": "a", "copies": 3, "modes": [mode(10)]}], count=2)
    answer = answer_shortage(given, cancel=cancel, processes=False)
    assert answer.limit == "cancelled"
    assert not answer.proven
    assert said(answer) == [("a", "refusal", 2)]


def test_same_input_same_bytes():
    models = [{"name": f"m{index}", "copies": 2, "modes": [mode(10)], "degrade": {"scale_to_zero": True}} for index in range(3)]
    texts = {answered(problem(order, count=3)).to_json() for order in (models, models[::-1])}
    assert len(texts) == 1
    assert json.loads(texts.pop())["complete"] is False


def test_no_concessions_give_the_problem_back():
    given = problem([{"name": "a", "modes": [mode(10)]}])
    assert conceded(given, ()) is given


def concession(model, stage, to):
    return Concession.model_validate({"model": model, "stage": stage, "from": 0, "to": to})


@pytest.mark.parametrize(
    ("stage", "to"),
    [("precision", ["int4"]), ("hosting", ["multi_model"]), ("accelerators", 1.5), ("scale_to_zero", 0), ("refusal", 99), ("reserve", "zone")],
)
def test_what_is_not_allowed_cannot_be_given_up(stage, to):
    given = problem([{"name": "a", "modes": [mode(10)]}])
    with pytest.raises(ProblemError, match="does not allow"):
        conceded(given, [concession("a", stage, to)])


def test_all_faults_of_concessions_at_once():
    given = problem([{"name": "a", "modes": [mode(10)]}])
    with pytest.raises(ProblemError) as caught:
        conceded(given, [concession("ghost", "refusal", 0), concession("a", "refusal", 0), concession("a", "refusal", 1)])
    assert [fault.code for fault in caught.value.faults][:2] == ["unknown_name", "duplicate_name"]


def test_concessions_can_be_read_back():
    answer = answered(problem([{"name": "a", "copies": 3, "modes": [mode(10)], "degrade": {"modes": [mode(6, precision="fp8")]}}]), stock=False)
    for each in answer.concessions:
        assert Concession.model_validate(json.loads(each.model_dump_json(by_alias=True))) == each


def test_bad_options():
    with pytest.raises(ProblemError) as caught:
        answer_shortage(problem([{"name": "a", "modes": [mode(10)]}]), time_limit=-1, seed=-1)
    assert [fault.where for fault in caught.value.faults] == ["time_limit", "seed"]


def test_degrade_that_says_nothing_is_refused():
    with pytest.raises(ProblemError) as caught:
        problem([{"name": "a", "modes": [mode(10)], "degrade": {"precision": "int4"}}])
    assert [fault.code for fault in caught.value.faults] == ["contradiction"]


def test_the_stages_are_in_order():
    assert [stage.severity for stage in Stage] == list(range(8))
