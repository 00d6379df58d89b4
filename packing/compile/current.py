"""Current placement and policy → what may stay (`Home`), and what was found wrong on the way.

Nothing here fails because a current placement is broken: what cannot stay is left out of `Home`, with a notice, and is
placed anew like anything else. Only names in the policy that mean nothing are refused.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from packing.compile.compiler import Running, compile_problem
from packing.compile.data import UNLIMITED, Compiled
from packing.compile.home import Home, HomeCopy, HomeNode
from packing.compile.move_prices import move_prices
from packing.domain.change import Policy
from packing.domain.hardware import Pool
from packing.domain.overcommit import LEVELS
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.workload import Mode, Model
from packing.errors import Fault, ProblemError

Notices = list[Fault]
Named = TypeVar("Named", Node, Endpoint)


def footprint(mode: Mode) -> tuple[object, ...]:
    """What a copy in this mode is, whatever it is said to deliver: figures may be corrected while it runs."""
    resources = tuple(sorted(mode.resource_milli.items()))
    memory = (mode.memory_per_accelerator, mode.compute_micro, mode.vcpu_milli, mode.host_memory)
    return mode.accelerator, mode.accelerators, mode.precision, *memory, resources


class Modes:
    """Finds the mode of a model that a running copy has."""

    def __init__(self, problem: Problem) -> None:
        self.models = {model.name: (index, model) for index, model in enumerate(problem.models)}
        self._known: dict[str, dict[tuple[object, ...], list[int]]] = {}

    def of(self, copy: PlacedCopy) -> int | None:
        """Index of the mode; None if the model has none like it any more."""
        model = self.models[copy.model][1]
        if copy.model not in self._known:
            self._known[copy.model] = _by_footprint(model)
        alike = self._known[copy.model].get(footprint(copy.mode), [])
        exact = [index for index in alike if model.modes[index] == copy.mode]
        return next(iter([*exact, *alike]), None)


def _by_footprint(model: Model) -> dict[tuple[object, ...], list[int]]:
    found: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, mode in enumerate(model.modes):
        found[footprint(mode)].append(index)
    return found


@dataclass(frozen=True, slots=True)
class _Host:
    """A node of the current placement, with the endpoint and the pool that it names; None where they do not exist."""

    node: Node
    endpoint: Endpoint | None
    pool: Pool | None

    @property
    def wrong(self) -> str | None:
        """What keeps it from going on, in words; None: nothing does."""
        if self.endpoint is None:
            return f"whose endpoint, {self.node.endpoint}, does not exist"
        if self.pool is None:
            return f"whose pool, {self.node.pool}, is not in the fleet"
        if self.node.instance_type != self.pool.instance_type:
            return f"of {self.node.instance_type}, whose pool, {self.node.pool}, is of {self.pool.instance_type}"
        return None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A copy of the current placement whose model, mode and node are known."""

    copy: PlacedCopy
    mode: int
    node: Node
    endpoint: Endpoint
    pinned: bool


def compile_change(problem: Problem, current: Placement, policy: Policy) -> tuple[Compiled, tuple[Fault, ...]]:
    """Compile an expanded problem together with what runs now.

    Returns
    -------
    The compiled problem, its `home` filled in and the stock of drained nodes taken away; and notices, one for each
    thing in `current` that cannot stay, in the order of the placement.

    Raises
    ------
    ProblemError : if the policy names nodes, pools, models or copies that do not exist.
    """
    _insist_known(problem, current, policy)
    notices: Notices = []
    hosts = _hosts(problem, current, notices)
    empty = hosts.keys() - {copy.node for copy in current.copies}  # of the others the copies say it
    notices += [
        notice(f"nodes[{name}]", host.node.pool, f"The node is one {host.wrong}.") for name, host in hosts.items() if host.wrong and name in empty
    ]
    seen = list(_seen(problem, current, policy, hosts, notices))
    running: Running = frozenset(
        (each.copy.model, each.mode, each.endpoint.hosting, each.node.instance_type, level_of(each.endpoint)) for each in seen
    )
    whole = compile_problem(problem, running)
    compiled = _without_drained(whole, current, policy)
    nodes = _nodes(compiled, hosts, seen, policy, notices)
    counts = Counter(each.copy.model for each in seen)
    home = Home(
        nodes=nodes,
        load=move_prices(problem, compiled, _runs(compiled, seen), policy),
        running=tuple(counts[model.name] for model in compiled.models),
        stock=tuple(pool.stock for pool in whole.pools),
        names=frozenset({node.id for node in current.nodes} | {endpoint.name for endpoint in current.endpoints}),
        max_moves=_limit(policy.max_moves),
        max_moves_per_node=_limit(policy.max_moves_per_node),
        max_moves_per_model=_limit(policy.max_moves_per_model),
    )
    return replace(compiled, home=home), tuple(notices)


