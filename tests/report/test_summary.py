"""What a summary says, and that it fits the page."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from packing.domain.hardware import InstanceType, Pool
from packing.domain.placement import Endpoint, Node, PlacedCopy, Reason, Unplaced
from packing.domain.words import Hosting, Limit, Status
from packing.domain.workload import Mode
from packing.report import Account, summary
from packing.report.account import Baseline
from packing.report.page import Page
from packing.report.words import ending

GIB = 2**30


@dataclass(frozen=True)
class Candidate:
    model: str
    rule: str


def test_everything_that_was_asked_for_is_said(account: Account):
    baselines = {"alone": Baseline(12.0, 2), "careless": Baseline(3.0, 5), "complete": Baseline(9.0, 0)}
    removed = (Candidate("bot", "latency"), Candidate("bot", "latency"), Candidate("giant", "memory"))
    asked = replace(account, elapsed_s=1.25, limit=Limit.TIME, strategy="auto", removed=removed, baselines=baselines)
    text = summary(asked, Page(rows=None))
    assert "Ways to serve a model that rules removed" in text
    assert "Ways to serve a model that rules removed" not in summary(asked), "left to --all"
    lines = text.splitlines()
    assert lines[0] == "test: partial: 2 copies of 1 model left out"
    assert "objective 0.300000" in text
    assert "cut short by the time limit after 1.2 s, strategy auto" in text
    assert "6.00 USD an hour, 4,380.00 USD a month" in text
    assert "6 copies of 1 model behind 1 endpoint on 3 nodes" in text
    said = {line.split()[0]: line.split() for line in lines if line.startswith("  ")}
    assert said["alone"][1:4] == ["12.00", "50.0", "%"]
    # Cheaper by placing less, or dearer by placing more, is no comparison.
    assert said["careless"] == ["careless", "3.00", "-", "leaves", "out", "5", "copies"]
    assert said["complete"] == ["complete", "9.00", "-"]
    assert said["giant"] == ["giant", "(priority", "7):", "2", "copies"]
    assert "      memory: needs 20 GiB of 16 GiB" in lines
    assert said["latency"] == ["latency", "2", "1"]
    assert said["box@a"][1:5] == ["3", "of", "4", "6.00"]
    assert "30 of 30" in text


def test_identical_nodes_are_shown_once_with_a_bar_for_each_accelerator(account: Account):
    lines = summary(account).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("Nodes (3;"))
    assert lines[start + 1].startswith("  2 ×  box a") or lines[start + 1].startswith("  3 ×  box a")
    assert lines[start + 2].count("25 %") == 2


@pytest.mark.parametrize(
    ("status", "gap", "said"),
    [
        (Status.OPTIMAL, 0.0, "proven optimal"),
        (Status.FEASIBLE, 0.0312, "complete, proven within 3.12 %"),
        (Status.FEASIBLE, None, "how far from the best possible is not known"),
        (Status.INFEASIBLE, None, "nothing of what is asked for can be placed"),
        (Status.UNKNOWN, None, "no placement was found"),
    ],
)
def test_status_in_words(status: Status, gap: float | None, said: str, make):
    placement_of, problem_of = make
    placement = placement_of(status=status, gap=gap, unplaced=())
    assert said in " ".join(summary(Account(placement, problem_of())).split())


def test_no_bound_is_never_shown_as_zero(make):
    placement_of, _ = make
    text = summary(Account(placement_of(objective=None, bound=None, gap=None)))
    assert "no objective or bound is known" in text
    assert "gap" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_the_page(width: int, unicode: bool, make):
    placement_of, problem_of = make
    long = "a-model-with-a-name-that-nobody-would-want-to-type-twice-in-a-day"
    placement = placement_of(unplaced=(Unplaced(model=long, copies=1, reasons=(Reason(rule="memory", detail="word " * 60),)),))
    text = summary(Account(placement, problem_of(name=long), baselines={"a" * 60: Baseline(1e6, 3)}), Page(width=width, unicode=unicode))
    wide = [line for line in text.splitlines() if len(line) > width]
    assert all(len(line.split()) == 1 for line in wide), "a name by itself may need more"
    assert {word for line in wide for word in line.split()} <= {long, f"{long}:", "a" * 60}
    assert long in text
    assert "a" * 60 in text
    if not unicode:
        assert not set(text) & set("█░▏×⠀▁…")


def test_colours_only_where_they_are_wanted(account: Account):
    assert "\x1b[" not in summary(account, Page(colour=False))
    coloured = summary(account, Page(colour=True))
    assert "\x1b[1;33m" in coloured  # a partial placement is yellow


def large(count: int, make) -> Account:
    """As many nodes, each with a model of its own that fills it to another degree."""
    nodes = tuple(Node(id=f"n-{i}", instance_type="box", endpoint=f"ep-{i}", pool="box") for i in range(count))
    endpoints = tuple(
        Endpoint(name=f"ep-{i}", hosting=Hosting.SINGLE_MODEL, instance_type="box", nodes=(f"n-{i}",), models=(f"m-{i}",)) for i in range(count)
    )
    modes = [Mode(accelerator="X", memory_per_accelerator=i + 1, accelerators=1 + i % 2) for i in range(count)]
    copies = tuple(PlacedCopy(model=f"m-{i}", copy=0, node=f"n-{i}", accelerators=tuple(range(1 + i % 2)), mode=modes[i]) for i in range(count))
    placement_of, problem_of = make
    missing = tuple(Unplaced(model=f"x-{i}", copies=1, reasons=(Reason(rule="stock", detail="none"),)) for i in range(count))
    box = InstanceType(name="box", accelerator="X", accelerators=2, memory_per_accelerator=count, price_per_hour=1.0)
    problem = problem_of(instance_types=(box,), fleet=(Pool(instance_type="box"),))
    return Account(placement_of(nodes=nodes, endpoints=endpoints, copies=copies, unplaced=missing), problem)


def test_large_fleets_are_grouped_and_capped(make):
    text = summary(large(400, make))
    assert len(text.splitlines()) < 150
    assert "… and 385 more nodes in 385 other arrangements" in text
    assert "… and 385 more models" in text
    endpoints = next(line for line in text.splitlines() if line.startswith("  single model  box"))
    assert endpoints.split() == ["single", "model", "box", "400", "400", "400", "400"]


def test_all_rows_on_demand(make):
    text = summary(large(40, make), Page(rows=None))
    assert "…" not in text
    assert all(f" ep-{index} " in text for index in range(40))


def test_empty_placement_says_so_without_empty_sections(make):
    placement_of, problem_of = make
    text = summary(Account(placement_of(endpoints=(), nodes=(), copies=(), status=Status.UNKNOWN, cost_per_hour=0.0), problem_of()))
    assert "Endpoints" not in text
    assert "Nodes" not in text
    assert "0 copies of 0 models behind 0 endpoints on 0 nodes" in text


@pytest.mark.parametrize("limit", [*Limit, None])
def test_how_the_search_ended_is_said_of_every_limit(account: Account, limit: Limit | None):
    text = ending(replace(account, elapsed_s=1.25, limit=limit))
    assert text.endswith(" after 1.2 s")
    assert ("ended by itself" in text) is (limit is None)
    assert ("wanted gap" in text) is (limit is Limit.GAP)


def test_where_moves_were_paid_for_it_is_said_which_objective_is_which(account: Account):
    whole = account.placement.model_copy(update={"status": Status.FEASIBLE, "unplaced": (), "objective": 0.5, "bound": 0.4, "gap": 0.2})
    moved = " ".join(summary(replace(account, placement=whole, moves=True)).split())
    assert "within 20.00 % of the best there could be if moves cost nothing" in moved
    assert "without the price of the moves: objective 0.500000, bound 0.400000, gap 20.00 %" in moved
    alone = " ".join(summary(replace(account, placement=whole)).split())
    assert "moves" not in alone
    assert "objective 0.500000, bound 0.400000, gap 20.00 %" in alone
