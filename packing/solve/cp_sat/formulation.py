"""Build, hint, read: one task as a CP-SAT model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from typing import Any

from packing.compile.data import Compiled
from packing.domain.words import Hosting, Sharing
from packing.solve.cp_sat.constraints import Constraints
from packing.solve.cp_sat.home import deal, hint_home, read_home
from packing.solve.cp_sat.rows import insist_exact
from packing.solve.cp_sat.variables import NodeVars, Variables
from packing.solve.plan import Copy, NodePlan
from packing.solve.task import Task


class Formulation:
    """The model of a task.

    Parameters
    ----------
    compiled, task : what is to be placed.
    limits : upper bounds on nodes by (instance type, hosting option), from `LinearRelaxation.most_nodes`.
    missing_variables : whether missing copies are decided (to minimise them) or given by the task.
    allowed : candidates to choose from; None: all of them.
    """

    def __init__(
        self,
        compiled: Compiled,
        task: Task,
        limits: dict[tuple[int, Hosting], int],
        missing_variables: bool = False,
        allowed: Container[int] | None = None,
    ) -> None:
        from ortools.sat.python import cp_model

        self.compiled, self.task = compiled, task
        self.model = cp_model.CpModel()
        self.variables = Variables(compiled, task, limits, self.model, allowed)
        Constraints(self.variables, missing_variables).add_all()

    def minimize_blend(self) -> None:
        """The objective of docs/fitness.md, without its constant: copies, nodes, and missing copies, given or decided."""
        v, compiled = self.variables, self.compiled
        owner = {index: compiled.candidates[index].model for node in v.nodes for index in node.copies}
        terms = [(compiled.pools[node.pool].coefficient, node.open, 1) for node in v.nodes]
        terms += [(compiled.candidates[index].coefficient, copies, v.most[owner[index]]) for node in v.nodes for index, copies in node.copies.items()]
        terms += [(compiled.pools[single.pool].coefficient, single.nodes, v.most[single.model]) for single in v.singles]
        terms += [
            (compiled.candidates[index].coefficient, copies, v.most[compiled.candidates[index].model])
            for (index, _), copies in v.single_copies.items()
        ]
        terms += [(compiled.models[index].missing_coefficient, short, compiled.models[index].fewest) for index, short in v.missing.items()]
        terms += self._loads()
        insist_exact(sum(abs(weight) * max(0, most) for weight, _, most in terms))
        fixed = 0 if v.missing else sum(count * compiled.models[index].missing_coefficient for index, count in self.task.missing.items())
        self.model.minimize(sum(weight * variable for weight, variable, _ in terms) + fixed)

    def _loads(self) -> list[tuple[int, Any, int]]:
        """The price of loading: every copy is loaded but for those that stay."""
        v, home = self.variables, self.compiled.home
        if home is None:
            return []
        terms = [
            (home.load[index], copies, v.most[self.compiled.candidates[index].model]) for node in v.nodes for index, copies in node.copies.items()
        ]
        terms += [(home.load[index], copies, v.most[self.compiled.candidates[index].model]) for (index, _), copies in v.single_copies.items()]
        return terms + [(-home.load[copy.candidate], stays, 1) for node in v.nodes for copy, stays in node.stays]

    def minimize_missing(self, level: int) -> None:
        """Missing copies of one priority level."""
        mine = [variable for index, variable in self.variables.missing.items() if self.compiled.models[index].level == level]
        self.model.minimize(sum(mine))

    def fix_missing(self, level: int, total: int) -> None:
        """No more than so many missing copies of a level."""
        mine = [variable for index, variable in self.variables.missing.items() if self.compiled.models[index].level == level]
        if mine:
            self.model.add(sum(mine) <= total)

    def hint(self, nodes: Sequence[NodePlan]) -> None:
        """Start from a plan, its nodes in the symmetry order."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        values: dict[int, int] = defaultdict(int)
        wanted: dict[tuple[int, Hosting, int], list[NodePlan]] = defaultdict(list)
        homes = {(place.home, place.owner): place for place in self.variables.nodes if place.home >= 0}
        new: list[NodePlan] = []
        for node in nodes:
            owner = self.compiled.candidates[node.copies[0][0]].model if node.hosting is Hosting.SINGLE_MODEL else -1
            if (node.home, owner) in homes:
                hint_home(homes[node.home, owner], node, values)
                continue
            new.append(node)
            wanted[node.pool, node.hosting, owner].append(node)
        places: dict[tuple[int, Hosting, int], list[NodeVars]] = defaultdict(list)
        for place in self.variables.nodes:
            if place.home < 0:
                places[place.pool, place.hosting, place.owner].append(place)
        for key, members in wanted.items():
            ranks = {index: rank for place in places.get(key, ())[:1] for rank, index in enumerate(sorted(place.copies), start=1)}
            ranked = sorted(members, key=lambda node: sum(ranks.get(index, 0) for index, _ in node.copies), reverse=True)
            for place, node in zip(places.get(key, ()), ranked, strict=False):
                self._hint_node(place, node, values)
        for place in self.variables.nodes:
            stays = (each for _, each in place.stays)
            for variable in (place.open, *place.copies.values(), *(z for on in place.on.values() for z in on), *stays):
                self.model.add_hint(variable, values.get(variable.index, 0))
        self._hint_singles([node for node in new if node.hosting is Hosting.SINGLE_MODEL])

    def _hint_node(self, place: NodeVars, node: NodePlan, values: dict[int, int]) -> None:
        values[place.open.index] = 1
        for index, _ in node.copies:
            if index in place.copies:
                values[place.copies[index].index] += 1
        if not place.on:
            return
        ranks = {index: rank for rank, index in enumerate(sorted(place.on), start=1)}
        load: Counter[int] = Counter()
        for index, accelerators in node.copies:
            for accelerator in accelerators:
                load[accelerator] += ranks.get(index, 0)
        count = len(next(iter(place.on.values())))
        order = sorted(range(count), key=lambda accelerator: (-load[accelerator], accelerator))
        position = {accelerator: rank for rank, accelerator in enumerate(order)}
        for index, accelerators in node.copies:
            if index in place.on:
                for accelerator in accelerators:
                    values[place.on[index][position[accelerator]].index] += 1

    def _hint_singles(self, nodes: Sequence[NodePlan]) -> None:
        copies: Counter[tuple[int, int]] = Counter()
        opened: Counter[tuple[int, int]] = Counter()
        for node in nodes:
            opened[node.pool, self.compiled.candidates[node.copies[0][0]].model] += 1
            copies.update((index, node.pool) for index, _ in node.copies)
        for key, variable in self.variables.single_copies.items():
            self.model.add_hint(variable, copies[key])
        for single in self.variables.singles:
            only = sum(1 for other in self.variables.singles if (other.pool, other.model) == (single.pool, single.model)) == 1
            if only:
                self.model.add_hint(single.nodes, opened[single.pool, single.model])

    def read(self, value: Any) -> list[NodePlan]:
        """The nodes of a solution; `value` gives the value of a variable."""
        plans = [self._read_node(node, value) for node in self.variables.nodes if value(node.open)]
        left = {key: value(variable) for key, variable in self.variables.single_copies.items()}
        for single in self.variables.singles:
            for _ in range(value(single.nodes)):
                chosen = []
                for index, count in single.filling:
                    take = min(count, left[index, single.pool])
                    left[index, single.pool] -= take
                    chosen.append((index, take))
                plans.append(NodePlan(single.pool, Hosting.SINGLE_MODEL, self._spread(single.pool, chosen)))
        return [plan for plan in plans if plan.copies]

    def _read_node(self, node: NodeVars, value: Any) -> NodePlan:
        if node.home >= 0:
            return read_home(self.compiled, node, value)
        counts = [(index, value(copies)) for index, copies in node.copies.items()]
        if not node.on:
            return NodePlan(node.pool, node.hosting, self._spread(node.pool, counts))
        copies: list[Copy] = []
        for index, count in counts:
            if count:
                each = node.on.get(index)
                used = [accelerator for accelerator, z in enumerate(each) for _ in range(value(z))] if each else []
                copies += deal(index, used, count)
        return NodePlan(node.pool, node.hosting, tuple(sorted(copies)))

    def _spread(self, pool: int, counts: Sequence[tuple[int, int]]) -> tuple[Copy, ...]:
        """Accelerators for copies where any choice is as good: one after another, evenly."""
        kind = self.compiled.kinds[self.compiled.pools[pool].kind]
        copies: list[Copy] = []
        start = 0
        for index, count in counts:
            width = self.compiled.candidates[index].width
            if kind.sharing is Sharing.EXCLUSIVE and kind.accelerators > 1:
                used = list(range(start, start + width * count))
                start += width * count
            else:
                used = sorted(step % kind.accelerators for step in range(width * count))
            copies += deal(index, used, count)
        return tuple(sorted(copies))
