"""Whether enough serves in a state on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packing.domain.floor import Floor, Serving, floor_of, serving
from packing.domain.migration import Migration
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.units import show_micro
from packing.verify.replay.fleet import Fleet
from packing.verify.violation import Violation

FLOOR = "floor"
"""Name of violations of this kind: a model serves with less than its floor, or goes short without being named."""


class Floors:
    """The floors of every model that the new problem has."""

    def __init__(self, problem: Problem, old: Placement, new: Placement, migration: Migration) -> None:
        before, after = _ends(old), _ends(new)
        named = {dip.model: dip.copies for dip in migration.dips}
        nothing = serving(())
        self._lowest: dict[str, Floor] = {}
        self._stated: dict[str, Floor] = {}
        for model in problem.models:
            ends = before.get(model.name, nothing), after.get(model.name, nothing)
            self._lowest[model.name] = floor_of(model, *ends)
            self._stated[model.name] = floor_of(model, *ends, unavailable=min(named.get(model.name, 0), model.max_unavailable))

    def broken(self, fleet: Fleet, models: Iterable[str], where: str) -> Iterator[Violation]:
        """Models that serve with less than they must."""
        for name in models:
            if name not in self._lowest:
                continue  # departing: nobody asks for it any more
            mine = [running.copy for running in fleet.of.get(name, {}).values() if running.serving]
            now = serving((copy.mode.rps_micro, fleet.nodes[copy.node].zone) for copy in mine)
            short = _short(now, self._lowest[name])
            if short:
                yield Violation(FLOOR, f"{where}.models[{name}]", short)
            elif short := _short(now, self._stated[name]):
                yield Violation(FLOOR, f"{where}.models[{name}]", f"{short}, and the migration does not say so")


def _short(now: Serving, floor: Floor) -> str | None:
    if now.copies < floor.copies:
        return f"{now.copies} copies serve, the floor is {floor.copies}"
    if now.rate < floor.rate:
        return f"{show_micro(now.rate)} requests/s are served, the floor is {show_micro(floor.rate)}"
    return f"served from {now.zones} zones, the floor is {floor.zones}" if now.zones < floor.zones else None


def _ends(placement: Placement) -> dict[str, Serving]:
    zones = {node.id: node.zone for node in placement.nodes}
    found: dict[str, list[tuple[int | None, str]]] = {}
    for copy in placement.copies:
        found.setdefault(copy.model, []).append((copy.mode.rps_micro, zones[copy.node]))
    return {name: serving(copies) for name, copies in found.items()}
