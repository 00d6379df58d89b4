"""Everything that is claimed about a problem on the way to an answer, whoever claims it and whatever becomes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

from packing.act.schedule.bound import ONLY_COST, least_cost
from packing.compile.compiler import compile_problem
from packing.compile.current import compile_change
from packing.describe import expand
from packing.domain.change import Policy
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.hardware import price_micro_usd
from packing.domain.schedule import in_slots
from packing.explain.decide import decide
from packing.solve.api import solve_placement
from packing.solve.bounds.forced import forced_vector
from packing.solve.bounds.linear import LinearRelaxation
from packing.solve.bounds.prices import POOLED, SCALE, Prices, price_bound, rows_of
from packing.solve.bounds.run import tenant_bound
from packing.solve.context import SearchContext, contradiction
from packing.solve.node_patterns.generate import QUICK, Generator
from packing.solve.node_patterns.prices import Prices as NodePrices
from packing.solve.node_patterns.prices import bound_of
from packing.solve.node_patterns.translate import parts_of, problem_of
from packing.solve.node_patterns.translate import supports as single_bins
from packing.solve.patterns.classes import RIVALS, classes_of
from packing.solve.patterns.costs import complete_constant
from packing.solve.patterns.counts import node_counts
from packing.solve.patterns.layout import independent_parts
from packing.solve.patterns.master import Duals
from packing.solve.patterns.parts import Part
from packing.solve.patterns.pricing import Effort, prices_of
from packing.solve.plan import Value
from packing.solve.rebalance.account import without_moves
from packing.solve.rebalance.pins import tenable
from packing.solve.shortage.contents import ContentMaster
from packing.solve.shortage.counts import NodeCounts
from packing.solve.shortage.relax import Relaxation
from packing.solve.shortage.stages import UNIT, level_costs, objective_costs
from packing.solve.strategies import STRATEGIES, strategy_of
from packing.solve.task import whole_task
from packing.testing.exhaustive import exhaustive

LIMIT_S = 20.0
NEVER_DONE = ("greedy", "cp_sat", "patterns", "node_patterns", "shortage", "split")
"""Strategies that are also run as if nothing were ever proven: all of their bounds are then heard, not only those up to the first proof."""
NEVER_DONE_S = 0.6
EFFORT = Effort(20_000, 25_000, 40)


def share_of(seconds):
    """A share of a search of its own."""
    return SearchContext(seconds).share()


class Observed(SearchContext):
    """Keeps every claim, also those that are no better than what is known."""

    def __init__(self, *args, never_done=False, **options):
        super().__init__(*args, **options)
        self.claims, self._never_done = [], never_done

    def raise_bound(self, missing, bound, source):
        self.claims.append((source, (tuple(missing), bound)))
        super().raise_bound(missing, bound, source)

    def closed(self):
        return not self._never_done and super().closed()


class Judge:
    """Compares claims with the optimum; `heard` counts them by source, `told` those that say anything about the optimum's objective."""

    def __init__(self):
        self.heard, self.told, self.tight, self.false = Counter(), Counter(), Counter(), []

    def hear(self, seed, name, source, proof, best):
        key = f"{name}: {source}"
        self.heard[key] += 1
        wrong = contradiction(Value(best.missing, best.objective_units), proof)
        if wrong is not None:
            self.false.append(f"seed {seed}, {key}: {wrong}")
        elif proof[0] == best.missing:
            self.told[key] += 1
            self.tight[key] += proof[1] == best.objective_units

    def context(self, seed, name, context, best):
        for source, proof in context.claims:
            self.hear(seed, name, source, proof, best)
        if context.withdrawn is not None:
            self.false.append(f"seed {seed}, {name}: {context.withdrawn}")
        assert context.incumbent is not None
        found = context.incumbent.value
        if (found.missing, found.objective) < (best.missing, best.objective_units):
            self.false.append(f"seed {seed}, {name}: a plan {found} is better than the optimum {best.missing}, {best.objective_units}")
        if context.closed() and (found.missing, found.objective) != (best.missing, best.objective_units):
            self.false.append(f"seed {seed}, {name}: proven at {found}, the optimum is {best.missing}, {best.objective_units}")


def by_strategies(judge, seed, problem, best):
    """What each strategy claims, up to its proof and beyond."""
    compiled = compile_problem(problem)
    for name in STRATEGIES:
        if name != "rebalance":
            for never_done in (False, True) if name in NEVER_DONE else (False,):
                context = Observed(NEVER_DONE_S if never_done else LIMIT_S, seed=seed, never_done=never_done)
                strategy_of(name).solve(compiled, context)
                judge.context(seed, name, context, best)


