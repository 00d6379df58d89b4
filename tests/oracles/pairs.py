"""Random pairs of placements to migrate between: solved ones and shuffled ones, in fleets with and without room."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from packing.act.diff.mend import relisted
from packing.describe.check import check
from packing.describe.expand import Expanded, expand
from packing.domain.hardware import InstanceType, Pool
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement, Scores
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.weights import Weights
from packing.domain.words import Hosting, Sharing, Status
from packing.domain.workload import Copies, Mode, Model
from packing.generate import random_problem
from packing.testing.changes import measure_anew, rename_model
from packing.testing.running_fleets import warm_node
from packing.verify.checks import CHECKS
from packing.verify.facts import Facts

COUNTED = (Rule.COPIES, Rule.THROUGHPUT, Rule.MIN_ZONES)
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Pair:
    """Two placements with their problems; `by_name`: equal names mean equal things."""

    name: str
    problem: Expanded
    old_problem: Expanded
    old: Placement
    new: Placement
    by_name: bool


def random_pair(seed: int, *, tiny: bool = False) -> Pair | None:
    """A pair of a random problem; None where there is nothing to place."""
    return pair_of(random_problem(seed, tiny=tiny), seed)


def pair_of(problem: Problem, seed: int) -> Pair | None:
    """A pair of a problem; None where there is nothing to place.

    With odd seeds it is two solves of the problem and of a changed one (models gone, renamed or measured anew, other weights). With even
    ones the new placement is the old one shuffled: copies swapped and moved as the rules allow. Half of the fleets are tight: their
    pools have the nodes that are used, and at most one more. Some begin with warm nodes, which have no copies.
    """
    from packing.solve.api import solve_placement

    random = Random(f"pair-{seed}")
    described = _permissive(problem, random)
    first = solve_placement(described, time_limit=0.5, strategy="greedy", seed=0, workers=1, processes=False)
    if not first.has_placement or not first.placement.copies:
        return None
    old, shuffle = first.placement, seed % 2 == 0
    if random.random() < 0.5:
        described = _tight(described, old, random)
        old = old.model_copy(update={"problem": described.digest()})
    before = expand(described)
    if random.random() < 0.2:
        old = _warmed(described, old, random)
    if shuffle:
        return Pair(f"shuffled {seed}", before, before, old, _shuffled(before.problem, old, random), by_name=True)
    after = expand(_changed(described, random))
    second = solve_placement(after.described, time_limit=0.5, strategy="greedy", seed=0, workers=1, processes=False)
    if not second.has_placement:
        return None
    ends = (before, old), (after, second.placement)
    (was, there), (will, here) = ends if random.random() < 0.5 else ends[::-1]
    return Pair(f"solved {seed}", will, was, there, here, by_name=random.random() < 0.5)


def cycle(length: int, spare: int, sharing: Sharing = Sharing.EXCLUSIVE) -> Pair:
    """`length` models with one copy each, every one of which takes the accelerator of the next; `spare` nodes more in stock."""
    mode = Mode(accelerator="G", memory_per_accelerator=10 * GIB, load_s=20.0)
    models = tuple(
        Model(name=f"m{number}", copies=Copies(min=1, max=1), modes=(mode,), hosting=(Hosting.INFERENCE_COMPONENT,)) for number in range(length)
    )
    kind = InstanceType(name="t", accelerator="G", accelerators=1, memory_per_accelerator=16 * GIB, price_per_hour=1.0, sharing=sharing)
    expanded = expand(Problem(models=models, instance_types=(kind,), fleet=(Pool(instance_type="t", count=length + spare),)))
    nodes = tuple(Node(id=f"n{number}", instance_type="t", endpoint="e", pool="t") for number in range(length))

    def placed(shift: int) -> Placement:
        copies = [
            {"model": model.name, "copy": 0, "node": f"n{(number + shift) % length}", "accelerators": (0,), "mode": mode}
            for number, model in enumerate(models)
        ]
        names = tuple(model.name for model in models)
        endpoint = Endpoint(name="e", hosting=Hosting.INFERENCE_COMPONENT, instance_type="t", nodes=tuple(node.id for node in nodes), models=names)
        return Placement(
            problem=expanded.digest,
            status=Status.FEASIBLE,
            cost_per_hour=float(length),
            endpoints=(endpoint,),
            nodes=nodes,
            copies=tuple(PlacedCopy.model_validate(copy) for copy in copies),
            fitness=Scores(model_size=0.0, performance=0.0, isolation=0.0, cost=0.0, scalability=0.0),
        )

    return Pair(f"cycle of {length}, {spare} spare", expanded, expanded, placed(0), placed(1), by_name=True)


def _permissive(problem: Problem, random: Random) -> Problem:
    """Some models may go short of a copy for a while."""
    models = [model.model_copy(update={"max_unavailable": 1}) if random.random() < 0.2 else model for model in problem.models]
    return problem.model_copy(update={"models": tuple(models)})


def _tight(problem: Problem, placement: Placement, random: Random) -> Problem:
    used = Counter(node.pool for node in placement.nodes)
    pools = [pool.model_copy(update={"count": used[pool.label] + (random.random() < 0.4)}) for pool in problem.fleet]
    return problem.model_copy(update={"fleet": tuple(pools)})


def _warmed(problem: Problem, placement: Placement, random: Random) -> Placement:
    """With a node more that runs without copies, if its pool has one to give."""
    _, warm = warm_node(problem, placement, random)
    pool = next(pool for pool in problem.fleet if pool.label == warm.nodes[-1].pool)
    return warm if pool.count is None or sum(node.pool == pool.label for node in warm.nodes) <= pool.count else placement


def _changed(problem: Problem, random: Random) -> Problem:
    for change in (measure_anew, rename_model):
        changed = change(problem, random) if random.random() < 0.15 else problem
        problem = problem if check(changed) else changed
    models = list(problem.models)
    if len(models) > 1 and random.random() < 0.4:
        models.pop(random.randrange(len(models)))
    weights = Weights(cost=random.randint(1, 3), scalability=random.randint(0, 3), performance=random.randint(0, 3), isolation=random.randint(0, 3))
    return problem.model_copy(update={"models": tuple(models), "weights": weights})


def _shuffled(problem: Problem, old: Placement, random: Random) -> Placement:
    """Copies swapped in pairs and rings, or moved, some dozens of times; what breaks a rule is taken back."""
    kinds = {kind.name: kind for kind in problem.instance_types}
    room = {node.id: kinds[node.instance_type].accelerators for node in old.nodes}
    placement = old
    for _ in range(12 + len(old.copies)):
        copies = list(placement.copies)
        if random.random() < 0.7 and len(copies) > 1:
            ring = random.sample(range(len(copies)), min(len(copies), random.choice((2, 2, 3, 4))))
            seats = [(copies[at].node, copies[at].accelerators) for at in ring]
            for at, (node, accelerators) in zip(ring, [*seats[1:], seats[0]], strict=True):
                copies[at] = copies[at].model_copy(update={"node": node, "accelerators": accelerators})
        else:
            at = random.randrange(len(copies))
            node = random.choice(sorted(room))
            width = len(copies[at].accelerators)
            if width > room[node]:
                continue
            chosen = tuple(sorted(random.sample(range(room[node]), width)))
            copies[at] = copies[at].model_copy(update={"node": node, "accelerators": chosen})
        moved = placement.model_copy(update={"copies": tuple(copies), "endpoints": relisted(placement.endpoints, placement.nodes, copies)})
        if _valid(problem, moved):
            placement = moved
    return placement


def _valid(problem: Problem, placement: Placement) -> bool:
    facts = Facts(problem, placement)
    return not any(True for rule, check in CHECKS.items() if rule not in COUNTED for _ in check(facts))
