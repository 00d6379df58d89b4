"""The replay finds what is wrong with a migration: steps left out, swapped, doubled, figures changed, another base."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from packing.domain.migration import Migration, StepKind
from packing.errors import ProblemError
from packing.verify import verify
from packing.verify.replay import Replay, replay, state_after
from tests.oracles.pairs import Pair, cycle, random_pair

Data = dict[str, Any]


@pytest.fixture(scope="module")
def ring() -> tuple[Pair, Migration]:
    from packing.act.migrate import plan_migration

    pair = cycle(3, 1)
    return pair, plan_migration(pair.problem, pair.old, pair.new, by_name=True)


def walked(pair: Pair, migration: Migration, *, full: bool = False) -> Replay:
    return replay(pair.problem.problem, pair.old, pair.new, migration, old_problem=pair.old_problem.problem, full=full)


def corrupted(ring: tuple[Pair, Migration], change: Callable[[Data], None]) -> set[str]:
    """Names of the violations after a change of the plan's plain data."""
    pair, migration = ring
    data = migration.model_dump(mode="json", by_alias=True)
    change(data)
    return {each.rule for each in walked(pair, Migration.model_validate(data)).violations}


def all_steps(data: Data) -> list[tuple[Data, int]]:
    return [(wave, at) for wave in data["waves"] for at in range(len(wave["steps"]))]


def test_the_plan_as_it_is(ring: tuple[Pair, Migration]):
    assert corrupted(ring, lambda _: None) == set()
    pair, migration = ring
    assert walked(pair, migration, full=True).states > walked(pair, migration).states


def test_any_step_left_out_is_found(ring: tuple[Pair, Migration]):
    count = ring[1].totals.steps
    assert count == 18
    for number in range(count):

        def drop(data: Data, number: int = number) -> None:
            wave, at = all_steps(data)[number]
            del wave["steps"][at]
            data["totals"]["steps"] -= 1

        assert corrupted(ring, drop), f"step {number}"


def test_any_two_neighbours_of_different_waves_swapped_are_found(ring: tuple[Pair, Migration]):
    for number in range(len(ring[1].waves) - 1):

        def swap(data: Data, number: int = number) -> None:
            one, other = data["waves"][number], data["waves"][number + 1]
            one["steps"], other["steps"] = other["steps"], one["steps"]

        assert corrupted(ring, swap), f"waves {number} and {number + 1}"


def test_two_waves_made_one_are_found(ring: tuple[Pair, Migration]):
    for number in range(len(ring[1].waves) - 1):

        def merge(data: Data, number: int = number) -> None:
            data["waves"][number]["steps"] += data["waves"].pop(number + 1)["steps"]

        assert corrupted(ring, merge) & {"floor", "sharing", "stock", "step"}, f"waves {number} and {number + 1}"


def first(data: Data, kind: StepKind) -> Data:
    return next(step for wave in data["waves"] for step in wave["steps"] if step["kind"] == kind)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda data: first(data, StepKind.LOAD_COPY).update(bytes=1), "totals"),
        (lambda data: data["totals"].update(bytes=7), "totals"),
        (lambda data: data["totals"].update(loads=7), "totals"),
        (lambda data: data["totals"].update(seconds=7.0), "totals"),
        (lambda data: data["waves"][0].update(seconds=1.0), "totals"),
        (lambda data: first(data, StepKind.LOAD_COPY).update(bytes=5), "totals"),
        (lambda data: first(data, StepKind.LOAD_COPY).update(copy=9), "step"),
        (lambda data: first(data, StepKind.LOAD_COPY).update(node="nowhere"), "step"),
        (lambda data: first(data, StepKind.LOAD_COPY).update(mode=None), "step"),
        (lambda data: first(data, StepKind.LOAD_COPY).update(accelerators=[1]), "accelerators"),
        (lambda data: first(data, StepKind.LOAD_COPY)["mode"].update(memory_per_accelerator=17 * 2**30), "memory"),
        (lambda data: first(data, StepKind.LOAD_COPY)["mode"].update(vcpus=1.0), "mode"),
        (lambda data: first(data, StepKind.SHIFT_TRAFFIC).update(replaces=5), "step"),
        (lambda data: first(data, StepKind.START_NODE).update(pool="other"), "stock"),
        (lambda data: first(data, StepKind.START_NODE).update(zone="other"), "stock"),
        (lambda data: first(data, StepKind.START_NODE).update(endpoint="e", hosting="single_model"), "step"),
        (lambda data: first(data, StepKind.DRAIN).update(starts_at=0.0), "floor"),
        (lambda data: first(data, StepKind.SHIFT_TRAFFIC).update(starts_at=305.0), "times"),
        (lambda data: data["names"]["nodes"].update(n0="n1", n1="n0"), "end"),
        (lambda data: data["names"]["nodes"].update(n0="n1"), "end"),
        (lambda data: data["waves"].pop(), "end"),
    ],
)
def test_a_changed_figure_is_found(ring: tuple[Pair, Migration], change: Callable[[Data], None], rule: str):
    assert rule in corrupted(ring, change)


