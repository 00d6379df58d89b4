"""A fleet that anything may happen to: a hypothesis state machine with what must hold after every event.

    from packing.testing.fleet_machine import FleetMachine
    TestFleet = FleetMachine.TestCase

Its state is a problem and what runs; its rules are the events of a fleet's life, each answered by solving anew from what
runs and by a migration. Subclass it to change the `limits` of its problems, or to answer with something of your own (`answer`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, ClassVar

from packing.act.diff import apply_diff, diff
from packing.act.migrate import plan_migration
from packing.act.simulate.loss import without_nodes
from packing.compile.current import copy_name
from packing.describe import Expanded, check, expand
from packing.domain.after import after
from packing.domain.change import InFlight, Policy
from packing.domain.events import ModelAdded, ModelRemoved, NodeBack, NodeLost, PriceChanged, StockChanged, TrafficChanged
from packing.domain.joined import joined
from packing.domain.migration import MigrationOptions
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.words import Isolation
from packing.domain.workload import Copies
from packing.generate.limits import Limits
from packing.solve.api import solve_placement
from packing.solve.result import Result
from packing.testing import fleet_laws as laws
from packing.testing.changes import ask_for_zones, measure_anew, rename_model, swap_models
from packing.testing.running_fleets import Fleet, empty_node, lose_zone, shrink_below, warm_node
from packing.testing.strategies import problems
from packing.verify import verify
from packing.verify.replay import state_after

try:
    from hypothesis import assume, event
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
except ImportError as error:  # pragma: no cover - depends on what is installed
    raise ImportError("packing.testing.fleet_machine needs hypothesis: pip install 'packing[testing]'") from error

FEW = Limits(models=5, copies=10, copies_each=4, tenants=3, pools=3, slots=2, modes=2, accelerators=4, stock=4)
OPTIONS = MigrationOptions(effort=300, remedies=False)
COUNTS = st.one_of(st.none(), st.integers(0, 3))
WEIGHTS = st.sampled_from((0.1, 0.0, 0.01, 1.0))
POLICIES = st.builds(
    Policy, move_weight=WEIGHTS, max_moves=COUNTS, max_moves_per_node=COUNTS, max_moves_per_model=COUNTS, use_error_bands=st.booleans()
)
HALF = st.one_of(st.none(), st.integers(0, 4))
"""After how many waves a migration stops; None: it runs to its end."""
SEEDS = st.integers(0, 10**6)


class FleetMachine(RuleBasedStateMachine):
    """Problem and placement through time.

    Attributes
    ----------
    limits : how large its problems are.
    time_limits : seconds of search, one of which is drawn for each answer. With 0 alone a failure always comes back.
    """

    limits: ClassVar[Limits] = FEW
    time_limits: ClassVar[tuple[float, ...]] = (0.0,)

    problem: Problem
    placement: Placement
    before: Expanded
    """What was last answered, with the facts of everything that still runs."""

    @initialize(data=st.data())
    def begin(self, data: Any) -> None:
        """A fleet is placed."""
        problem = data.draw(problems(self.limits))
        self.problem, self.before = problem, expand(problem)
        self.placement = solve_placement(problem, time_limit=0, processes=False).placement
        self.fresh = 0

    def answer(self, problem: Problem, current: Placement, policy: Policy, time_limit: float) -> Result:
        """The library's answer to an event."""
        return solve_placement(problem, current=current, policy=policy, time_limit=time_limit, processes=False)

    # -- events ----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.placement.nodes)
    @rule(data=st.data(), policy=POLICIES, half=HALF)
    def node_is_lost(self, data: Any, policy: Policy, half: int | None) -> None:
        """A node and all that is on it."""
        node = data.draw(st.sampled_from(self.placement.nodes))
        problem = after(self.problem, NodeLost(at=0, node=node.id), node.pool)
        self._react(problem, without_nodes(self.placement, [node.id]), policy, half, data)

    @rule(data=st.data(), policy=POLICIES, half=HALF, count=st.integers(1, 3))
    def nodes_are_back(self, data: Any, policy: Policy, half: int | None, count: int) -> None:
        """A pool has more nodes."""
        pool = data.draw(st.sampled_from(self.problem.fleet))
        self._react(after(self.problem, NodeBack(at=0, pool=pool.label, count=count)), self.placement, policy, half, data)

    @rule(data=st.data(), policy=POLICIES, half=HALF, count=st.integers(0, 5))
    def stock_changes(self, data: Any, policy: Policy, half: int | None, count: int) -> None:
        """A pool has another stock."""
        pool = data.draw(st.sampled_from(self.problem.fleet))
        self._react(after(self.problem, StockChanged(at=0, pool=pool.label, count=count)), self.placement, policy, half, data)

    @rule(data=st.data(), policy=POLICIES, half=HALF, cents=st.integers(0, 3000))
    def price_changes(self, data: Any, policy: Policy, half: int | None, cents: int) -> None:
        """A pool has another price."""
        pool = data.draw(st.sampled_from(self.problem.fleet))
        self._react(after(self.problem, PriceChanged(at=0, pool=pool.label, price_per_hour=cents / 100)), self.placement, policy, half, data)

    @rule(data=st.data(), policy=POLICIES, half=HALF)
    def model_comes(self, data: Any, policy: Policy, half: int | None) -> None:
        """A model more, like one that is there."""
        assume(len(self.problem.models) < self.limits.models + 3)
        self.fresh += 1
        model = data.draw(st.sampled_from(self.problem.models)).model_copy(update={"name": f"new-{self.fresh}"})
        self._react(after(self.problem, ModelAdded(at=0, model=model)), self.placement, policy, half, data)

    @precondition(lambda self: len(self.problem.models) > 1)
    @rule(data=st.data(), policy=POLICIES, half=HALF)
    def model_goes(self, data: Any, policy: Policy, half: int | None) -> None:
        """A model fewer."""
        model = data.draw(st.sampled_from(self.problem.models))
        self._react(after(self.problem, ModelRemoved(at=0, model=model.name)), self.placement, policy, half, data)

    @rule(data=st.data(), policy=POLICIES, half=HALF, factor=st.sampled_from((1.2, 0.5, 0.0, 2.0)))
    def traffic_changes(self, data: Any, policy: Policy, half: int | None, factor: float) -> None:
        """More or fewer requests, of one model or of all."""
        one = data.draw(st.sampled_from((None, *self.problem.models)))
        self._react(after(self.problem, TrafficChanged(at=0, model=one and one.name, factor=factor)), self.placement, policy, half, data)

    @rule(data=st.data(), policy=POLICIES, half=HALF, least=st.integers(0, 4), dip=st.integers(0, 2))
    def model_is_resized(self, data: Any, policy: Policy, half: int | None, least: int, dip: int) -> None:
        """Another number of copies, and of copies that may be unavailable."""
        self._replace(
            data, policy, half, lambda model: {"copies": Copies(min=least, max=max(least, model.copies.max or least)), "max_unavailable": dip}
        )

    @rule(data=st.data(), policy=POLICIES, half=HALF, isolation=st.sampled_from(tuple(Isolation)))
    def isolation_changes(self, data: Any, policy: Policy, half: int | None, isolation: Isolation) -> None:
        """What runs may break a rule from now on."""
        self._replace(data, policy, half, lambda _: {"isolation": isolation})

    @precondition(lambda self: self.placement.nodes)
    @rule(data=st.data(), policy=POLICIES, half=HALF, seed=SEEDS, happens=st.sampled_from((warm_node, empty_node, shrink_below, lose_zone)))
    def something_happens_to_nodes(self, data: Any, policy: Policy, half: int | None, seed: int, happens: Callable[..., Fleet]) -> None:
        """A warm node without copies, a node that is emptied, a stock below what runs, a zone that is lost."""
        problem, current = happens(self.problem, self.placement, Random(seed))
        self._react(problem, current, policy, half, data)

    @rule(data=st.data(), policy=POLICIES, half=HALF, seed=SEEDS, change=st.sampled_from((measure_anew, rename_model, swap_models, ask_for_zones)))
    def model_is_another(self, data: Any, policy: Policy, half: int | None, seed: int, change: Callable[..., Problem]) -> None:
        """Modes are measured anew, a model is replaced by another, or asks for two zones."""
        self._react(change(self.problem, Random(seed)), self.placement, policy, half, data)

    @precondition(lambda self: self.placement.copies)
    @rule(data=st.data(), policy=POLICIES, half=HALF)
    def copy_is_on_its_way(self, data: Any, policy: Policy, half: int | None) -> None:
        """A copy is in flight to where it is now: it counts as being there."""
        copy = data.draw(st.sampled_from(self.placement.copies))
        move = InFlight.model_validate({"model": copy.model, "copy": copy.copy_index, "node": copy.node, "accelerators": copy.accelerators})
        self._react(self.problem, self.placement, policy.model_copy(update={"in_flight": (move,)}), half, data)

    @precondition(lambda self: self.placement.nodes)
    @rule(data=st.data(), policy=POLICIES, half=HALF)
    def node_or_pool_is_drained(self, data: Any, policy: Policy, half: int | None) -> None:
        """Something is to be emptied."""
        names = [node.id for node in self.placement.nodes] + [pool.label for pool in self.problem.fleet]
        chosen = tuple(data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)))
        self._react(self.problem, self.placement, policy.model_copy(update={"drain": chosen}), half, data)

    @precondition(lambda self: self.placement.copies)
    @rule(data=st.data(), policy=POLICIES, half=HALF, cents=st.integers(0, 3000))
    def something_is_pinned_while_a_price_changes(self, data: Any, policy: Policy, half: int | None, cents: int) -> None:
        """A reason to move, and something that may not."""
        pins = data.draw(st.lists(st.sampled_from([copy_name(copy) for copy in self.placement.copies]), min_size=1, max_size=3, unique=True))
        pool = data.draw(st.sampled_from(self.problem.fleet))
        problem = after(self.problem, PriceChanged(at=0, pool=pool.label, price_per_hour=cents / 100))
        self._react(problem, self.placement, policy.model_copy(update={"pins": tuple(pins)}), half, data)

    # -- answers ---------------------------------------------------------------------------------------------------

    def _replace(self, data: Any, policy: Policy, half: int | None, changes: Callable[[Any], dict[str, object]]) -> None:
        model = data.draw(st.sampled_from(self.problem.models))
        models = tuple(each.model_copy(update=changes(each)) if each is model else each for each in self.problem.models)
        self._react(self.problem.model_copy(update={"models": models}), self.placement, policy, half, data)

    def _react(self, problem: Problem, current: Placement, policy: Policy, half: int | None, data: Any) -> None:
        """Answer an event, migrate, and insist on every law on the way."""
        assume(not check(problem))
        before = problem.model_dump_json(), current.to_json()
        result = self.answer(problem, current, policy, data.draw(st.sampled_from(self.time_limits)))
        assert (problem.model_dump_json(), current.to_json()) == before, "problem or current placement were changed"
        wanted, target = result.placement, result.expanded
        found = verify(target.problem, wanted, target.digest)
        assert found.ok, found.violations
        laws.change_is_as_said(target.problem, current, result, found, policy)
        difference = diff(current, wanted)
        applied = apply_diff(current, difference)
        assert applied.state_digest() == difference.target
        assert diff(applied, wanted).is_empty
        self.placement = self._migrate(target, current, wanted, half)
        self.problem = problem
        self.before = replace(target, problem=joined(target.problem, self.placement, self.before.problem))

    def _migrate(self, target: Expanded, current: Placement, wanted: Placement, half: int | None) -> Placement:
        """What runs when the migration is over, or has stopped after `half` waves."""
        plan = plan_migration(target, current, wanted, old_problem=self.before, options=OPTIONS)
        event(f"migration {plan.status}")
        if not laws.migration_holds(target.problem, current, wanted, plan, self.before.problem):
            return wanted  # there is no order: stop and start everything anew
        if half is None or half >= len(plan.waves):
            return wanted
        there = state_after(target.problem, current, plan, half, old_problem=self.before.problem)
        event("stopped half way")
        again = plan_migration(target, there, wanted, old_problem=self.before, options=OPTIONS)
        laws.migration_holds(target.problem, there, wanted, again, self.before.problem)
        event(f"from half way {again.status}")
        return there
