"""One pass of the greedy: model by model, each where it seems cheapest, into open nodes first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from packing.compile.data import UNLIMITED, Candidate, Compiled
from packing.domain.overcommit import LEVELS
from packing.domain.words import Hosting
from packing.solve.greedy.economy import Domain, Economy
from packing.solve.greedy.open_nodes import OpenNodes
from packing.solve.plan import Plan, make_plan, missing_of

TIE_BREAK = {Hosting.INFERENCE_COMPONENT: 0, Hosting.MULTI_MODEL: 1, Hosting.SINGLE_MODEL: 2}
"""Where estimates are equal, what leaves room for others comes first."""


IN_TURNS = 0.3
"""Factor on the estimate of over-committed candidates in a pass that wants them: one node does not show what many of them save."""


Stop = Callable[[int], bool]
LOOK = 64
"""Nodes that are tried between two looks at the clock."""


@dataclass(frozen=True)
class Settings:
    """What varies between passes."""

    favour: Mapping[Hosting, float] = field(default_factory=dict)
    """Factor on the estimated cost of a hosting option; absent: 1."""
    kind_factor: Mapping[int, float] = field(default_factory=dict)
    """Factor on the estimated cost of an instance type; absent: 1."""
    keep_s: int = 0
    """Models that share memory in turns are to stay for so long: the estimate of these candidates is taken at `IN_TURNS` of it. 0: as it is."""
    room_price: float = 1.0
    """What room on an open node counts, relative to its share of the node's price."""
    priority_first: bool = False
    """Place the most important models first (when not everything can be placed)."""
    options: int = 6
    """Candidates of a model that are looked at closely."""
    promising: int = 18
    """Without lookahead: candidates of a model that are considered at all."""
    lookahead: bool = True
    """Whether copies still to come are expected to fill a node that is opened."""
    fresh: bool = True
    """Whether nodes may be opened."""


def in_turns(candidate: Candidate, settings: Settings) -> float:
    """Factor on the estimate of a candidate that shares memory in turns."""
    return IN_TURNS if candidate.keep >= 0 and LEVELS[candidate.keep].keep_s == settings.keep_s else 1.0


