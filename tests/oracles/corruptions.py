"""Ways to spoil a placement, as plain data: what a stale file, a race or a slip of the hand would make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from random import Random
from typing import Any

from packing.domain.placement import Placement

Plain = dict[str, Any]
Corruption = Callable[[Plain, Random], None]
CORRUPTIONS: dict[str, Corruption] = {}
"""By name; each changes a placement, given as plain data, that has endpoints, nodes and copies."""


def corruption(function: Corruption) -> Corruption:
    """Register one by its name."""
    CORRUPTIONS[function.__name__] = function
    return function


def spoiled(placement: Placement, names: Iterable[str], random: Random) -> Placement:
    """The placement after these corruptions, one after the other, as long as there is anything to spoil."""
    data = deepcopy(placement.model_dump(mode="json", by_alias=True))
    for name in names:
        if data["copies"] and data["nodes"] and data["endpoints"]:
            CORRUPTIONS[name](data, random)
    return Placement.model_validate(data)


@corruption
def a_copy_listed_twice(now: Plain, rnd: Random) -> None:
    """A copy listed twice."""
    now["copies"].append(dict(rnd.choice(now["copies"])))


@corruption
def another_copy_of_the_same_number(now: Plain, rnd: Random) -> None:
    """Another copy of the same number."""
    copy = dict(rnd.choice(now["copies"]))
    copy["node"] = rnd.choice(now["nodes"])["id"]
    now["copies"].append(copy)


@corruption
def a_copy_on_a_node_that_does_not_exist(now: Plain, rnd: Random) -> None:
    """A copy on a node that does not exist."""
    rnd.choice(now["copies"])["node"] = "nowhere"


@corruption
def a_copy_of_a_model_that_does_not_exist(now: Plain, rnd: Random) -> None:
    """A copy of a model that does not exist."""
    rnd.choice(now["copies"])["model"] = "nobody's"


@corruption
def an_accelerator_that_the_node_does_not_have(now: Plain, rnd: Random) -> None:
    """An accelerator that the node does not have."""
    rnd.choice(now["copies"])["accelerators"] = [rnd.choice((99, -1, 2**70))]


@corruption
def the_same_accelerator_over_and_over(now: Plain, rnd: Random) -> None:
    """The same accelerator over and over."""
    copy = rnd.choice(now["copies"])
    copy["accelerators"] = [0] * (len(copy["accelerators"]) or 1)


@corruption
def no_accelerators(now: Plain, rnd: Random) -> None:
    """No accelerators."""
    rnd.choice(now["copies"])["accelerators"] = []


@corruption
def everything_on_one_accelerator(now: Plain, rnd: Random) -> None:
    """Everything on one accelerator."""
    node = rnd.choice(now["nodes"])["id"]
    for copy in now["copies"]:
        copy["node"] = node
        copy["accelerators"] = [0] * min(1, len(copy["accelerators"]))


@corruption
def a_mode_that_nobody_offers(now: Plain, rnd: Random) -> None:
    """A mode that nobody offers."""
    copy = rnd.choice(now["copies"])
    copy["mode"] = {**copy["mode"], "host_memory": copy["mode"]["host_memory"] + 10**9, "resources": {"dongle": 1.0}}


@corruption
def a_mode_of_another_model(now: Plain, rnd: Random) -> None:
    """A mode of another model."""
    rnd.choice(now["copies"])["mode"] = rnd.choice(now["copies"])["mode"]


@corruption
def a_huge_number_for_a_copy(now: Plain, rnd: Random) -> None:
    """A huge number for a copy."""
    rnd.choice(now["copies"])["copy"] = 10**30


@corruption
def hundreds_of_copies_too_many(now: Plain, rnd: Random) -> None:
    """Hundreds of copies too many."""
    like = rnd.choice(now["copies"])
    now["copies"] += [{**like, "copy": 1000 + number} for number in range(300)]


@corruption
def a_node_listed_twice(now: Plain, rnd: Random) -> None:
    """A node listed twice."""
    now["nodes"].append(dict(rnd.choice(now["nodes"])))


@corruption
def two_different_nodes_of_one_name(now: Plain, rnd: Random) -> None:
    """Two different nodes of one name."""
    one, other = rnd.choice(now["nodes"]), rnd.choice(now["nodes"])
    now["nodes"].append({**other, "id": one["id"]})


@corruption
def a_node_of_a_pool_that_does_not_exist(now: Plain, rnd: Random) -> None:
    """A node of a pool that does not exist."""
    rnd.choice(now["nodes"])["pool"] = "moon"


@corruption
def a_node_of_another_type(now: Plain, rnd: Random) -> None:
    """A node of another type."""
    rnd.choice(now["nodes"])["instance_type"] = "abacus"


@corruption
def a_node_in_another_zone(now: Plain, rnd: Random) -> None:
    """A node in another zone."""
    rnd.choice(now["nodes"])["zone"] = "mars"


@corruption
def more_nodes_than_the_pool_has(now: Plain, rnd: Random) -> None:
    """More nodes than the pool has."""
    node = rnd.choice(now["nodes"])
    here = [copy for copy in now["copies"] if copy["node"] == node["id"]]
    for number in range(20):
        now["nodes"].append({**node, "id": f"extra-{number}"})
        now["copies"] += [{**copy, "copy": 2000 + 50 * number + at, "node": f"extra-{number}"} for at, copy in enumerate(here)]


@corruption
def a_node_behind_an_endpoint_that_does_not_exist(now: Plain, rnd: Random) -> None:
    """A node behind an endpoint that does not exist."""
    rnd.choice(now["nodes"])["endpoint"] = "vanished"


@corruption
def a_node_behind_another_endpoint(now: Plain, rnd: Random) -> None:
    """A node behind another endpoint."""
    rnd.choice(now["nodes"])["endpoint"] = rnd.choice(now["endpoints"])["name"]


@corruption
def an_endpoint_hosted_otherwise(now: Plain, rnd: Random) -> None:
    """An endpoint hosted otherwise."""
    rnd.choice(now["endpoints"])["hosting"] = rnd.choice(("single_model", "multi_model", "inference_component"))


@corruption
def two_different_endpoints_of_one_name(now: Plain, rnd: Random) -> None:
    """Two different endpoints of one name."""
    now["endpoints"].append({**rnd.choice(now["endpoints"]), "hosting": "multi_model", "instance_type": "abacus"})


@corruption
def an_endpoint_that_lists_something_else(now: Plain, rnd: Random) -> None:
    """An endpoint that lists something else."""
    rnd.choice(now["endpoints"]).update(nodes=["ghost"], models=["ghost"])


@corruption
def no_endpoints(now: Plain, _rnd: Random) -> None:
    """No endpoints."""
    now["endpoints"] = []


@corruption
def no_nodes(now: Plain, _rnd: Random) -> None:
    """No nodes."""
    now["nodes"] = []


@corruption
def nothing_at_all(now: Plain, _rnd: Random) -> None:
    """Nothing at all."""
    now.update(endpoints=[], nodes=[], copies=[])


@corruption
def figures_that_are_lies(now: Plain, _rnd: Random) -> None:
    """Figures that are lies."""
    now.update(status="optimal", objective=-1.0, bound=7.0, gap=-3.0, cost_per_hour=-5.0, problem="sha256:lie", unplaced=[])
