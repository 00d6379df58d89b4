"""Why not there: for each other way to run a model, the rule that refuses it, or what forcing it would cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from packing.compile.candidates import Verdict, verdicts
from packing.compile.compiler import compile_problem
from packing.compile.data import UNLIMITED, Candidate
from packing.describe.expand import Expanded
from packing.domain.placement import Placement
from packing.domain.problem import isolation_of
from packing.domain.rules import Rule
from packing.domain.units import MICRO
from packing.domain.words import Hosting
from packing.domain.workload import Model
from packing.explain.forced import Answer, solve_compiled, with_candidates
from packing.solve.context import SearchContext
from packing.verify import Verification

MOST_REASONS = 4
"""Different reasons that are listed for one way."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that removes a way to run the model, and the circumstances."""

    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to run all copies of a model, and why it is not taken.

    Parameters
    ----------
    hosting, instance_type : the way; both None where it is about a mode.
    mode : index of the model's mode; None: any.
    here : whether some of its copies run like that now.
    refused : rules that remove it, whatever else is placed; empty if none does.
    missing : copies of all models that have to be left out more than now, when the model is forced to it; None: not tried.
    units : change of the objective (1e-9) if it is forced; None: not tried, or something more is missing.
    cost_per_hour : change in USD; None likewise.
    least_units : the change is proven to be no smaller than that; None: nothing is proven.
    proven : whether missing and units are proven to be the smallest possible, against a placement that is itself proven optimal.
    detail : what the stock says, where something more would be missing; or why it was not worth trying.
    """

    hosting: Hosting | None
    instance_type: str | None
    mode: int | None
    here: bool
    refused: tuple[Refusal, ...] = ()
    missing: int | None = None
    units: int | None = None
    cost_per_hour: float | None = None
    least_units: int | None = None
    proven: bool = False
    detail: str = ""

    @property
    def name(self) -> str:
        """The way in words."""
        return f"mode {self.mode}" if self.mode is not None else f"{self.hosting} on {self.instance_type}"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to run a model: which candidates belong to it."""

    hosting: Hosting | None
    kind: str | None
    mode: int | None

    def has(self, hosting: Hosting | None, kind: str, mode: int | None) -> bool:
        """Whether (hosting, instance type, mode) is of this way; what is not said belongs to all."""
        return (
            (self.hosting is None or hosting is None or hosting is self.hosting)
            and (self.kind is None or not kind or kind == self.kind)
            and (self.mode is None or mode is None or mode == self.mode)
        )

    def within(self, hosting: Hosting | None, kind: str, mode: int | None) -> bool:
        """Whether what is said of (hosting, instance type, mode) is said of all of this way."""
        return (hosting is None or hosting is self.hosting) and (not kind or kind == self.kind) and (mode is None or mode == self.mode)


