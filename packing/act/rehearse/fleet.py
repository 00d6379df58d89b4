"""What stands in the fleet over the whole story: copies with their laws, and who shares an accelerator with whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from packing.act.rehearse.law import Law
from packing.act.rehearse.laws import Laws
from packing.act.rehearse.timetable import Seat, Stage
from packing.domain.hardware import InstanceType
from packing.domain.placement import Node, PlacedCopy
from packing.domain.problem import Problem
from packing.domain.words import Hosting, Sharing


@dataclass(slots=True, eq=False)
class Standing:
    """One copy, in all stages in which it stands.

    Parameters
    ----------
    law : None where its mode says nothing of its speed.
    weight : share of the requests that random routing gives it, relative to the others of its model.
    hours : seconds in the placement.
    """

    seat: Seat
    copy: PlacedCopy
    hosting: Hosting
    law: Law | None
    stages: set[int] = field(default_factory=set)
    ready_s: float = 0.0

    @property
    def weight(self) -> float:
        """requests/s of its mode; 1 where it states none."""
        return self.copy.mode.requests_per_second or 1.0


@dataclass(slots=True, eq=False)
class Machine:
    """One node, in all stages in which it stands."""

    node: Node
    hosting: Hosting
    kind: InstanceType
    copies: list[int] = field(default_factory=list)
    """Numbers of its copies."""
    ready_s: float = 0.0

    @property
    def isolated(self) -> bool:
        """Whether every copy has a partition, so that nobody slows anybody down."""
        return self.kind.effective_sharing is Sharing.MIG

    @property
    def memory(self) -> int | None:
        """Bytes that the models of a multi-model node share; None: no limit is stated."""
        return self.kind.memory_per_accelerator if self.kind.accelerators else self.kind.host_memory


@dataclass(frozen=True, slots=True, eq=False)
class Fleet:
    """Copies and nodes by number and key."""

    copies: list[Standing]
    machines: dict[tuple[str, ...], Machine]
    by_model: dict[str, list[int]]


def fleet_of(problem: Problem, plan: Sequence[Stage], laws: Laws) -> Fleet:
    """Everything that stands in any stage."""
    types = {kind.name: kind for kind in problem.instance_types}
    models = {model.name: model for model in problem.models}
    found: dict[tuple[Seat, str], Standing] = {}
    machines: dict[tuple[str, ...], Machine] = {}
    for number, stage in enumerate(plan):
        length = stage.end_s - stage.begin_s
        for key, node in stage.nodes.items():
            machine = machines.setdefault(key, Machine(node, stage.hosting[key], types[node.instance_type]))
            machine.ready_s += length
        for seat, copy in stage.seats.items():
            standing = found.get((seat, mode := copy.mode.model_dump_json()))
            if standing is None:
                law = laws.of(models[copy.model], copy.mode)
                standing = found[seat, mode] = Standing(seat, copy, machines[seat.node].hosting, law)
            standing.stages.add(number)
            standing.ready_s += length
    copies = list(found.values())
    by_model: defaultdict[str, list[int]] = defaultdict(list)
    for number, standing in enumerate(copies):
        by_model[standing.seat.model].append(number)
        machines[standing.seat.node].copies.append(number)
    return Fleet(copies, machines, dict(by_model))
