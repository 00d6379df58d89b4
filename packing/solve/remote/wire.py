"""What passes between parent and child: frames of a length and a pickle, and plans in a form that pickles quickly."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator
from typing import Any

from packing.domain.words import Hosting
from packing.solve.plan import NodePlan, Plan, Value

HEAD = struct.Struct("!Q")
_HOSTINGS = tuple(Hosting)
FlatPlan = tuple[tuple[tuple[int, int, Any, int], ...], tuple[int, ...], int]


def frame(message: object) -> bytes:
    """One message, ready to be sent."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return HEAD.pack(len(body)) + body


class Inbox:
    """Puts frames together from whatever pieces arrive."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, piece: bytes) -> Iterator[Any]:
        """The messages that are complete with this piece."""
        self._held += piece
        while len(self._held) >= HEAD.size:
            (size,) = HEAD.unpack_from(self._held)
            end = HEAD.size + size
            if len(self._held) < end:
                return
            body = bytes(self._held[HEAD.size : end])
            del self._held[:end]
            yield pickle.loads(body)  # noqa: S301 - both ends are this library, on a socket that nobody else has


def flat(plan: Plan | None) -> FlatPlan | None:
    """A plan as plain tuples: a frozen class with slots pickles ten times slower."""
    if plan is None:
        return None
    nodes = tuple((node.pool, _HOSTINGS.index(node.hosting), node.copies, node.home) for node in plan.nodes)
    return nodes, plan.value.missing, plan.value.objective


def whole(given: FlatPlan | None) -> Plan | None:
    """The way back."""
    if given is None:
        return None
    nodes, missing, objective = given
    return Plan(tuple(NodePlan(pool, _HOSTINGS[hosting], copies, home) for pool, hosting, copies, home in nodes), Value(missing, objective))
