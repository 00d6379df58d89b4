"""Corrupted placements: each is refused, by the rule that it breaks and by no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from packing.domain.rules import Rule
from packing.verify.checks import CHECKS

GIB = 2**30
Corruption = tuple[str, set[str], Callable[[Any], object]]
CORRUPTIONS: list[Corruption] = []


def breaks(*rules: str) -> Callable[[Callable[[Any], object]], Callable[[Any], object]]:
    """Register a function that corrupts a case so that exactly `rules` are broken."""

    def register(function: Callable[[Any], object]) -> Callable[[Any], object]:
        CORRUPTIONS.append((function.__name__, set(rules), function))
        return function

    return register


def test_the_hand_made_placement_is_valid(case):
    found = case.verify()
    assert found.violations == ()
    assert found.ok
    assert found.missing == ((0, 0), (-5, 1))


@breaks("memory")
def one_byte_too_much(case):
    case.mode("safe")["memory_per_accelerator"] = 8 * GIB + 1


@breaks("memory")
def one_byte_too_little_there(case):
    case.kind("lab.2gpu")["memory_per_accelerator"] = 16 * GIB - 1


@breaks("memory")
def active_in_the_same_slot(case):
    case.model("chat-night")["traffic"] = {"requests_per_second": [1.0, 4.0]}


@breaks("memory")
def never_active_but_too_large_alone(case):
    case.model("chat-night")["traffic"] = 0.0
    case.mode("chat-night")["memory_per_accelerator"] = 17 * GIB


@breaks("compute")
def shares_above_one(case):
    case.mode("chat-day")["compute_share"] = 0.700001


@breaks("vcpus")
def too_many_vcpus(case):
    case.mode("big")["vcpus"] = 4.0001


@breaks("vcpus")
def too_many_vcpus_on_a_cpu_node(case):
    case.mode("search")["vcpus"] = 8.1


@breaks("host_memory")
def too_much_host_memory(case):
    case.mode("summary")["host_memory"] = 64 * GIB + 1


@breaks("resources")
def too_many_licences(case):
    case.mode("big")["resources"] = {"licence": 1.001}


@breaks("resources")
def a_resource_that_nobody_has(case):
    case.mode("easy")["resources"] = {"dongle": 1}


@breaks("accelerators")
def the_same_accelerator_twice(case):
    case.copies("big")[0]["accelerators"] = [0, 0]


@breaks("accelerators")
def an_accelerator_that_does_not_exist(case):
    case.copies("easy")[0]["accelerators"] = [2]


@breaks("accelerators")
def a_negative_accelerator(case):
    case.copies("easy")[0]["accelerators"] = [-1]


@breaks("accelerators")
def fewer_accelerators_than_the_mode_takes(case):
    case.copies("big")[1]["accelerators"] = [2]


@breaks("accelerators")
def accelerators_for_a_cpu_mode(case):
    case.copies("search")[0]["accelerators"] = [0]


@breaks("accelerators")
def another_kind_of_accelerator(case):
    case.mode("easy")["accelerator"] = "H"


@breaks("mode")
def a_mode_of_nobody(case):
    case.copies("easy")[0]["mode"] = {**case.mode("easy"), "tpot_ms": 19}


@breaks("sharing")
def two_copies_on_an_exclusive_accelerator(case):
    case.copies("big")[1]["accelerators"] = [1, 2]


@breaks("sharing")
def more_partitions_than_slices(case):
    case.mode("slim")["memory_per_accelerator"] = 11 * GIB  # 3g each: 4 + 4 + 4 of 8 memory slices, 33 of 40 GiB
    case.mode("mid")["memory_per_accelerator"] = 12 * GIB


@breaks("sharing")
def partitions_by_compute_share(case):
    case.mode("mid")["compute_share"] = 0.58  # 4/7 is less, so it takes 7g beside two 1g


@breaks("sharing")
def two_copies_beside_a_copy_on_several_accelerators(case):
    case.copies("slim")[1].update(node="m2", accelerators=[1])


@breaks("sharing")
def no_partition_is_large_enough(case):
    for profile in case.kind("lab.mig")["mig"]["profiles"]:
        profile["memory"] = min(profile["memory"], 29 * GIB)


@breaks("endpoint", "structure")
def a_node_behind_two_endpoints(case):
    case.list_endpoints()
    case.placement["endpoints"][0]["nodes"].append("t1")


@breaks("endpoint")
def two_instance_types_behind_one_endpoint(case):
    case.node("c1")["endpoint"] = "shared"


@breaks("endpoint")
def a_node_behind_no_endpoint(case):
    case.list_endpoints()
    case.placement["endpoints"] = [each for each in case.placement["endpoints"] if each["name"] != "cpus"]
    case.placement["copies"] = [copy for copy in case.placement["copies"] if copy["model"] != "search"]
    case.placement["unplaced"].append({"model": "search", "copies": 1, "reasons": [{"rule": "unknown", "detail": "-"}]})


@breaks("hosting")
def a_hosting_option_that_is_not_allowed(case):
    case.model("easy")["hosting"] = ["single_model", "multi_model"]


@breaks("single_model")
def two_models_behind_a_single_model_endpoint(case):
    case.model("big")["tenant"] = "hospital"
    case.node("b1")["endpoint"] = "summaries"


@breaks("multi_model")
def a_multi_model_endpoint_on_neuron_devices(case):
    case.kind("lab.1gpu")["accelerator_kind"] = "neuron"


@breaks("multi_model")
def a_multi_model_endpoint_on_two_accelerators(case):
    case.kind("lab.1gpu")["accelerators"] = 2


@breaks("multi_model", "accelerators")
def a_mode_with_two_accelerators_behind_a_multi_model_endpoint(case):
    case.mode("chat-day").update(accelerators=2, memory_per_accelerator=5 * GIB)


@breaks("framework")
def two_frameworks(case):
    case.model("chat-mini")["framework"] = "tgi"


@breaks("framework")
def no_framework_beside_one(case):
    case.model("chat-mini")["framework"] = None


@breaks("size_ratio")
def sizes_too_different(case):
    case.mode("chat-mini")["memory_per_accelerator"] = 2 * GIB - 1


@breaks("streaming")
def a_streaming_model_behind_a_multi_model_endpoint(case):
    case.model("chat-day")["streaming"] = True


@breaks("cold_start")
def no_cold_start_tolerated(case):
    case.model("chat-day")["cold_start_s"] = 0.0


@breaks("cold_start")
def loading_takes_too_long(case):
    case.mode("chat-day")["load_s"] = 60.1


@breaks("isolation")
def own_endpoint_asked_for_and_not_given(case):
    case.model("easy")["isolation"] = "endpoint"
    case.model("safe")["tenant"] = "globex"


@breaks("isolation")
def another_tenant_on_the_node(case):
    case.model("easy")["isolation"] = "instance"


@breaks("isolation")
def another_tenant_on_the_accelerator(case):
    case.mode("easy")["memory_per_accelerator"] = case.mode("safe")["memory_per_accelerator"] = 5 * GIB
    case.copies("easy")[0]["accelerators"] = [0]


@breaks("isolation")
def another_tenant_in_the_container(case):
    case.model("chat-mini")["isolation"] = "container"


@breaks("isolation")
def another_tenant_in_the_container_on_another_node(case):
    case.placement["nodes"].append({**case.node("n1"), "id": "n2"})
    case.copies("chat-mini")[0]["node"] = "n2"
    case.model("chat-day")["isolation"] = "container"


@breaks("conflicts")
def tenants_in_conflict_on_a_node(case):
    case.problem["tenants"][2]["conflicts_with"] = ["globex"]


@breaks("conflicts")
def tenants_in_conflict_in_one_container(case):
    case.problem["tenants"].append({"name": "umbrella", "conflicts_with": ["globex"]})
    case.model("chat-mini")["tenant"] = "umbrella"
    case.placement["nodes"].append({**case.node("n1"), "id": "n2"})
    case.copies("chat-mini")[0]["node"] = "n2"


@breaks("copies")
def more_copies_than_the_maximum(case):
    case.model("easy")["copies"] = {"min": 0, "max": 0}


@breaks("copies", "unplaced")
def fewer_copies_than_the_minimum_in_silence(case):
    case.model("easy")["copies"] = 2


@breaks("copies", "unplaced", "min_zones")
def a_zone_short_in_silence(case):
    case.model("safe")["min_zones"] = 3


@breaks("throughput", "unplaced")
def too_little_throughput_in_silence(case):
    case.model("chat-mini")["traffic"] = {"requests_per_second": [1.0, 5.1]}


@breaks("throughput")
def a_mode_that_does_not_say_what_it_serves(case):
    case.model("easy").update(traffic=4.0, modes=[case.mode("easy"), {**case.mode("easy"), "requests_per_second": None}])
    case.add("easy", "t1", [1], mode=1)
    case.model("easy")["copies"] = {"min": 1, "max": 2}


@breaks("latency")
def first_token_too_late(case):
    case.model("summary")["slo"]["ttft_ms"] = 99.9


@breaks("latency")
def tokens_too_slow(case):
    case.mode("summary")["tpot_ms"] = 25.01


@breaks("stock")
def more_nodes_than_the_pool_has(case):
    case.problem["fleet"][2]["count"] = 1


@breaks("max_copies_per_node")
def too_many_copies_on_a_node(case):
    case.model("safe")["max_copies_per_node"] = 1


@breaks("max_models_per_node")
def too_many_models_on_a_node(case):
    case.problem["max_models_per_node"] = 2


@breaks("max_models_per_node")
def too_many_models_on_a_node_of_this_type(case):
    case.problem["max_models_per_node"] = 3
    case.problem["instance_types"][1]["max_models_per_node"] = 1


@breaks("min_zones")
def all_copies_in_one_zone(case):
    case.model("safe")["min_zones"] = 2


@breaks("survive", "unplaced", "copies")
def both_copies_on_one_node_that_must_be_expendable(case):
    case.model("safe")["survive"] = "node"


@breaks("structure")
def a_node_twice(case):
    case.placement["nodes"].append(case.node("n1"))


@breaks("structure")
def a_copy_twice(case):
    case.copies("big")[1]["copy"] = 0


@breaks("structure")
def an_endpoint_twice(case):
    case.list_endpoints()
    case.placement["endpoints"].append(case.placement["endpoints"][0])


@breaks("structure")
def an_unknown_model(case):
    case.problem["models"] = [model for model in case.problem["models"] if model["name"] != "easy"]


@breaks("structure", "min_zones")
def an_unknown_node(case):
    case.copies("summary")[0]["node"] = "nowhere"


@breaks("structure")
def an_unknown_pool(case):
    case.node("c1")["pool"] = "moon"


@breaks("structure")
def an_unknown_instance_type(case):
    case.problem["instance_types"] = [kind for kind in case.problem["instance_types"] if kind["name"] != "lab.cpu"]


@breaks("structure")
def a_zone_that_the_pool_is_not_in(case):
    case.node("c1")["zone"] = "b"


@breaks("structure", "endpoint")
def a_type_that_the_pool_is_not_of(case):
    case.list_endpoints()
    case.node("c1")["instance_type"] = "lab.1gpu"


@breaks("structure")
def an_endpoint_that_hides_a_model(case):
    case.list_endpoints()
    case.placement["endpoints"][0]["models"].pop()


@breaks("structure")
def an_endpoint_that_lists_a_node_of_nobody(case):
    case.list_endpoints()
    case.placement["endpoints"][0]["nodes"].append("ghost")


def in_turns(case, gib, rate, level="2min/20s"):
    """The chats share the memory of their node in turns; each is asked for seldom, and takes 10 s to load."""
    for name in ("chat-day", "chat-night", "chat-mini"):
        case.model(name).update(cold_start_quantile=0.5, traffic={"requests_per_second": [rate, rate]})
        case.mode(name).update(memory_per_accelerator=gib * GIB, load_s=10.0)
    case.list_endpoints()
    next(each for each in case.placement["endpoints"] if each["name"] == "chats")["keep"] = level


def test_three_of_eight_gib_share_sixteen_in_turns(case):
    """p = 25/4096: 16 ln(1 + p (e^8 - 1)) / 16 / 0.75 GiB = 3.94 GiB each, 11.8 of 16; all loaded they would need 24."""
    in_turns(case, 8, 0.00005)
    assert case.verify().violations == ()


@breaks("memory")
def effective_needs_above_the_memory(case):
    in_turns(case, 10, 0.00005)  # 6.5 GiB each


@breaks("memory", "compute")
def the_same_without_a_level(case):
    in_turns(case, 8, 0.00005)
    next(each for each in case.placement["endpoints"] if each["name"] == "chats").pop("keep")
    case.mode("chat-mini")["compute_share"] = 0.6


@breaks("loading")
def loads_that_take_too_much_of_the_time(case):
    in_turns(case, 3, 0.0005)  # 0.0005 requests/s, nearly all of them loads of 10 s: half a percent each
    case.problem["loading_limit"] = 0.012


@breaks("cold_start")
def over_committed_without_a_quantile(case):
    in_turns(case, 3, 0.0005)
    del case.model("chat-day")["cold_start_quantile"]


@breaks("cold_start")
def over_committed_with_loads_of_another_level(case):
    in_turns(case, 3, 0.0005, "2min/60s")


@breaks("cold_start")
def over_committed_though_always_busy(case):
    in_turns(case, 3, 1.0)


@breaks("endpoint", "memory")
def over_committed_at_an_unknown_level(case):
    in_turns(case, 8, 0.00005, "for ever")


@breaks("endpoint")
def over_committed_but_not_multi_model(case):
    case.list_endpoints()
    next(each for each in case.placement["endpoints"] if each["name"] == "shared")["keep"] = "2min/20s"


@breaks("structure")
def another_schema_version(case):
    case.placement["schema_version"] = 2


@breaks("structure")
def unplaced_copies_of_an_unknown_model(case):
    case.placement["unplaced"].append({"model": "ghost", "copies": 1, "reasons": [{"rule": "memory", "detail": "-"}]})


@breaks("structure", "unplaced")
def unplaced_stated_twice(case):
    case.placement["unplaced"] *= 2


@breaks("unplaced")
def too_many_unplaced(case):
    case.placement["unplaced"][0]["copies"] = 2


@breaks("unplaced")
def unplaced_without_a_reason(case):
    case.placement["unplaced"][0]["reasons"] = []


@breaks("unplaced")
def unplaced_for_a_reason_that_is_no_rule(case):
    case.placement["unplaced"][0]["reasons"][0]["rule"] = "bad luck"


@breaks("unplaced", "copies")
def a_model_dropped_in_silence(case):
    case.placement["unplaced"] = []


@breaks("status")
def feasible_with_something_missing(case):
    case.placement["status"] = "feasible"


@breaks("status")
def partial_with_nothing_missing(case):
    case.problem["models"].pop()
    case.placement["unplaced"] = []


@breaks("status")
def infeasible_with_copies(case):
    case.placement["status"] = "infeasible"


@breaks("status")
def unknown_with_copies(case):
    case.placement["status"] = "unknown"


def pytest_generate_tests(metafunc):
    if "corruption" in metafunc.fixturenames:
        metafunc.parametrize("corruption", CORRUPTIONS, ids=[name for name, _, _ in CORRUPTIONS])


def test_corrupted(case, corruption):
    _, rules, corrupt = corruption
    corrupt(case)
    found = case.verify()
    assert {violation.rule for violation in found.violations} == rules, "\n".join(map(str, found.violations))


def test_every_rule_has_a_check_and_a_corruption():
    assert list(CHECKS) == list(Rule)
    assert {str(rule) for rule in Rule} <= set().union(*(rules for _, rules, _ in CORRUPTIONS))
    assert len(CORRUPTIONS) >= 60


def test_each_check_has_the_name_of_its_rule():
    assert [check.__name__ for check in CHECKS.values()] == [rule.value for rule in Rule]


def test_exact_fit_is_accepted_and_one_byte_more_is_not(case):
    case.kind("lab.2gpu")["memory_per_accelerator"] = 16 * GIB
    assert case.verify().ok  # two copies of 8 GiB on 16 GiB
    case.mode("safe")["memory_per_accelerator"] += 1
    assert not case.verify().ok
