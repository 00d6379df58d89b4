"""Which rules bind in a problem: those that alone refuse something that is otherwise fine.

A problem draws a rule only where the rule decides something. So a few nodes are filled at random with a few of the problem's models, and
the checker is asked which rules that breaks. Where it is one rule and no other, a reader that forgot the rule would take it for valid:
this is a problem on which such a mistake can be found. Models that were not chosen are left out of the question, and rules on how much
there is in all count only where nothing else is wrong: no filled node need serve everybody.
"""

from __future__ import annotations

from random import Random

from packing.domain.overcommit import LEVELS
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement, Scores
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.words import Hosting, Status
from packing.domain.workload import Mode, Model
from packing.testing.running_fleets import listing
from packing.verify.checks import CHECKS
from packing.verify.facts import Facts

IN_ALL = {Rule.COPIES, Rule.THROUGHPUT, Rule.STOCK, Rule.MIN_ZONES, Rule.SURVIVE}
"""Rules on how much there is of something, over all nodes."""
BLANK = Scores(model_size=0, performance=0, isolation=0, cost=0, scalability=0)


def binding_rules(problem: Problem, random: Random, tries: int = 60) -> set[Rule]:
    """Rules that alone refuse one of `tries` sets of filled nodes; the problem is expanded."""
    found: set[Rule] = set()
    for _ in range(tries):
        models = _chosen(problem, random)
        asked = problem.model_copy(update={"models": tuple(models)})
        facts = Facts(asked, _filled(asked, random))
        broken = {rule for rule, check in CHECKS.items() if any(True for _ in check(facts))}
        local = broken - IN_ALL
        found |= local if len(local) == 1 else broken if not local and len(broken) == 1 else set()
    return found


def _chosen(problem: Problem, random: Random) -> list[Model]:
    """One model, or a few: any, or those whose requests may wait by quantile, which share nodes in turns."""
    seldom = [model for model in problem.models if model.cold_start_quantile is not None]
    models = seldom if len(seldom) > 1 and random.random() < 0.5 else list(problem.models)
    names = {tenant.name for tenant in problem.tenants if tenant.conflicts_with} | {name for each in problem.tenants for name in each.conflicts_with}
    enemies = [model for model in models if model.tenant in names]
    if len(enemies) > 1 and random.random() < 0.2:
        models = enemies
    number = random.choice((1, 1, 2, 2, 3, 6))
    return random.sample(models, min(len(models), number))


def _filled(problem: Problem, random: Random) -> Placement:
    """One to three nodes of random pools with copies of the models, each behind an endpoint of its own or all behind one."""
    nodes, endpoints, copies = list[Node](), list[Endpoint](), list[PlacedCopy]()
    hosting, keep = random.choice(tuple(Hosting)), None
    if hosting is Hosting.MULTI_MODEL and all(model.cold_start_quantile is not None for model in problem.models):
        keep = random.choice((None, *(level.name for level in LEVELS)))
    common = random.random() < 0.2
    for number in range(random.choice((1, 1, 1, 2, 3)) if keep is None else 1):
        pool = random.choice(problem.fleet)
        name = "e" if common else f"e{number}"
        nodes.append(Node(id=f"n{number}", instance_type=pool.instance_type, zone=pool.zone, endpoint=name, pool=pool.label))
        if not any(each.name == name for each in endpoints):
            endpoints.append(Endpoint(name=name, hosting=hosting, instance_type=pool.instance_type, nodes=(), models=(), keep=keep))
        for model in problem.models:
            for _ in range(random.choice((1, 1, 1, 2, 3)) if keep is None else 1):
                copies.append(_copy(problem, model, nodes[-1], copies, random))
    if random.random() < 0.05:
        _of_no_mode(copies, random)
    return Placement(
        problem="-",
        status=Status.FEASIBLE,
        cost_per_hour=0.0,
        endpoints=listing(tuple(endpoints), tuple(nodes), tuple(copies)),
        nodes=tuple(nodes),
        copies=tuple(copies),
        fitness=BLANK,
    )


def _copy(problem: Problem, model: Model, node: Node, copies: list[PlacedCopy], random: Random) -> PlacedCopy:
    """The next copy of a model on a node: mostly in a mode that is made for its type."""
    kind = next(each for each in problem.instance_types if each.name == node.instance_type)
    fitting = [mode for mode in model.modes if mode.accelerator in (None, kind.accelerator) and mode.accelerators <= kind.accelerators]
    mode = random.choice(fitting if fitting and random.random() < 0.95 else model.modes)
    number = sum(copy.model == model.name for copy in copies)
    seats = tuple(sorted(random.sample(range(kind.accelerators), min(kind.accelerators, mode.accelerators))))
    return PlacedCopy.model_validate({"model": model.name, "copy": number, "node": node.id, "accelerators": seats, "mode": mode})


def _of_no_mode(copies: list[PlacedCopy], random: Random) -> None:
    """One copy takes something else than any mode of its model says."""
    at = random.randrange(len(copies))
    other: Mode = copies[at].mode.model_copy(update={"precision": "none of its modes", "host_memory": copies[at].mode.host_memory + 1})
    copies[at] = copies[at].model_copy(update={"mode": other})
