"""Each use case reaches its hosting choice from facts and weights: turn a fact round, and the choice turns."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from packing.describe import problem_from
from packing.domain.placement import Placement
from packing.domain.words import Hosting
from packing.solve import solve_placement

EXAMPLES = Path(__file__).parents[2] / "examples"
Facts = dict[str, Any]


Turn = Callable[[Facts], None]


@cache
def placed(name: str, turn: Turn | None = None) -> tuple[Facts, Placement]:
    """An example, perhaps with some of its facts turned round, and its complete placement."""
    facts = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    if turn:
        turn(facts)
    # As they are, the examples are solved until that is proven, whatever else the machine is doing; turned round, a second shows the way.
    how = {"time_limit": 1.0} if turn else {"strategy": "cp_sat", "gap": 0.05, "time_limit": 20.0}
    result = solve_placement(problem_from(facts), **how)
    assert not result.unplaced
    return facts, result.placement


def choices(name: str, turn: Turn | None = None) -> dict[str, set[tuple[Hosting, str]]]:
    """Hosting and instance types of every model."""
    facts, placement = placed(name, turn)
    found: dict[str, set[tuple[Hosting, str]]] = {model["name"]: set() for model in facts["models"]}
    endpoints = {endpoint.name: endpoint for endpoint in placement.endpoints}
    nodes = {node.id: endpoints[node.endpoint] for node in placement.nodes}
    for copy in placement.copies:
        found[copy.model].add((nodes[copy.node].hosting, nodes[copy.node].instance_type))
    return found


def hostings(name: str, turn: Turn | None = None) -> set[Hosting]:
    return {hosting for each in choices(name, turn).values() for hosting, _ in each}


def every_model(**facts: Any) -> Turn:
    def turn(described: Facts) -> None:
        for model in described["models"]:
            model.update(facts)

    return turn


def every_tenant(**facts: Any) -> Turn:
    def turn(described: Facts) -> None:
        for tenant in described["tenants"]:
            tenant.update(facts)

    return turn


@pytest.mark.parametrize("name", ["case_summaries", "chatbots", "image_generation"])
def test_no_example_restricts_hosting(name: str) -> None:
    facts = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert facts["weights"] == name
    assert not any("hosting" in model or "modes" in model for model in facts["models"])


def test_case_summaries_get_endpoints_of_their_own_on_the_p4de_class() -> None:
    assert all(each == {(Hosting.SINGLE_MODEL, "ml.p4de.24xlarge")} for each in choices("case_summaries").values())


def test_harmless_case_data_need_no_endpoint_of_their_own() -> None:
    assert hostings("case_summaries", every_tenant(isolation="shared")) == {Hosting.INFERENCE_COMPONENT}


def test_patient_agents_do_not_pay_for_the_largest_machines() -> None:
    def patient(facts: Facts) -> None:
        facts["weights"] = {"cost": 1}
        every_model(slo={})(facts)

    assert "ml.p4de.24xlarge" not in {kind for _, kind in choices("case_summaries", patient)["case-file-summary"]}


def test_chatbots_share_multi_model_endpoints_on_small_machines() -> None:
    for model, each in choices("chatbots").items():
        assert {hosting for hosting, _ in each} == {Hosting.MULTI_MODEL}
        assert all(kind.startswith("ml.g5." if model.endswith("-answers") else "ml.r5.") for _, kind in each)


@pytest.mark.parametrize("facts", [{"cold_start_s": 0}, {"streaming": True}, {"isolation": "endpoint"}], ids=str)
def test_chatbots_that_must_be_resident_or_stream_or_stand_alone_do_not(facts: Facts) -> None:
    assert Hosting.MULTI_MODEL not in hostings("chatbots", every_model(**facts))


def test_chatbots_of_the_same_hours_share_less() -> None:
    def all_day(facts: Facts) -> None:
        for model in facts["models"]:
            model["traffic"]["requests_per_second"] = max(model["traffic"]["requests_per_second"])

    assert placed("chatbots")[1].cost_per_hour < 0.8 * placed("chatbots", all_day)[1].cost_per_hour


def test_images_are_components_with_several_copies_on_the_p4d_class() -> None:
    assert all(each == {(Hosting.INFERENCE_COMPONENT, "ml.p4d.24xlarge")} for each in choices("image_generation").values())
    facts, placement = placed("image_generation")
    assert all(sum(copy.model == model["name"] for copy in placement.copies) > 1 for model in facts["models"])


def test_image_customers_that_ask_for_their_own_endpoints_get_them() -> None:
    assert hostings("image_generation", every_tenant(isolation="endpoint")) == {Hosting.SINGLE_MODEL}