def test_another_base_or_goal_is_refused(ring: tuple[Pair, Migration]):
    pair, migration = ring
    moved = pair.old.model_copy(update={"copies": pair.old.copies[1:]})
    with pytest.raises(ProblemError) as refused:
        replay(pair.problem.problem, moved, pair.old, migration)
    assert [(fault.code, fault.where) for fault in refused.value.faults] == [("stale_state", "base"), ("stale_state", "target")]
    with pytest.raises(ProblemError, match="stale_state"):
        state_after(pair.problem.problem, moved, migration, 1)


def test_a_dip_that_is_not_named_is_found():
    from packing.act.migrate import plan_migration
    from packing.describe import expand

    pair = cycle(2, 0)
    models = tuple(model.model_copy(update={"max_unavailable": 1}) for model in pair.problem.described.models)
    problem = expand(pair.problem.described.model_copy(update={"models": models}))
    new = pair.new.model_copy(update={"problem": problem.digest})
    migration = plan_migration(problem, pair.old, new, by_name=True)
    assert len(migration.dips) == 1
    assert replay(problem.problem, pair.old, new, migration).ok
    silent = migration.model_copy(update={"dips": ()})
    assert {each.rule for each in replay(problem.problem, pair.old, new, silent).violations} == {"floor"}


def test_every_state_in_which_a_run_may_stop_is_valid_and_a_way_leads_on(ring: tuple[Pair, Migration]):
    from packing.act.migrate import plan_migration

    pair, migration = ring
    for waves in range(len(migration.waves) + 1):
        state = state_after(pair.problem.problem, pair.old, migration, waves)
        found = verify(pair.problem.problem, state, pair.problem.digest).violations
        assert {each.rule for each in found} <= {"copies"}  # a moving copy is two for a while
        onward = plan_migration(pair.problem, state, pair.new, by_name=True)
        assert walked(Pair("", pair.problem, pair.problem, state, pair.new, by_name=True), onward, full=True).ok
    assert state.state_digest() != pair.old.state_digest()


@pytest.mark.parametrize("seed", range(6))
def test_fast_and_full_walk_agree_on_corrupted_plans(seed: int):
    """A step is left out of a random plan: the incremental walk finds something whenever the full one does."""
    from random import Random

    from packing.act.migrate import plan_migration
    from packing.domain.migration import MigrationOptions

    pair = random_pair(seed)
    if pair is None:
        pytest.skip("nothing to place")
    options = MigrationOptions(effort=200, remedies=False)
    migration = plan_migration(pair.problem, pair.old, pair.new, old_problem=pair.old_problem, by_name=pair.by_name, options=options)
    assert walked(pair, migration, full=True).ok
    data, random = migration.model_dump(mode="json", by_alias=True), Random(seed)
    places = all_steps(data)
    for wave, at in random.sample(places, min(3, len(places))):
        broken = {
            **data,
            "waves": [{**each, "steps": [s for n, s in enumerate(each["steps"]) if each is not wave or n != at]} for each in data["waves"]],
        }
        broken["totals"] = {**data["totals"], "steps": data["totals"]["steps"] - 1}
        plan = Migration.model_validate(broken)
        assert walked(pair, plan).ok == walked(pair, plan, full=True).ok