def by_any_prices(judge, seed, problem, best):
    """What follows from prices without sense, zero, tiny and huge: every such bound is said to hold for any prices."""
    compiled, draw = compile_problem(problem), Random(f"prices-{seed}")
    forced, constant = forced_vector(compiled), complete_constant(compiled)

    def hear(source, missing, bound):
        judge.hear(seed, "prices", source, (missing, bound), best)

    for _ in range(2):
        prices = _row_prices(compiled, draw)
        hear("resources", forced, price_bound(compiled, prices))
        with_tenants = Observed(LIMIT_S)
        tenant_bound(compiled, with_tenants, prices, 1.0)
        judge_claims(hear, "tenants", with_tenants)
    limits = (
        LinearRelaxation(compiled, whole_task(compiled)).most_nodes(best.objective_units - compiled.constant, share_of(5.0))
        if best.missing == forced
        else {}
    )
    used = Counter((pool.kind, hosting) for label, hosting, _ in best.nodes for pool in compiled.pools if pool.label == label)
    if any(limits.get(key, count) < count for key, count in used.items()):
        judge.false.append(f"seed {seed}, linear: limits {limits} on nodes cut off the optimum's {used}")
    parts = [Part(compiled, each) for each in independent_parts(compiled, classes_of(compiled, by_rival=compiled.copies <= RIVALS))]
    for _ in range(2):
        bounds, cuts = [], []
        for part in parts:
            found = _evaluated(part.layout, part.master, part.pricer, draw)
            bounds.append(max(bound for _, bound in found))
            cuts.append([cut for cut, _ in found])
            part.whole_nodes(compiled, SearchContext(LIMIT_S), 0.2)
        hear("contents", forced, constant + sum(bounds))
        hear("whole nodes of parts", forced, constant + sum(part.bound or 0 for part in parts))
        counted = node_counts(compiled, [part.layout for part in parts], cuts, share_of(2.0), SearchContext(LIMIT_S), exact=True) if parts else None
        if counted is not None:
            hear("numbers of nodes", forced, constant + counted.bound)
    if single_bins(compiled) is None:
        layouts = parts_of(compiled, classes_of(compiled, by_rival=False))
        hear("contents of nodes", forced, constant + sum(_node_bound(problem_of(layout), draw) for layout in layouts))


def judge_claims(hear, source, context):
    for _, proof in context.claims:
        hear(source, *proof)


