"""The fleet as the steps of a migration change it; every step that cannot be done is a violation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from packing.domain.migration import Step, StepKind
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement
from packing.verify.violation import Violation

STEP = "step"
"""Name of violations of this kind: a step that cannot be done in the state in which it is taken."""


@dataclass(slots=True, eq=False)
class Running:
    """A copy that takes its room."""

    copy: PlacedCopy
    added: bool
    """Loaded by the migration, not there before."""
    serving: bool = True
    drained: bool = False


@dataclass(slots=True, eq=False)
class Fleet:
    """Nodes, endpoints and copies by name."""

    nodes: dict[str, Node] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    copies: dict[tuple[str, int], Running] = field(default_factory=dict)
    on: dict[str, dict[tuple[str, int], Running]] = field(default_factory=dict)
    """Copies by node."""
    of: dict[str, dict[tuple[str, int], Running]] = field(default_factory=dict)
    """Copies by model."""
    added: set[str] = field(default_factory=set)
    """Nodes that were started on the way."""

    def occupy(self, running: Running) -> None:
        """A copy takes its room."""
        name = running.copy.model, running.copy.copy_index
        self.copies[name] = self.on.setdefault(running.copy.node, {})[name] = self.of.setdefault(running.copy.model, {})[name] = running

    def free(self, name: tuple[str, int]) -> None:
        """A copy gives its room back."""
        running = self.copies.pop(name)
        del self.on[running.copy.node][name], self.of[name[0]][name]

    def stop(self, node: str) -> None:
        """A node goes."""
        del self.nodes[node]
        self.added.discard(node)

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint with its nodes and models as they are."""
        nodes = tuple(sorted(node.id for node in self.nodes.values() if node.endpoint == name))
        models = tuple(sorted({model for node in nodes for model, _ in self.on.get(node, ())}))
        return self.endpoints[name].model_copy(update={"nodes": nodes, "models": models})


def fleet_of(placement: Placement) -> Fleet:
    """The fleet of a placement (`packing.domain.running`), every copy of which serves."""
    fleet = Fleet({node.id: node for node in placement.nodes}, {endpoint.name: endpoint for endpoint in placement.endpoints})
    for copy in placement.copies:
        fleet.occupy(Running(copy, added=False))
    return fleet


def possible(fleet: Fleet, step: Step, where: str) -> Iterator[Violation]:
    """What keeps a step from being done now."""
    wrong = _node_wrong(fleet, step) if step.kind in (StepKind.START_NODE, StepKind.STOP_NODE) else _copy_wrong(fleet, step)
    if wrong:
        yield Violation(STEP, where, wrong)


def take(fleet: Fleet, step: Step) -> None:
    """Do a possible step, at once."""
    name = step.model or "", step.copy_index or 0
    if step.kind is StepKind.START_NODE:
        start(fleet, step)
    elif step.kind is StepKind.STOP_NODE:
        fleet.stop(step.node)
    elif step.kind is StepKind.LOAD_COPY:
        load(fleet, step)
    elif step.kind is StepKind.SHIFT_TRAFFIC:
        fleet.copies[name].serving = True
    elif step.kind is StepKind.DRAIN:
        fleet.copies[name].serving, fleet.copies[name].drained = False, True
    else:
        fleet.free(name)


def start(fleet: Fleet, step: Step) -> None:
    """A node comes up."""
    named = {"instance_type": step.instance_type, "zone": step.zone or "", "endpoint": step.endpoint, "pool": step.pool}
    fleet.nodes[step.node] = Node.model_validate({"id": step.node, **named})
    fleet.added.add(step.node)
    known = {"name": step.endpoint, "hosting": step.hosting, "instance_type": step.instance_type, "nodes": (), "models": (), "keep": step.keep}
    fleet.endpoints.setdefault(step.endpoint or "", Endpoint.model_validate(known))


def load(fleet: Fleet, step: Step) -> None:
    """A copy takes its room; it does not serve yet."""
    named = {"model": step.model, "copy": step.copy_index, "node": step.node, "accelerators": step.accelerators, "mode": step.mode}
    fleet.occupy(Running(PlacedCopy.model_validate(named), added=True, serving=False))


def _node_wrong(fleet: Fleet, step: Step) -> str | None:
    here = fleet.nodes.get(step.node)
    if step.kind is StepKind.STOP_NODE:
        if here is None:
            return f"node {step.node} is not there"
        return f"node {step.node} still has copies" if fleet.on.get(step.node) else None
    if here is not None:
        return f"node {step.node} is there already"
    if step.endpoint is None or step.hosting is None or step.instance_type is None or step.pool is None:
        return "pool, instance type, endpoint or hosting is not said"
    known = fleet.endpoints.get(step.endpoint)
    if known is not None and known.keep != step.keep:
        return f"endpoint {step.endpoint} is over-committed at {known.keep or 'no level'}, not at {step.keep or 'none'}"
    if known is not None and known.hosting is not step.hosting:
        return f"endpoint {step.endpoint} is {known.hosting}, not {step.hosting}"
    return None


def _copy_wrong(fleet: Fleet, step: Step) -> str | None:
    if step.model is None or step.copy_index is None:
        return "the copy is not said"
    running = fleet.copies.get((step.model, step.copy_index))
    called = f"{step.model}#{step.copy_index}"
    if step.kind is StepKind.LOAD_COPY:
        if step.node not in fleet.nodes:
            return f"node {step.node} is not there"
        if running is not None:
            return f"{called} is there already"
        return "its mode is not said" if step.mode is None else None
    if running is None or running.copy.node != step.node or set(running.copy.accelerators) != set(step.accelerators):
        return f"{called} is not on {step.node} {list(step.accelerators)}"
    if step.kind is StepKind.SHIFT_TRAFFIC:
        return _shift_wrong(fleet, step, running)
    if step.kind is StepKind.DRAIN:
        return None if running.serving else f"{called} does not serve"
    return None if running.drained else f"{called} is not drained"


def _shift_wrong(fleet: Fleet, step: Step, running: Running) -> str | None:
    if running.serving or running.drained:
        return f"{step.model}#{step.copy_index} was not loaded just now"
    if step.replaces is not None:
        other = fleet.copies.get((step.model or "", step.replaces))
        if other is None or not other.serving:
            return f"{step.model}#{step.replaces}, whose traffic it is to take, does not serve"
    return None
