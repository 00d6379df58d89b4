"""Cold starts of a multi-model node, predicted: hit rates, waits, loads, slot by slot."""

from __future__ import annotations

import numpy as np

from packing.coldstart.answer import ColdStarts, ModelColdStarts, ModelFigures
from packing.coldstart.arrays import Floats
from packing.coldstart.clock import Members
from packing.coldstart.endpoint import SharedNode, refuse
from packing.coldstart.law import Law, solve
from packing.coldstart.noticed import fastest_load, held_by_service, notices
from packing.coldstart.summed import HOUR, all_slots, node_figures
from packing.coldstart.waits import beyond, grid, waits
from packing.errors import Fault, ProblemError

METHODS = ("auto", "exact", "che")
MANY = 200
"""More models than this are predicted with Che's approximation, unless the exact law is asked for."""
MOMENTS = 3
"""Times looked at within a slot; most of them soon after its beginning, when the models of the slot before are still loaded."""
BLOCK = 20_000
"""Times × models that are worked on together: bounds the memory that is needed."""
NOTHING = ModelFigures(0.0, None, 0.0, None)


def predict(node: SharedNode, *, method: str = "auto") -> ColdStarts:
    """Predict the cold starts of a node.

    A request finds model i loaded iff those used since its last use fit beside it: with independent Poisson requests

        hit_i = ∫ λ_i exp(−λ_i t) P(S_−i(t) ≤ C − s_i) dt,

    S_−i(t) the sum of the sizes of the others used in the last t seconds, each with probability 1 − exp(−∫ λ_j). That is
    exact for least recently used without load times (Fagin 1977; Che, Tung, Wang 2002 replace S by its mean; Fricker,
    Robert, Roberts 2012 say when that is good). Load times enter through the time that models wait and load, the queue
    of loads through its level crossing equation; both depend on the hit rates and are solved for together
    (docs/coldstart.md). The slots repeat, and what was used in the slot before is still there when one begins.

    Parameters
    ----------
    node : the node, its models and their traffic.
    method : ``exact`` the distribution of S; ``che`` its mean (fast; for hundreds of models); ``auto`` exact up to 200 models.

    Returns
    -------
    Estimates, per slot and over all; bytes, seconds, requests/s. `Waits.promise` gives a wait to be promised.

    Raises
    ------
    ProblemError : faults of the node (`too_large_for_node`, `profile_length`, `bad_number`, ...), or `bad_option`.
    """
    refuse(node)
    if method not in METHODS:
        raise ProblemError([Fault("bad_option", "method", str(method), f"The methods are {', '.join(METHODS)}.", "Take one of these.")])
    asked = [at for at, member in enumerate(node.members) if any(member.rates)]
    how = ("che" if len(asked) > MANY else "exact") if method == "auto" else method
    now, weight = _moments(node)
    laws = _laws(Members.of(node, asked), now, che=how == "che") if asked else []
    column = {at: place for place, at in enumerate(asked)}
    models = tuple(
        _model(node, at, laws, column[at], weight)
        if at in column
        else ModelColdStarts(member.name, member.size, member.load_s, NOTHING, (NOTHING,) * node.slots)
        for at, member in enumerate(node.members)
    )
    slots = []
    for slot in range(node.slots):
        parts = [(model.size, model.slots[slot]) for model in models]
        share = sum(model.slots[slot].cold_starts_per_hour / HOUR * (model.load_s or 0.0) for model in models)
        slots.append(node_figures(parts, min(share, 1.0), node.loading_limit))
    said = (*notices(node), *held_by_service(node))
    return ColdStarts(node.name, how, node.over_commit, all_slots(slots, node.loading_limit), tuple(slots), models, fastest_load(node), said)


def _moments(node: SharedNode) -> tuple[Floats, Floats]:
    """Times looked at (seconds, slot after slot, as many in each), and the weights of those of one slot."""
    if all(len(set(member.rates)) == 1 for member in node.members):
        return np.asarray((np.arange(node.slots) + 0.5) * node.slot_s, dtype=float), np.ones(1)
    point, weight = np.polynomial.legendre.leggauss(MOMENTS)
    point, weight = (point + 1) / 2, weight * (point + 1) / 2  # Gauss-Legendre in the square root of the time
    now = (np.arange(node.slots)[:, None] + point**2).ravel() * node.slot_s
    return np.asarray(now, dtype=float), np.asarray(weight / weight.sum(), dtype=float)


def _laws(members: Members, now: Floats, *, che: bool) -> list[Law]:
    each = max(1, BLOCK // len(members.size))
    return [solve(members, now[at : at + each], che=che) for at in range(0, len(now), each)]


def _model(node: SharedNode, at: int, laws: list[Law], column: int, weight: Floats) -> ModelColdStarts:
    """One model: the law at each time becomes figures of each slot, and of all."""
    member = node.members[at]
    load_s = member.load_s or 0.0
    seconds = grid(load_s, max(float(law.found.at[:, -1].max()) for law in laws))
    tails, missed, loads = [], [], []
    for law in laws:
        rate, miss, delay = law.rate[:, column], law.miss[:, column], law.delay[:, column]
        missed.append(1 - (1 - miss) / (1 + rate * miss * delay))  # those that come during a load do not find the model either
        loads.append(law.loads[:, column])
        tails.append(beyond(seconds, load_s, rate, miss, law.found.at, law.found.beyond[:, column]))
    shape = (node.slots, len(weight))
    late = np.einsum("sm,m->s", np.concatenate(missed).reshape(shape), weight)
    cold = np.einsum("sm,m->s", np.concatenate(loads).reshape(shape), weight) * HOUR
    tail = np.einsum("smx,m->sx", np.concatenate(tails).reshape(*shape, -1), weight)
    share = np.array(member.rates) / sum(member.rates)
    known = member.load_s is not None
    parts = tuple(
        ModelFigures(rate, float(1 - late[slot]), float(cold[slot]), waits(seconds, tail[slot]) if known else None) if rate else NOTHING
        for slot, rate in enumerate(member.rates)
    )
    total = ModelFigures(sum(member.rates) / node.slots, float(1 - share @ late), float(cold.mean()), waits(seconds, share @ tail) if known else None)
    return ModelColdStarts(member.name, member.size, member.load_s, total, parts)