class Tally:
    """Copies and requests/s placed so far, per model."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self.placed: Counter[int] = Counter()
        self.rate: Counter[int] = Counter()
        self.zones: defaultdict[int, Counter[int]] = defaultdict(Counter)

    def missing(self, index: int) -> int:
        """Copies of a model still missing."""
        return missing_of(self._compiled.models[index], self.placed[index], self.rate[index])

    def change(self, candidate: Candidate, pool: int, copies: int = 1) -> None:
        """Count copies placed (or, below zero, taken away)."""
        self.placed[candidate.model] += copies
        self.rate[candidate.model] += copies * candidate.rate
        zones, zone = self.zones[candidate.model], self._compiled.pools[pool].zone
        zones[zone] += copies
        if not zones[zone]:
            del zones[zone]

    def zone_allowed(self, index: int, zone: int) -> bool:
        """Whether a copy in this zone keeps the rules `min_zones` (new zones first, until there are enough) and `survive`."""
        model = self._compiled.models[index]
        zones = self.zones[index]
        return zone not in zones or (len(zones) >= model.min_zones and zones[zone] < model.max_per_zone)

    def zone_room(self, index: int, zone: int) -> int:
        """Copies that the zone may still take of a model (rule `survive`)."""
        most = self._compiled.models[index].max_per_zone
        return most if most >= UNLIMITED else most - self.zones[index].get(zone, 0)


class Construction:
    """State of one pass; also used to put copies back after some were taken out."""

    def __init__(self, compiled: Compiled, economy: Economy, settings: Settings, stop: Stop | None = None) -> None:
        self.compiled, self.economy, self.settings = compiled, economy, settings
        self._stop, self._nodes_until_look = stop, LOOK
        self.nodes = OpenNodes(compiled)
        self.tally = Tally(compiled)
        self.cut = False
        """Whether the pass was ended before everything had been tried."""
        self.log: list[tuple[int, Candidate]] = []
        """(node, candidate) of every copy put, in order."""
        self.ahead: dict[tuple[Domain, int], float] = {key: max(load) for key, load in economy.load.items()}
        """Nodes' worth of copies of a domain still to come, per instance type."""

    def order(self, models: Sequence[int]) -> list[int]:
        """Largest first: by what one copy costs where it is cheapest; the most important first if asked for."""
        compiled, economy = self.compiled, self.economy

        def weight(index: int) -> tuple[float, ...]:
            model = compiled.models[index]
            if not model.candidates:
                return (model.level if self.settings.priority_first else 0, 0.0, 0.0, index)
            best = compiled.candidates[economy.ranking(index)[0]]
            return (model.level if self.settings.priority_first else 0, -economy.room[best.index], -best.size, index)

        return sorted(models, key=weight)

    def estimate(self, candidate: Candidate) -> float:
        """Estimated cost of the whole model in this candidate, with the settings' favours."""
        factor = self.settings.favour.get(candidate.hosting, 1.0) * self.settings.kind_factor.get(candidate.kind, 1.0)
        return self.economy.cost(candidate) * factor * in_turns(candidate, self.settings)

    def over(self) -> bool:
        """Whether the pass has to end here."""
        if self._stop is not None and self._stop(len(self.log)):
            self.cut = True
        return self.cut

    def _pause(self) -> bool:
        """Now and then while a model is placed: `over`."""
        self._nodes_until_look -= 1
        if self._nodes_until_look > 0 or self.cut:
            return self.cut
        self._nodes_until_look = LOOK
        return self.over()

    def place(self, index: int) -> None:
        """Place what is missing of a model, as far as there is room and stock."""
        if not self.tally.missing(index):
            return
        ranked = self._ranked(index)
        for start in range(0, len(ranked), self.settings.options):
            self._place_among(index, ranked[start : start + self.settings.options])
            if not self.tally.missing(index) or self._pause():
                break
        if self.settings.lookahead:
            self._behind(ranked)

    def _ranked(self, index: int) -> list[Candidate]:
        """The model's candidates by estimate; without lookahead only the most promising ones, which is quicker."""
        candidates = [self.compiled.candidates[each] for each in self.economy.ranking(index)]
        if not self.settings.lookahead:
            candidates = candidates[: self.settings.promising]
        return sorted(candidates, key=lambda each: (self.estimate(each), TIE_BREAK[each.hosting], each.index))

    def _behind(self, ranked: list[Candidate]) -> None:
        """The model is done with: its load is no longer to come."""
        seen = set()
        for candidate in ranked:
            key = (self.economy.domain[candidate.index], candidate.kind)
            if key not in seen:
                seen.add(key)
                self.ahead[key] = max(0.0, self.ahead[key] - candidate.needed * self.economy.share[candidate.index])

    def _place_among(self, index: int, candidates: list[Candidate]) -> None:
        """Use existing room or new nodes of these candidates, the cheaper way first."""
        ways: list[tuple[float, int, int, bool]] = []
        for candidate in candidates:
            room, fresh = self._costs(candidate)
            tie = TIE_BREAK[candidate.hosting]
            ways.append((room, tie, candidate.index, False))
            if self.settings.fresh:
                ways.append((fresh, tie, candidate.index, True))
        for _, _, each, fresh in sorted(ways):
            candidate = self.compiled.candidates[each]
            if fresh:
                self._open_for(index, candidate)
            else:
                self._fill(index, candidate)
            if not self.tally.missing(index) or self.cut:
                return

    def _costs(self, candidate: Candidate) -> tuple[float, float]:
        """(in room that is open, on nodes to be opened), estimated objective units for the whole model."""
        settings, economy = self.settings, self.economy
        price = economy.node_price[candidate.kind]
        needed = max(1, candidate.needed)
        own = needed * candidate.coefficient
        factor = settings.favour.get(candidate.hosting, 1.0) * settings.kind_factor.get(candidate.kind, 1.0)
        factor *= in_turns(candidate, settings)
        room = own + needed * economy.room[candidate.index] * settings.room_price
        if candidate.hosting is Hosting.SINGLE_MODEL:
            return room * factor, economy.cost(candidate) * factor
        ahead = self.ahead[economy.domain[candidate.index], candidate.kind]
        own_load = needed * economy.share[candidate.index]
        # If less than a node's worth is still to come, whoever opens the node pays for all of it.
        fresh = economy.cost(candidate) if ahead >= 1.0 and settings.lookahead else own + price * max(1.0, own_load)
        return room * factor, max(fresh, room) * factor

    def _fill(self, index: int, candidate: Candidate) -> None:
        for node in self.nodes.with_room(candidate):
            self._put(index, candidate, node)
            if not self.tally.missing(index) or self._pause():
                return

    def _open_for(self, index: int, candidate: Candidate) -> None:
        """Open nodes until nothing is missing; pools of the kind by price, in a new zone where a spread asks for it."""
        compiled, tally = self.compiled, self.tally
        most = compiled.models[index].most
        full: tuple[int, int] | None = None
        while tally.missing(index) and tally.placed[index] < most and not self._pause():
            pools = [pool for pool in compiled.kinds[candidate.kind].pools if self.nodes.used[pool] < compiled.pools[pool].stock]
            pools = [pool for pool in pools if tally.zone_allowed(index, compiled.pools[pool].zone)]
            if not pools:
                return
            zones = tally.zones[index]
            pool = min(pools, key=lambda each: (compiled.pools[each].coefficient, zones.get(compiled.pools[each].zone, 0), each))
            if full is not None and self._repeat(index, candidate, pool, full):
                continue
            node = self.nodes.open(pool, candidate)
            put = 0 if node is None else self._put(index, candidate, node)
            if node is None or not put:
                return
            full = (node, put) if tally.missing(index) else None

    def _repeat(self, index: int, candidate: Candidate, pool: int, full: tuple[int, int]) -> bool:
        """Open one more node like the one just filled; False where it would carry more than is wanted."""
        node, copies = full
        tally, model = self.tally, self.compiled.models[index]
        # Only the last copy may be one too many, and only if none of them is superfluous without it.
        if model.min_zones > 1 or model.max_per_zone < UNLIMITED or tally.placed[index] + copies > model.most:
            return False
        if missing_of(model, tally.placed[index] + copies - 1, tally.rate[index] + (copies - 1) * candidate.rate) <= 0:
            return False
        opened = self.nodes.open_twin(pool, node, candidate)
        if opened is None:
            return False
        tally.change(candidate, pool, copies)
        self.log += [(opened, candidate)] * copies
        return True

    def _put(self, index: int, candidate: Candidate, node: int) -> int:
        """As many copies as are missing and fit on one node."""
        state = self.nodes.states[node]
        assert state is not None
        tally, model = self.tally, self.compiled.models[index]
        zone = self.compiled.pools[state.pool].zone
        if not tally.zone_allowed(index, zone):
            return 0
        wanted = min(self._wanted(index, candidate), tally.zone_room(index, zone))
        # While a spread over zones is not reached, a second copy here might take the place of one elsewhere.
        spread = len(tally.zones[index] | {zone: 0}) >= model.min_zones
        put = state.fill(candidate, wanted if spread else min(1, wanted))
        if put:
            tally.change(candidate, state.pool, put)
            self.log += [(node, candidate)] * put
            self.nodes.changed(node)
        return put

    def _wanted(self, index: int, candidate: Candidate) -> int:
        """Copies of this candidate that would serve what is missing of the model, within its maximum."""
        tally, model = self.tally, self.compiled.models[index]
        wanted = max(0, model.base - tally.placed[index])
        if candidate.rate:
            wanted = max(wanted, -(-(model.peak - tally.rate[index]) // candidate.rate))
        return min(wanted, model.most - tally.placed[index])

    def plan(self) -> Plan:
        """The plan as it stands."""
        return make_plan(self.compiled, (state.plan() for state in self.nodes.states if state is not None))


def construct(compiled: Compiled, economy: Economy, settings: Settings) -> Plan:
    """One whole pass from nothing."""
    return constructed(compiled, economy, settings, None).plan()


def constructed(compiled: Compiled, economy: Economy, settings: Settings, stop: Stop | None) -> Construction:
    """One pass from nothing, until `stop` (asked now and then, with the copies placed so far) says that it has to end."""
    construction = Construction(compiled, economy, settings, stop)
    for index in construction.order(range(len(compiled.models))):
        if construction.over():
            break
        construction.place(index)
    return construction
