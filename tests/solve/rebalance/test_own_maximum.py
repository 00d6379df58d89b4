"""Copies that move out of the way of others stay within the maximum of their model, however much of it is missing."""

from __future__ import annotations

from packing.compile.current import compile_change
from packing.describe import problem_from
from packing.domain.change import Policy
from packing.solve.greedy.economy import Economy
from packing.solve.rebalance.eject import dissolve
from packing.solve.rebalance.fleet import Fleet
from packing.solve.rebalance.limits import Limits
from packing.solve.rebalance.mend import mend
from tests.solve.rebalance.now import placement_of

GIB = 2**30


def component(name: str, size: int, **fields):
    mode = {"accelerator": "X", "memory_per_accelerator": size * GIB, "requests_per_second": 1}
    return {"name": name, "hosting": "inference_component", "modes": [mode], **fields}


def test_a_node_is_emptied_without_more_copies_than_their_model_may_have():
    """Two copies of `chat` cannot serve its traffic and more are not allowed; a third would find room where `b` goes to `c`."""
    kind = {"name": "card", "accelerator": "X", "accelerators": 1, "memory_per_accelerator": 10 * GIB, "price_per_hour": 1.0, "sharing": "memory"}
    models = [component("chat", 6, traffic=3, copies={"max": 2}), *(component(name, size) for name, size in (("a", 4), ("b", 5), ("c", 5)))]
    problem = problem_from({"weights": {"cost": 1}, "instance_types": [kind], "fleet": [{"name": "card", "instance_type": "card"}], "models": models})
    runs = {"n0": ["chat", 0], "n1": ["chat", 0], "n2": ["a", 0], "n3": ["b", 0], "n4": ["c", 0]}
    current = placement_of(problem, {node: {"pool": "card", "endpoint": "ep", "copies": [copy]} for node, copy in runs.items()})
    compiled, _ = compile_change(problem, current, Policy())
    first = mend(compiled)
    fleet = Fleet(compiled, Economy(compiled), first.nodes)
    chat = next(index for index, model in enumerate(compiled.models) if model.name == "chat")
    seat = next(node for node in fleet.open_nodes() if any(compiled.candidates[way].model == chat for way, _ in fleet.state(node).copies))
    assert fleet.construction.tally.missing(chat)
    assert dissolve(fleet, seat, Limits(compiled, first)), "its copy has room beside `a`"
    assert fleet.construction.tally.placed[chat] == 2
