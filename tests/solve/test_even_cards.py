"""The last tier: among placements of equal value, copies without a compute share are spread over the cards that are paid for anyway."""

from __future__ import annotations

from collections import Counter

import pytest

import packing as pk
from packing.capacity.crowded import crowds
from packing.compile.compiler import compile_problem
from packing.describe import expand, problem_from
from packing.domain.words import Status
from packing.generate import random_problem
from packing.solve.assemble import assemble
from packing.solve.context import SearchContext
from packing.solve.even_cards import spread_evenly
from packing.solve.plan import make_plan
from packing.solve.strategies import begin
from packing.verify import verify

MODE = {"accelerator": "V", "requests_per_second": 10, "ttft_ms": 50}
HOST = {"name": "host.4v", "accelerator": "V", "accelerators": 4, "memory_per_accelerator": "15.7GiB", "price_per_hour": 12, "sharing": "memory"}


def solved(models: list[dict], **fields) -> tuple[pk.Problem, pk.Result]:
    problem = problem_from(
        {"weights": {"cost": 1}, "fleet": [{"instance_type": "host.4v", "count": 1}], "instance_types": [HOST], "models": models} | fields
    )
    return problem, pk.solve_placement(problem, time_limit=60, processes=False)


def model(name: str, memory: str, traffic: object = 1.6, **mode) -> dict:
    return {"name": name, "traffic": traffic, "hosting": "inference_component", "modes": [MODE | {"memory_per_accelerator": memory} | mode]}


def per_card(result: pk.Result) -> list[int]:
    return sorted(Counter(copy.accelerators[0] for copy in result.placement.copies).values())


def test_twenty_models_of_unequal_size_sit_five_on_each_card():
    sizes = [2200, 1400, 2800, 2000, 1200, 2600, 1800, 1000, 2400, 1600, 800]
    _, result = solved([model(f"m{index}", f"{sizes[index % 11]}MiB") for index in range(20)])
    # Each is asked for 16 % of a card's time: five on each of the four cards that are paid for come to 80 %; tightest fit
    # put nine on one (144 %) and none on another.
    assert per_card(result) == [5, 5, 5, 5]
    assert max(crowd.asked for crowd in crowds(result.expanded.problem, result.placement)) == pytest.approx(0.8)
    assert result.status is Status.OPTIMAL


def test_slots_count_each_for_itself():
    # Day and night models: of each sort one on a card is busy at a time. Evenly full in every slot means a day and a night model together.
    day, night = [5, 0], [0, 5]
    _, result = solved(
        [model(f"{name}{index}", "1GiB", traffic) for name, traffic in (("day", day), ("night", night)) for index in range(4)], slots=2
    )
    cards: dict[int, set[str]] = {}
    for copy in result.placement.copies:
        cards.setdefault(copy.accelerators[0], set()).add(copy.model[:3])
    assert all(sorts == {"day", "nig"} for sorts in cards.values())
    assert per_card(result) == [2, 2, 2, 2]


def test_memory_still_decides_what_is_possible():
    # 15 GiB fill a card: the three small ones share the other three cards, whatever they are asked for.
    _, result = solved([model("large", "15GiB", 0.1), *(model(f"small{index}", "4GiB", 9) for index in range(6))])
    where = {copy.model: copy.accelerators[0] for copy in result.placement.copies}
    assert per_card(result) == [1, 2, 2, 2]
    assert [name for name, card in where.items() if card == where["large"]] == ["large"]


def test_reserved_shares_stay_and_count():
    # Half of card time is reserved by `kept`: it counts as asked for, so that fewer of the others come to its card.
    _, result = solved([model("kept", "1GiB", 1, compute_share=0.8), *(model(f"m{index}", "1GiB", 4) for index in range(6))])
    where = {copy.model: copy.accelerators[0] for copy in result.placement.copies}
    assert [name for name, card in where.items() if card == where["kept"]] == ["kept"]
    assert per_card(result) == [1, 2, 2, 2]


def unevenness(problem, placement) -> float:
    return sum(crowd.asked**2 for crowd in crowds(problem, placement))


@pytest.mark.parametrize("seed", range(150))
def test_no_value_changes_and_no_rule_breaks(seed: int):
    expanded = expand(random_problem(seed))
    compiled = compile_problem(expanded.problem)
    context = SearchContext(1e9)
    begin(compiled, context)
    plan = context.incumbent or make_plan(compiled, ())
    evened = spread_evenly(compiled, expanded.problem, plan)
    assert evened.value == plan.value
    assert [node.pool for node in evened.nodes] == [node.pool for node in plan.nodes]
    assert Counter(index for node in evened.nodes for index, _ in node.copies) == Counter(index for node in plan.nodes for index, _ in node.copies)
    status = Status.FEASIBLE if plan.value.complete else Status.PARTIAL
    placement = assemble(compiled, expanded, evened, status, None)
    assert not verify(expanded.problem, placement, expanded.digest).violations
    assert spread_evenly(compiled, expanded.problem, evened) == evened


def test_what_runs_stays_where_it_is():
    problem, result = solved([model(f"m{index}", "1GiB") for index in range(4)])
    crowded = result.placement.model_copy(
        update={"copies": tuple(copy.model_copy(update={"accelerators": (0,)}) for copy in result.placement.copies)}
    )
    again = pk.solve_placement(problem, current=crowded, time_limit=60, processes=False)
    assert {copy.accelerators for copy in again.placement.copies} == {(0,)}
    assert (again.change.moved, again.change.stayed) == (0, 4)