class Alternatives:
    """All ways to run one model beside the way that it is run in a placement.

    Parameters
    ----------
    expanded : the problem.
    placement, checked : the placement, and what the checker says of it.
    optimal : whether the placement is proven optimal.
    """

    def __init__(self, expanded: Expanded, placement: Placement, checked: Verification, optimal: bool) -> None:
        self.expanded, self.placement, self.checked, self.optimal = expanded, placement, checked, optimal
        self.compiled = compile_problem(expanded.problem)
        self.hosting = {endpoint.name: endpoint.hosting for endpoint in placement.endpoints}
        self.nodes = {node.id: node for node in placement.nodes}

    def of(self, model: Model, context: SearchContext, seconds: float) -> tuple[Alternative, ...]:
        """Every (hosting option, instance type), then every mode; each re-solve takes at most `seconds`, all at most the context's."""
        found = self._verdicts(model)
        ways = [Way(hosting, kind.name, None) for kind in self.compiled.kinds for hosting in Hosting]
        ways += [Way(None, None, index) for index in range(len(model.modes))] if len(model.modes) > 1 else []
        open_ways = [way for way in ways if not self._refusals(found, way)]
        tried: dict[Way, Alternative] = {}
        for position, way in enumerate(open_ways):
            share = min(seconds, context.remaining() / (len(open_ways) - position))
            tried[way] = self._forced(model, way, context, share)
        return tuple(tried.get(way) or self._refused(model, found, way) for way in ways)

    def _verdicts(self, model: Model) -> list[Verdict]:
        tenants = {tenant.name: tenant for tenant in self.expanded.problem.tenants}
        stocked = dict.fromkeys({pool.instance_type for pool in self.expanded.problem.fleet}, False)
        for pool in self.expanded.problem.fleet:
            stocked[pool.instance_type] = stocked[pool.instance_type] or pool.count != 0
        kinds = [(kind, stocked[kind.name]) for kind in self.expanded.problem.instance_types if kind.name in stocked]
        why = {way.accelerator: way for way in self.expanded.dropped.get(model.name, ())}
        dropped = [(kind.name, why[kind.accelerator]) for kind, stock in kinds if stock and kind.accelerator in why]
        known = {name for name, _ in dropped}
        found = verdicts(model, isolation_of(model, tenants), kinds)
        return [each for each in found if each.rule is not Rule.ACCELERATORS or each.mode is not None or each.kind not in known] + [
            Verdict(None, None, name, way.rule, way.detail) for name, way in dropped
        ]

    @staticmethod
    def _refusals(found: list[Verdict], way: Way) -> tuple[Refusal, ...]:
        """Rules that together leave nothing of a way; empty if something is left."""
        if any(each.rule is None and way.has(each.hosting, each.kind, each.mode) for each in found):
            return ()
        mine = [each for each in found if each.rule is not None and way.has(each.hosting, each.kind, each.mode)]
        # What refuses the whole way says more than what refuses a part of it.
        mine = [each for each in mine if way.within(each.hosting, each.kind, each.mode)] or mine
        about: dict[tuple[str, str], list[Verdict]] = {}
        for each in mine:
            about.setdefault((str(each.rule), each.detail), []).append(each)
        said = tuple(Refusal(rule, _said(detail, each, way)) for (rule, detail), each in about.items())
        return said[:MOST_REASONS] or (Refusal(str(Rule.MODE), "the model has no mode"),)

    def _refused(self, model: Model, found: list[Verdict], way: Way) -> Alternative:
        return Alternative(way.hosting, way.kind, way.mode, self._here(model, way), self._refusals(found, way))

    def _are_like_that(self, model: Model, way: Way) -> list[bool]:
        """Of each copy of the model, whether it runs like that."""
        mine = [(self.nodes[copy.node], copy.mode) for copy in self.placement.copies if copy.model == model.name]
        return [way.has(self.hosting[node.endpoint], node.instance_type, model.modes.index(mode)) for node, mode in mine]

    def _here(self, model: Model, way: Way) -> bool:
        return any(self._are_like_that(model, way))

    def _only(self, model: Model, way: Way) -> bool:
        return all(self._are_like_that(model, way))

    def _forced(self, model: Model, way: Way, context: SearchContext, seconds: float) -> Alternative:
        """All copies of the model like that: what it costs, with everything else free to move."""
        here = self._here(model, way)
        index = next(position for position, each in enumerate(self.compiled.models) if each.name == model.name)
        keep = self._keeps(index, way)
        if not any(keep(each) for each in self.compiled.candidates if each.model == index):
            return Alternative(way.hosting, way.kind, way.mode, here, detail="another mode of the model is there at least as good in everything")
        if self.optimal and self._only(model, way):
            return Alternative(way.hosting, way.kind, way.mode, here, missing=0, units=0, cost_per_hour=0.0, least_units=0, proven=True)
        if seconds <= 0 or context.limit() is not None:
            return Alternative(way.hosting, way.kind, way.mode, here)
        limits = SearchContext(seconds, context.seed)
        answer = solve_compiled(with_candidates(self.compiled, lambda each: each.model != index or keep(each)), self.expanded, limits)
        return self._priced(way, here, answer)

    def _keeps(self, model: int, way: Way) -> Callable[[Candidate], bool]:
        def keep(each: Candidate) -> bool:
            return each.model == model and way.has(each.hosting, self.compiled.kinds[each.kind].name, each.mode)

        return keep

    def _priced(self, way: Way, here: bool, answer: Answer) -> Alternative:
        now = tuple(count for _, count in self.checked.missing)
        assert self.checked.objective_units is not None
        more = answer.copies_missing - sum(now)
        if answer.missing > now:
            sure = answer.least_missing is not None and answer.least_missing > now
            detail = "; ".join(self._stock(way.kind, answer.placement))
            return Alternative(way.hosting, way.kind, way.mode, here, missing=more, proven=sure, detail=detail)
        units = answer.units - self.checked.objective_units if answer.missing == now else None
        least = answer.bound - self.checked.objective_units if answer.missing == now and answer.bound is not None else None
        cost = answer.placement.cost_per_hour - self.checked.cost_micro_usd / MICRO
        sure = answer.optimal and self.optimal
        return Alternative(way.hosting, way.kind, way.mode, here, (), more, units, cost, least, sure)

    def _stock(self, kind: str | None, placement: Placement) -> Iterator[str]:
        used = Counter(node.pool for node in placement.nodes)
        for pool in self.compiled.pools:
            if self.compiled.kinds[pool.kind].name == kind and pool.stock < UNLIMITED:
                yield f"{used[pool.label]} of {pool.stock} {pool.label} in use"


def _said(detail: str, about: Sequence[Verdict], way: Way) -> str:
    """The detail, with the modes or places that it is about where the way does not say it."""
    modes = sorted({each.mode for each in about if each.mode is not None}) if way.mode is None else []
    hostings = dict.fromkeys(str(each.hosting) for each in about if each.hosting is not None) if way.hosting is None else {}
    kinds = dict.fromkeys(each.kind for each in about if each.kind and each.kind not in detail) if way.kind is None else {}
    parts = [f"mode{'s' if len(modes) > 1 else ''} {', '.join(map(str, modes))}"] if modes else []
    parts += [" and ".join(each) for each in (hostings, kinds) if each]
    return f"{', '.join(parts)}: {detail}" if parts else detail
