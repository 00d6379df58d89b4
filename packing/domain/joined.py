"""Old and new problem as one: what still runs although the new problem does not ask for it keeps its facts until it is gone."""

from __future__ import annotations

from packing.domain.hardware import InstanceType, Pool
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.words import Isolation
from packing.domain.workload import Copies, Mode, Model, Tenant


def joined(problem: Problem, old: Placement, old_problem: Problem | None = None) -> Problem:
    """The new problem, and with it the models, tenants, pools and instance types that only the old placement has.

    Parameters
    ----------
    problem : the new problem, expanded.
    old : what runs.
    old_problem : what it was made for, expanded. Without it a departing model counts as the strictest tenant that
        there can be: it shares a node with nobody else.

    Returns
    -------
    Where both know a name the new problem's facts hold. Pools that the new fleet does not have have a stock of
    nothing: their nodes may stay until they are empty, and none can be started.
    """
    return problem.model_copy(
        update={
            "models": problem.models + _departing(problem, old, old_problem),
            "tenants": problem.tenants + _tenants(problem, old_problem),
            "instance_types": problem.instance_types + _types(problem, old_problem),
            "fleet": problem.fleet + _pools(problem, old),
        }
    )


def _departing(problem: Problem, old: Placement, old_problem: Problem | None) -> tuple[Model, ...]:
    known = {model.name for model in problem.models}
    before = {model.name: model for model in old_problem.models} if old_problem else {}
    modes: dict[str, list[Mode]] = {}
    for copy in old.copies:
        if copy.model not in known:
            modes.setdefault(copy.model, []).append(copy.mode)
    return tuple(before.get(name) or _stranger(name, found) for name, found in sorted(modes.items()))


def _stranger(name: str, modes: list[Mode]) -> Model:
    """A model of which nothing is known but how its copies run."""
    distinct = tuple({mode.model_dump_json(): mode for mode in modes}.values())
    return Model(name=name, tenant=f"(owner of {name})"[:200], isolation=Isolation.INSTANCE, copies=Copies(min=0), modes=distinct)


def _tenants(problem: Problem, old_problem: Problem | None) -> tuple[Tenant, ...]:
    known = {tenant.name for tenant in problem.tenants}
    return tuple(tenant for tenant in (old_problem.tenants if old_problem else ()) if tenant.name not in known)


def _types(problem: Problem, old_problem: Problem | None) -> tuple[InstanceType, ...]:
    known = {kind.name for kind in problem.instance_types}
    return tuple(kind for kind in (old_problem.instance_types if old_problem else ()) if kind.name not in known)


def _pools(problem: Problem, old: Placement) -> tuple[Pool, ...]:
    known = {pool.label for pool in problem.fleet}
    gone = {node.pool: node for node in old.nodes if node.pool and node.pool not in known}
    return tuple(Pool(name=label, instance_type=node.instance_type, zone=node.zone, count=0) for label, node in sorted(gone.items()))
