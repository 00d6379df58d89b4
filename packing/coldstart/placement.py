"""From a placement to the nodes whose models take turns in memory, and to what is predicted for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from packing.coldstart.answer import ColdStarts
from packing.coldstart.endpoint import Member, SharedNode, refuse
from packing.coldstart.noticed import named
from packing.coldstart.prediction import predict
from packing.domain.hardware import InstanceType
from packing.domain.placement import Node, PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.units import show_bytes
from packing.domain.words import Hosting, Sharing
from packing.domain.workload import Model
from packing.errors import Fault, ProblemError

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Promise:
    """What a model was promised, and what is predicted (or seen) of it on one node.

    Parameters
    ----------
    model : as on the node.
    cold_start_s, quantile : this share of the requests waits no longer than so many seconds.
    within : the share that does, over all slots; None where the load time is not known.
    """

    model: str
    cold_start_s: float
    quantile: float
    within: float | None

    @property
    def kept(self) -> bool | None:
        """Whether it is kept; None: not known."""
        return None if self.within is None else self.within >= self.quantile


@dataclass(frozen=True, slots=True)
class NodeColdStarts:
    """A multi-model node of a placement.

    Parameters
    ----------
    endpoint, node : names in the placement.
    shared : what the figures were computed from.
    figures : predicted, or simulated.
    promises : of the models with a `cold_start_quantile`.
    notices : what was assumed, beside `figures.notices`.
    """

    endpoint: str
    node: str
    shared: SharedNode
    figures: ColdStarts
    promises: tuple[Promise, ...]
    notices: tuple[str, ...]


def of_placement(problem: Problem, placement: Placement, *, judge: Callable[[SharedNode], ColdStarts] = predict) -> tuple[NodeColdStarts, ...]:
    """Cold starts of every multi-model node of a placement, in the order of the placement.

    Traffic of a model is divided evenly among its copies. Sizes and load times are those of the copies' modes; where a
    mode states no `load_s` the loads take no time and a notice says so.

    Parameters
    ----------
    problem : with modes and instance types filled in (`packing.describe.expand(problem).problem`).
    placement : as solved or read; nothing but its multi-model nodes is looked at.
    judge : `predict`, or a call of `simulate_endpoint`.

    Raises
    ------
    ProblemError : names that the problem does not have, and models that are too large for their node, all at once.
    """
    shared = shared_nodes(problem, placement)
    asked = {model.name: model for model in problem.models}
    return tuple(_judged(found, judge(found.shared), asked) for found in shared)


@dataclass(frozen=True, slots=True)
class Found:
    """A node before it is judged; `models` has the model of each member."""

    endpoint: str
    node: str
    shared: SharedNode
    models: tuple[str, ...]
    notices: tuple[str, ...]


def shared_nodes(problem: Problem, placement: Placement) -> tuple[Found, ...]:
    """The multi-model nodes of a placement as they are judged; see `of_placement` for what is raised."""
    faults = list(_unknown(problem, placement))
    if faults:
        raise ProblemError(faults)
    multi = {endpoint.name for endpoint in placement.endpoints if endpoint.hosting is Hosting.MULTI_MODEL}
    types = {kind.name: kind for kind in problem.instance_types}
    models = {model.name: model for model in problem.models}
    number = Counter(copy.model for copy in placement.copies)
    on: dict[str, list[PlacedCopy]] = {node.id: [] for node in placement.nodes}
    for copy in placement.copies:
        on[copy.node].append(copy)
    found = []
    for node in placement.nodes:
        if node.endpoint in multi:
            # Copies on the accelerator and copies on CPUs have different memories.
            groups = [[copy for copy in on[node.id] if bool(copy.mode.accelerators) is wanted] for wanted in (True, False)]
            found += [_found(problem, node, types[node.instance_type], copies, models, number) for copies in groups if copies]
    for each in found:
        try:
            refuse(each.shared)
        except ProblemError as error:
            faults += error.faults
    if faults:
        raise ProblemError(faults)
    return tuple(found)


def _unknown(problem: Problem, placement: Placement) -> Iterator[Fault]:
    """Names of the placement that lead nowhere."""
    types, models = {kind.name for kind in problem.instance_types}, {model.name for model in problem.models}
    nodes = {node.id for node in placement.nodes}
    for at, node in enumerate(placement.nodes):
        if node.instance_type not in types:
            where = f"nodes[{at}] {node.id!r}.instance_type"
            yield Fault(
                "unknown_instance_type", where, node.instance_type, "The problem does not have it.", "Give the problem that was solved, expanded."
            )
    for at, copy in enumerate(placement.copies):
        if copy.model not in models:
            yield Fault("unknown_model", f"copies[{at}].model", copy.model, "The problem does not have it.", "Give the problem that was solved.")
        if copy.node not in nodes:
            yield Fault("bad_placement", f"copies[{at}].node", copy.node, "The placement has no such node.", "Correct the placement.")


def _found(problem: Problem, node: Node, kind: InstanceType, copies: list[PlacedCopy], models: dict[str, Model], number: Counter[str]) -> Found:
    capacity, sizes, said = _memory(kind, copies)
    stated = [models[copy.model].traffic is not None for copy in copies]
    always = sum(size for size, known in zip(sizes, stated, strict=True) if not known)
    if always:
        names = [copy.model for copy, known in zip(copies, stated, strict=True) if not known]
        said.append(f"No traffic is stated for {named(names)}: taken to be loaded all the time.")
    if kind.effective_sharing is Sharing.MIG:
        said.append("The accelerator is partitioned; the prediction takes its memory as one.")
    shown = list(_members(problem, copies, sizes, models, number))
    members = tuple(member for member, known in zip(shown, stated, strict=True) if known)
    of = tuple(copy.model for copy, known in zip(copies, stated, strict=True) if known)
    if not members:  # nothing is ever loaded on demand
        members, of, always = tuple(shown), tuple(copy.model for copy in copies), 0
    left = max(capacity - always, max(member.size for member in members) if always else 0)
    name = node.id if any(copy.mode.accelerators for copy in copies) else f"{node.id} (host memory)"
    shared = SharedNode(left, members, problem.slot_hours * HOUR, name, problem.loading_limit)
    return Found(node.endpoint, node.id, shared, of, tuple(said))


def _members(problem: Problem, copies: list[PlacedCopy], sizes: list[int], models: dict[str, Model], number: Counter[str]) -> Iterator[Member]:
    here, seen = Counter(copy.model for copy in copies), Counter[str]()
    for copy, size in zip(copies, sizes, strict=True):
        seen[copy.model] += 1
        name = copy.model if here[copy.model] == 1 else f"{copy.model} #{seen[copy.model]}"
        traffic = models[copy.model].traffic
        rates = traffic.requests_per_second if traffic is not None else (0.0,)
        each = tuple(rate / number[copy.model] for rate in rates)
        yield Member(name, size, each * problem.slots if len(each) == 1 else each, copy.mode.load_s)


def _memory(kind: InstanceType, copies: list[PlacedCopy]) -> tuple[int, list[int], list[str]]:
    """Capacity and sizes in the memory that is over-committed most, and a sentence where there is another one."""
    offers = []
    if copies[0].mode.accelerators:
        offers.append(("accelerator", kind.memory_per_accelerator, [copy.mode.memory_per_accelerator for copy in copies]))
    if kind.host_memory is not None:
        offers.append(("host", kind.host_memory, [copy.mode.host_memory for copy in copies]))
    offers.sort(key=lambda offer: -sum(offer[2]) / max(offer[1], 1))
    if not offers:
        sizes = [copy.mode.host_memory for copy in copies]
        offers = [("host", sum(sizes), sizes)]
    said = [
        f"The {name} memory is over-committed, too ({show_bytes(sum(sizes))} on {show_bytes(capacity)}); the figures are for the {offers[0][0]} memory."
        for name, capacity, sizes in offers[1:]
        if sum(sizes) > capacity
    ]
    _, capacity, sizes = offers[0]
    return max(capacity, 1), [max(size, 1) for size in sizes], said


def _judged(found: Found, figures: ColdStarts, models: dict[str, Model]) -> NodeColdStarts:
    promises = []
    for each, name in zip(figures.models, found.models, strict=True):
        model = models[name]
        if model.cold_start_quantile is not None and each.total.active:
            within = None if each.total.waits is None else each.total.waits.within(model.cold_start_s)
            promises.append(Promise(each.name, model.cold_start_s, model.cold_start_quantile, within))
    return NodeColdStarts(found.endpoint, found.node, found.shared, figures, tuple(promises), found.notices)
