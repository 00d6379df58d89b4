"""Where a copy can stay for a while: free accelerators anywhere in the fleet, nodes to come, nodes that the stock still has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from packing.act.migrate.seats import Form, Group, Seat, Site
from packing.act.migrate.world import World
from packing.domain.words import Hosting


class Refuge:
    """Looks for room; remembers what it did not find."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._none: set[str] = set()
        """Models for which there is no room at all in the state from which `begin` was called."""
        self._mark = -1
        self._used: Counter[str] = Counter()
        """How often a node was a refuge: whoever comes later waits until the one before has gone."""

    def begin(self) -> None:
        """What is tried from now on starts from this state."""
        self._mark = len(self._world.log)
        self._none.clear()

    def find(self, seat: Seat, avoid: Sequence[Seat]) -> Seat | None:
        """A place for another copy of the seat's model, if possible where nobody is expected, and not on what `avoid` need."""
        begun = len(self._world.log) == self._mark
        if begun and seat.name in self._none:
            return None
        best: tuple[tuple[int, ...], Seat] | None = None
        some = False
        for found in places(self._world, seat.name):
            some = True
            if _meets(found, avoid):
                continue
            rank = self._rank(found)
            if best is None or rank < best[0]:
                best = rank, found
        if begun and not some:
            self._none.add(seat.name)
        if best is None:
            return None
        self._used[best[1].site.id] += 1
        return best[1]

    def crowded(self, seat: Seat, avoid: Sequence[Seat], most: int) -> list[Seat]:
        """Places that the seat's model could take if others were not there, those with the fewest bytes in the way first."""
        world, model = self._world, self._world.models[seat.name]
        found: list[Seat] = []
        for site in world.sites.values():
            for mode in model.model.modes if site.started and site.seats else ():
                form = world.form(mode)
                if world.legal(Seat(model, form, site, (), goal=False)):
                    places = (Seat(model, form, site, chosen, goal=False) for chosen in _any(site, form.accelerators))
                    found += [place for place in places if not _meets(place, avoid) and place.site is not seat.site]
        return sorted(found, key=_weight)[:most]

    def _rank(self, seat: Seat) -> tuple[int, ...]:
        """Extra nodes last; then bytes; then who is expected there; then where others have been; then the fullest node."""
        taken = set(seat.accelerators)
        expected = sum(bool(taken & set(other.accelerators)) or not taken for other in self._world.awaited.get(seat.site, ()))
        return not seat.site.started, not (seat.site.goal or seat.site.old), seat.bytes, expected, self._used[seat.site.id], -len(seat.site.seats)


def _meets(place: Seat, others: Sequence[Seat]) -> bool:
    """Whether the place takes something that one of the others needs."""
    mine = set(place.accelerators)
    return any(place.site is other.site and (not other.accelerators or mine & set(other.accelerators)) for other in others)


def _any(site: Site, count: int) -> Iterator[tuple[int, ...]]:
    """Sets of neighbouring accelerators: enough to try, where others have to be moved anyway."""
    assert site.kind is not None, "legal"
    for start in range(max(1, site.kind.accelerators - count + 1) if count else 1):
        yield tuple(range(start, start + count))


def _weight(place: Seat) -> int:
    """Bytes of the copies on the same accelerators (of all on the node, for a copy without any)."""
    mine = set(place.accelerators)
    return sum(other.bytes for other in place.site.seats if not mine or mine & set(other.accelerators))


def places(world: World, name: str, *, idle: bool = False) -> Iterator[Seat]:
    """Everywhere that one more copy of the model can be loaded now; of interchangeable accelerators only the first.

    Nodes that are not started are offered if the pool has one left (or, with `idle`, an empty one that can be stopped);
    of extra nodes one for each pool and hosting option. A node that is to go and is gone comes back as an extra one.
    """
    model = world.models[name]
    forms = [world.form(mode) for mode in model.model.modes]
    empty = {site.pool for site in world.sites.values() if site.started and not site.seats} if idle else set()
    coming = [site for site in world.sites.values() if site.started or (site.goal and (site.pool in empty or world.startable(site)))]
    for site in [*coming, *_extra_sites(world, model.model.hosting, empty)]:
        for form in forms:
            probe = Seat(model, form, site, (), goal=False)
            if not world.legal(probe):
                continue
            for chosen in choices(world, site, form):
                seat = Seat(model, form, site, chosen, goal=False)
                if world.fits(seat):
                    yield seat


def choices(world: World, site: Site, form: Form) -> Iterator[tuple[int, ...]]:
    """Sets of accelerators, one of each kind: accelerators with the same copies now and later are interchangeable."""
    count = form.accelerators
    if not count:
        yield ()
        return
    assert site.kind is not None, "legal"
    later: dict[int, list[int]] = {}
    for seat in (*world.awaited.get(site, ()), *(seat for seat in site.seats if seat.goal)):
        for index in seat.accelerators:
            later.setdefault(index, []).append(id(seat))
    classes: dict[tuple[object, ...], list[int]] = {}
    for index in range(site.kind.accelerators):
        on = site.on.get(index, ())
        if on and (site.exclusive or (not site.swaps and sum(seat.mode.memory for seat in on) + form.memory > site.kind.memory)):
            continue
        sign = tuple(sorted(id(seat) for seat in on)), tuple(sorted(later.get(index, ())))
        classes.setdefault(sign, []).append(index)
    yield from _spread(list(classes.values()), count)


def _spread(classes: list[list[int]], count: int) -> Iterator[tuple[int, ...]]:
    """Every way to take `count` of several kinds; which ones of a kind does not matter."""
    if count > sum(len(members) for members in classes):
        return
    if not classes:
        yield ()
        return
    for taken in range(min(count, len(classes[0])), -1, -1):
        for rest in _spread(classes[1:], count - taken):
            yield tuple(sorted((*classes[0][:taken], *rest)))


def _extra_sites(world: World, options: tuple[Hosting, ...], empty: set[str]) -> Iterator[Site]:
    """One fresh node for each pool that has one left and each hosting option, behind an endpoint of its own."""
    for label, (type_name, zone) in world.zones.items():
        most = world.stock[label]
        if most is not None and world.started[label] >= most and not (most and label in empty):
            continue
        kind = world.kinds.get(type_name)
        for hosting in options:
            number = 0
            while (there := world.sites.get(f"extra-{label}-{hosting}-{number}")) and (there.seats or not there.started):
                number += 1
            if there is None:
                id_ = f"extra-{label}-{hosting}-{number}"
                yield Site(id_, label, zone, kind, Group(id_, hosting, type_name))