def _runs(compiled: Compiled, seen: list[_Seen]) -> Counter[tuple[int, int]]:
    """Copies that run now, by (model, mode)."""
    names = {model.name: index for index, model in enumerate(compiled.models)}
    return Counter((names[each.copy.model], each.mode) for each in seen)


def _limit(count: int | None) -> int:
    return UNLIMITED if count is None else count


def level_of(endpoint: Endpoint) -> int:
    """Index of the endpoint's level of over-commitment; -1: none, or one that is not known here."""
    return next((number for number, level in enumerate(LEVELS) if level.name == endpoint.keep), -1)


def copy_name(copy: PlacedCopy) -> str:
    """How a policy names a copy: ``model#2``."""
    return f"{copy.model}#{copy.copy_index}"


def _insist_known(problem: Problem, current: Placement, policy: Policy) -> None:
    nodes = {node.id for node in current.nodes}
    copies = {copy_name(copy) for copy in current.copies}
    things = {
        "pins": (policy.pins, nodes | copies | {model.name for model in problem.models}, "a model, a copy (model#2) or a node"),
        "drain": (policy.drain, nodes | {pool.label for pool in problem.fleet}, "a node or the label of a pool"),
        "in_flight": ([f"{move.model}#{move.copy_index}" for move in policy.in_flight], copies, "a copy (model and its number)"),
        "in_flight.node": ([move.node for move in policy.in_flight], nodes, "a node"),
    }
    faults = [
        Fault("unknown_name", f"policy.{where}", name, "Nothing in the current placement or the problem has this name.", f"Name {what}.")
        for where, (names, known, what) in things.items()
        for name in names
        if name not in known
    ]
    if faults:
        raise ProblemError(faults)


def _hosts(problem: Problem, current: Placement, notices: Notices) -> dict[str, _Host]:
    """Nodes of the current placement by name, each with what is known of it; of those of one name the first."""
    endpoints = _by_name(current.endpoints, "name", "endpoint", notices)
    pools = {pool.label: pool for pool in problem.fleet}
    return {
        name: _Host(node, endpoints.get(node.endpoint), pools.get(node.pool)) for name, node in _by_name(current.nodes, "id", "node", notices).items()
    }


def _seen(problem: Problem, current: Placement, policy: Policy, hosts: dict[str, _Host], notices: Notices) -> Iterator[_Seen]:
    """Copies that the problem still knows, once each; moves in flight count as arrived."""
    modes, pins, drained = Modes(problem), set(policy.pins), set(policy.drain)
    arrived = {(move.model, move.copy_index): move for move in policy.in_flight}
    taken: set[str] = set()
    for copy in current.copies:
        name = copy_name(copy)
        move = arrived.get((copy.model, copy.copy_index))
        if move is not None:
            copy = copy.model_copy(update={"node": move.node, "accelerators": move.accelerators})  # noqa: PLW2901
        host = hosts.get(copy.node)
        mode = modes.of(copy) if copy.model in modes.models else None
        wrong = (
            "is there twice" if name in taken
            else "is of a model that is not in the problem" if copy.model not in modes.models
            else f"is on a node, {copy.node}, that does not exist" if host is None
            else f"is on a node {host.wrong}" if host.wrong is not None
            else "runs in a mode that its model does not have any more" if mode is None
            else None
        )  # fmt: skip
        taken.add(name)
        if wrong is not None:
            notices.append(notice(f"copies[{name}]", copy.node, f"The copy {wrong}."))
            continue
        assert host is not None
        assert host.endpoint is not None
        assert mode is not None
        node = host.node
        pinned = move is not None or not pins.isdisjoint((copy.model, name, node.id))
        if pinned and not drained.isdisjoint((node.id, node.pool)):
            notices.append(notice(f"copies[{name}]", copy.node, "The copy is pinned, and its node is drained: it has to leave."))
        yield _Seen(copy, mode, node, host.endpoint, pinned)


