"""The same bytes whatever the clock does, as long as it does not cut the search short; and what it cuts short is said."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest

import packing as pk
from packing.domain.words import Limit
from packing.generate import generate
from packing.solve import budget

SOLVE = Path(pk.__file__).parent / "solve"
CLOCKS = {"remaining", "elapsed", "within", "monotonic", "perf_counter", "process_time", "time_limit", "max_time_in_seconds"}
MAY = {
    "api.py": "the caller's limit, and how long it took",
    "budget.py": "the one place where the clock is read",
    "context.py": "hands it on",
    "cp_sat/solver.py": "the watchdog",
    "finishing.py": "measures what naming and checking the answer will take, which is kept of the limit",
    "programs.py": "the guard of solvers that count no work",
    "remote": "waits for processes",
    "reassign": "a solver of its own, which no strategy reaches",
}
"""Files and folders of `packing/solve` that may know of the clock, and why."""


def clocks_in(source):
    """Names in a module that tell what time it is, or that measure by it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            found |= {"import time"} if names & {"time", "datetime"} else set()
        elif isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            found.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg in CLOCKS:
            found.add(node.arg)
    return found


def test_no_strategy_knows_what_time_it_is():
    found = {}
    for path in sorted(SOLVE.rglob("*.py")):
        name = path.relative_to(SOLVE).as_posix()
        if not any(name == each or name.startswith(f"{each}/") for each in MAY):
            found |= {name: clocks} if (clocks := clocks_in(path.read_text(encoding="utf-8"))) else {}
    assert found == {}


@pytest.mark.parametrize(
    "source",
    ["import time", "from time import monotonic", "import datetime as dt", "context.remaining()", "x.time_limit * 0.1", "solve(time_limit=3)"],
)
def test_that_test_sees_clocks(source):
    assert clocks_in(source)


def test_cp_sat_is_given_no_limit_that_follows_the_wall_clock():
    named = {
        node.attr for path in SOLVE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)
    }
    assert "max_deterministic_time" in named
    assert {path.parent.name for path in SOLVE.rglob("*.py") if "max_time_in_seconds =" in path.read_text(encoding="utf-8")} <= {"reassign"}


FLEETS = {
    "auto": {"copies": 200, "models": 60, "shapes": 30, "tenants": 4, "tightness": 1.1, "seed": 3},
    "patterns": {"copies": 160, "models": 40, "shapes": 20, "tenants": 4, "seed": 5},
    "node_patterns": {"copies": 120, "models": 60, "shapes": 30, "sharing": "exclusive", "slots": 3, "seed": 6},
    "shortage": {"copies": 160, "models": 50, "shapes": 25, "tightness": 1.2, "seed": 7},
    "cp_sat": {"copies": 50, "models": 20, "seed": 8},
    "neighbourhood": {"copies": 120, "models": 40, "seed": 9},
    "ruin": {"copies": 120, "models": 40, "seed": 10},
    "split": {"copies": 120, "models": 60, "tenants": 6, "isolated_share": 0.5, "seed": 11},
}
"""By strategy, fleets with which it has enough to do to use its shares up."""


LIMIT_S, WORK = 10_000.0, 0.6
"""A time limit that is never near, and the units of work that it is to stand for."""


def at_pace(monkeypatch, pace, problem, **options):
    """The answer where the clock goes at another pace, with little work to share out and no hurry."""
    with monkeypatch.context() as patch:
        true, began = time.monotonic, time.monotonic()
        patch.setattr(time, "monotonic", lambda: began + (true() - began) * pace)
        patch.setattr(budget, "PACE", WORK / LIMIT_S)
        return pk.solve_placement(problem, time_limit=LIMIT_S, seed=2, processes=False, **options)


def same_at_every_pace(monkeypatch, problem, **options):
    """Shares that were measured in seconds would end at other places; here the limit is never near, at any pace."""
    slow, fast = (at_pace(monkeypatch, pace, problem, **options) for pace in (0.1, 40.0))
    assert {slow.limit, fast.limit} <= {None, Limit.WORK}
    assert slow.limit == fast.limit
    assert slow.placement.to_json() == fast.placement.to_json()


@pytest.mark.parametrize("strategy", FLEETS)
def test_the_pace_of_the_clock_changes_nothing(strategy, monkeypatch):
    same_at_every_pace(monkeypatch, generate(**FLEETS[strategy]), strategy=strategy)


@pytest.mark.parametrize("copies", [60, 200])
def test_nor_does_it_where_something_runs(copies, monkeypatch):
    """A few nodes are lost: copies find other places, and everything is improved, and proven where it is small."""
    problem = generate(copies=copies, models=copies // 3, shapes=15, tightness=0.9, seed=12)
    current = pk.solve_placement(problem, time_limit=0, processes=False).placement
    fleet = tuple(pool.model_copy(update={"count": max(0, pool.count - 1)}) for pool in problem.fleet)
    same_at_every_pace(monkeypatch, problem.model_copy(update={"fleet": fleet}), current=current)


def test_a_time_limit_that_bites_is_said(monkeypatch):
    """As if a unit of work took a thousand seconds."""
    monkeypatch.setattr(budget, "PACE", 1000.0)
    result = pk.solve_placement(generate(copies=300, models=80, tenants=6, seed=1), strategy="cp_sat", time_limit=0.5, processes=False)
    assert result.limit is Limit.TIME


def test_child_processes_give_the_same_bytes_as_the_caller_s():
    problem = generate(copies=30, models=12, tightness=1.1, seed=4)
    apart, here = (pk.solve_placement(problem, time_limit=60.0, seed=3, processes=processes) for processes in (True, False))
    assert Limit.TIME not in {apart.limit, here.limit}
    assert apart.incidents == here.incidents == ()
    assert apart.placement.to_json() == here.placement.to_json()