def by_shortage(judge, seed, problem, best):
    """Stage by stage: the least missing copies of a level beside the true ones of those above, and the objective, at any prices."""
    compiled, draw = compile_problem(problem), Random(f"shortage-{seed}")
    relaxation = Relaxation(compiled)
    if not relaxation.layout.classes:
        return
    layout, classes = relaxation.layout, relaxation.layout.classes
    true = [count - apart for count, apart in zip(best.missing, relaxation.apart, strict=True)]
    for level, least in enumerate(true):
        costs = level_costs(compiled, classes, true[:level])
        master = ContentMaster(layout, costs)
        found = _evaluated(layout, master, relaxation.pricer, draw, unit=UNIT)
        judge.heard["shortage: a level"] += len(found)
        if any(-(-bound // UNIT) > least for _, bound in found):
            judge.false.append(f"seed {seed}, shortage: level {level} misses {least}, claimed {max(bound for _, bound in found) / UNIT}")
        counts = NodeCounts(layout, master, relaxation.pricer, true[:level], [])
        counts.cuts = [cut for cut, _ in found]
        whole = counts._solve(SearchContext(LIMIT_S), share_of(2.0))
        if whole is not None and whole[2] > least:
            judge.false.append(f"seed {seed}, shortage: numbers of nodes claim {whole[2]} of level {level}, {least} are missing")
    costs = objective_costs(compiled, classes, true)
    for _, bound in _evaluated(layout, ContentMaster(layout, costs), relaxation.pricer, draw):
        judge.hear(seed, "shortage", "objective", (best.missing, bound), best)


def by_change(judge, seed, problem, current, policy, best, best_free):
    """What the search from a current placement claims, with the moves counted (`best`) and without (`best_free`)."""
    compiled, _ = compile_change(problem, current, policy)
    compiled, _ = tenable(compiled)
    for strategy, never_done in (("rebalance", False), ("rebalance", True), ("greedy", False)):
        context = Observed(1.0 if never_done else LIMIT_S, seed=seed, never_done=never_done)
        strategy_of(strategy).solve(compiled, context)
        for source, proof in context.claims:
            judge.hear(seed, f"change, {strategy}", source, proof, best)
        if context.withdrawn is not None:
            judge.false.append(f"seed {seed}, change, {strategy}: {context.withdrawn}")
        plain, _ = without_moves(compiled, context.incumbent, context)
        if plain.withdrawn is not None:
            judge.false.append(f"seed {seed}, without moves: {plain.withdrawn}")
        if plain.proof is not None:
            judge.hear(seed, "change", "without moves", plain.proof, best_free)


def by_explanation(judge, seed, problem, best):
    """Whether a complete placement exists, where that is said to be proven."""
    decided = decide(expand(problem), SearchContext(LIMIT_S)).complete
    judge.heard["explain: complete or not"] += 1
    if decided is not None and decided != (not any(best.missing)):
        judge.false.append(f"seed {seed}, explain: complete is {decided}, {best.missing} copies are missing at the optimum")


def by_schedule(judge, seed, problem):
    """The least cost of a day, against the cheapest placements of the slots one by one."""
    days = [exhaustive(in_slots(problem, (slot,)).model_copy(update={"weights": ONLY_COST})) for slot in range(problem.slots)]
    if any(any(day.missing) for day in days):
        return

    def solve(part, seconds):
        return solve_placement(part, time_limit=seconds, seed=seed, processes=False)

    kinds = {kind.name: kind for kind in problem.instance_types}
    price = {pool.label: price_micro_usd(pool, kinds[pool.instance_type]) for pool in problem.fleet}
    owned = {pool.label: pool.count or 0 for pool in problem.fleet if pool.owned}
    always = sum(price[label] * count for label, count in owned.items())
    paid = sum((always + sum(price[label] for label, _, _ in day.nodes if label not in owned)) * Fraction(str(problem.slot_hours)) for day in days)
    claimed = least_cost(problem, [(0, problem.slots)], SearchContext(LIMIT_S), solve)
    judge.heard["schedule: least cost"] += 1
    if claimed is not None and claimed > paid:
        judge.false.append(f"seed {seed}, schedule: no day costs less than {claimed}, one costs {float(paid)}")
    judge.tight["schedule: least cost"] += claimed is not None and claimed >= paid - problem.slots


def policy_of(seed):
    """How eager to move."""
    draw = Random(f"policy-{seed}")
    return Policy(use_error_bands=False, move_weight=draw.choice((0, 0.01, 0.1, 1)))


def _price(draw, unit):
    """Zero, next to nothing, about a node's, or absurd."""
    return draw.choice((0.0, 0.0, draw.uniform(0, 1e-4), draw.uniform(0, 1) * unit, draw.uniform(0, 1) * unit, 7.0 * unit, 1e6 * unit))


def _row_prices(compiled, draw):
    unit = max((pool.coefficient for pool in compiled.pools), default=0) or OBJECTIVE_UNITS
    return Prices(
        {
            (index, hosting, dimension, slot): int(_price(draw, unit) * SCALE)
            for index, kind in enumerate(compiled.kinds)
            for hosting in POOLED
            for dimension, slot, _ in rows_of(compiled, kind, hosting)
        }
    )


def _evaluated(layout, master, pricer, draw, unit=None):
    """[(cut, bound)] at the program's own duals and at prices without sense."""
    unit = unit or max((pool.coefficient for pool in layout.compiled.pools), default=0) or OBJECTIVE_UNITS
    solution = master.solve(share_of(LIMIT_S))
    own = None if solution is None else solution.duals
    duals = [_duals(layout, master, draw, unit) for _ in range(2)]
    if own is not None:
        duals += [own, *(_bent(own, other, draw) for other in duals)]
    found = []
    for each in duals:
        prices = prices_of(each)
        values, _ = pricer.contents(prices, EFFORT, 0, each.room, share_of(LIMIT_S))
        found.append((pricer.cut(master.costs, prices, values), pricer.bound(master.costs, prices, values)))
    return found


def _bent(own, other, draw):
    """Sensible prices with one or two sorts of others: bounds are still near the optimum, so that what is wrong by little shows."""
    return replace(own, **{name: getattr(other, name) for name in draw.sample(("row", "cap", "rate", "level", "level"), k=2)})


def _duals(layout, master, draw, unit):
    return Duals(
        item=[_price(draw, unit) for _ in layout.items],
        row={(group.index, dimension): _price(draw, unit) for group in layout.groups for dimension, _ in group.rows},
        cap={key: _price(draw, unit) for key in master._cap},
        room=[_price(draw, unit) for _ in layout.groups],
        rate=[_price(draw, unit) / 10**6 for _ in layout.classes],
        level=[_price(draw, unit) for _ in master.costs.caps],
    )


def _node_bound(problem, draw):
    """The best of some bounds at prices without sense."""
    unit = max((pool.cost for pool in problem.pools), default=0) or OBJECTIVE_UNITS
    generator = Generator(problem, share_of(5.0), 0)
    best = problem.constant
    for _ in range(3):
        prices = NodePrices(
            tuple(int(_price(draw, unit) * 2**16) for _ in problem.demands),
            tuple(int(_price(draw, unit) / 10**6 * 2**36) for _ in problem.demands),
            tuple(int(_price(draw, unit) * 2**16) for _ in problem.kinds),
        )
        wanted = [generator.useful(index, demand.copies, demand.peak) for index, demand in enumerate(problem.demands)]
        try:
            answers = generator._price(prices, wanted, QUICK)
        except OverflowError:
            continue
        best = max(best, bound_of(problem, prices, [answer.bound for answer in answers]))
    return best


__all__ = ["Judge", "by_any_prices", "by_change", "by_explanation", "by_schedule", "by_shortage", "by_strategies", "policy_of"]