def notice(where: str, value: str, cause: str) -> Fault:
    """Something in the current placement that cannot stay as it is."""
    return Fault("current_placement", f"current.{where}", value, cause, "It is not kept; what is still wanted of it is placed anew.")


def _by_name(things: tuple[Named, ...], field: str, what: str, notices: Notices) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for thing in things:
        name = getattr(thing, field)
        if name in found:
            notices.append(notice(f"{what}s[{name}]", name, f"There are several {what}s of this name; the first counts."))
        found.setdefault(name, thing)
    return found


def _without_drained(compiled: Compiled, current: Placement, policy: Policy) -> Compiled:
    """Less stock: a drained node is not there for anybody else either."""
    drained = set(policy.drain)
    gone = Counter(node.pool for node in current.nodes if node.id in drained)
    pools = tuple(
        replace(pool, stock=0) if pool.label in drained
        else replace(pool, stock=max(0, pool.stock - gone[pool.label])) if pool.stock < UNLIMITED
        else pool
        for pool in compiled.pools
    )  # fmt: skip
    return replace(compiled, pools=pools)


def _nodes(compiled: Compiled, hosts: dict[str, _Host], seen: list[_Seen], policy: Policy, notices: Notices) -> tuple[HomeNode, ...]:
    """Nodes that run and may go on, with the copies on them that some candidate still allows: none, where none of them can stay."""
    ways = {
        (compiled.models[each.model].name, each.mode, each.hosting, compiled.kinds[each.kind].name, each.keep): each.index
        for each in compiled.candidates
    }
    reasons = {(each.model, each.mode, each.hosting): each for each in compiled.removed}
    labels = {pool.label: index for index, pool in enumerate(compiled.pools)}
    drained = set(policy.drain)
    on: dict[str, list[HomeCopy]] = defaultdict(list)
    for each in seen:
        if not drained.isdisjoint((each.node.id, each.node.pool)):
            continue
        mine = on[each.node.id]
        candidate = ways.get((each.copy.model, each.mode, each.endpoint.hosting, each.node.instance_type, level_of(each.endpoint)))
        if candidate is None:
            removed = reasons.get((each.copy.model, each.mode, each.endpoint.hosting)) or reasons.get((each.copy.model, None, each.endpoint.hosting))
            why = f"rule {removed.rule}: {removed.detail}" if removed else "the problem does not allow it"
            notices.append(notice(f"copies[{copy_name(each.copy)}]", each.copy.node, f"The copy may not run like this any more ({why})."))
            continue
        accelerators, width = sorted(set(each.copy.accelerators)), compiled.candidates[candidate].width
        there = compiled.kinds[compiled.candidates[candidate].kind].accelerators
        if not len(accelerators) == len(each.copy.accelerators) == width or (accelerators and not 0 <= accelerators[0] <= accelerators[-1] < there):
            cause = f"The copy is said to be on accelerators {list(each.copy.accelerators)}: its mode takes {width} of the {there} that there are."
            notices.append(notice(f"copies[{copy_name(each.copy)}]", each.copy.node, cause))
            continue
        mine.append(HomeCopy(each.copy.copy_index, candidate, tuple(accelerators), each.pinned))
    found = [
        HomeNode(name, host.endpoint.name, labels[host.node.pool], host.endpoint.hosting, tuple(on[name]), level_of(host.endpoint))
        for name, host in hosts.items()
        if host.wrong is None and host.endpoint is not None and drained.isdisjoint((name, host.node.pool))
    ]
    for index, count in sorted(Counter(node.pool for node in found).items()):
        pool = compiled.pools[index]
        if count > pool.stock:
            # Which of them go is for the search to decide.
            notices.append(notice(f"pools[{pool.label}]", str(pool.stock), f"Of its nodes {count:,} run, and it has only {pool.stock:,} left."))
    return tuple(found)
