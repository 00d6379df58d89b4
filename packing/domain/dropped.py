"""Ways to run a model that the capacity laws dropped: what refused each first, and by how much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from packing.domain.rules import Rule
from packing.domain.units import bytes_too_many, show_bytes


class Cause(StrEnum):
    """What a way was dropped for."""

    UNKNOWN = "unknown"
    """Nothing is known of the accelerator's speed."""
    KIND = "kind"
    """Models of this kind do not run there."""
    PRECISION = "precision"
    """The hardware lacks the arithmetic of the precision."""
    DEGREE = "degree"
    """The model cannot be split over so many accelerators; figure: how many, limit: its attention heads."""
    KV_HEADS = "kv_heads"
    """Its key/value heads neither are divided by so many accelerators nor divide them; figure: how many, limit: its key/value heads."""
    GROUP = "group"
    """Blocks or groups of the quantisation would be cut; figure: how many accelerators, limit: width of the feed-forward layer (of one expert)."""
    ACCELERATORS = "accelerators"
    """No node has so many accelerators; figure: how many, limit: those of the largest node."""
    SIZE = "size"
    """The model is too large for CPUs; figure, limit: parameters."""
    MEMORY = "memory"
    """One request does not fit; figure, limit: bytes on each accelerator."""
    VCPUS = "vcpus"
    """No node has the vCPUs."""
    HOST_MEMORY = "host_memory"
    """No node has the host memory; figure, limit: bytes."""
    TTFT = "ttft"
    """Milliseconds."""
    TPOT = "tpot"
    """Milliseconds."""


_FAR = {cause: rank for rank, cause in enumerate(Cause)}
"""How near a way came to being offered: checks are made in this order, so that a later cause means that the earlier ones were passed."""
RULES: dict[Cause, Rule] = {
    Cause.MEMORY: Rule.MEMORY,
    Cause.VCPUS: Rule.VCPUS,
    Cause.HOST_MEMORY: Rule.HOST_MEMORY,
    Cause.TTFT: Rule.LATENCY,
    Cause.TPOT: Rule.LATENCY,
    Cause.DEGREE: Rule.ACCELERATORS,
    Cause.KV_HEADS: Rule.ACCELERATORS,
    Cause.GROUP: Rule.ACCELERATORS,
    Cause.ACCELERATORS: Rule.ACCELERATORS,
}
"""The rule of docs/rules.md that a cause belongs to; those that are not here: `mode`."""


@dataclass(frozen=True, slots=True)
class DroppedWay:
    """One way to run a model that is not offered.

    Parameters
    ----------
    accelerator : kind of accelerator; None: CPUs.
    accelerators : number of them that one copy would take (vCPUs on CPUs).
    precision : of its weights; empty where that does not matter.
    cause : what refused it first.
    figure, limit : what it would take and what there is, in the unit of the cause; None where the cause has none.
    fits_on : number of these accelerators on which it would be offered; None: none, or not looked for.
    fits_in : precisions in which it would be offered on the nodes that there are.
    not_over : larger numbers of these accelerators that nodes have, and over which the model cannot be split.
    """

    accelerator: str | None
    accelerators: int
    precision: str
    cause: Cause
    figure: float | None = None
    limit: float | None = None
    fits_on: int | None = None
    fits_in: tuple[str, ...] = ()
    not_over: tuple[int, ...] = ()

    @property
    def rule(self) -> Rule:
        """The rule that it belongs to."""
        return RULES.get(self.cause, Rule.MODE)

    @property
    def where(self) -> str:
        """E.g. "2 x A10G"."""
        if self.accelerator is None:
            return f"{self.accelerators} vCPUs" if self.accelerators else "CPUs"
        return f"{self.accelerators} x {self.accelerator}" if self.accelerators > 1 else self.accelerator

    @property
    def detail(self) -> str:
        """E.g. "bf16 on A10G: 26.1 GiB with one request, 22.4 GiB are usable; fits on 2 x A10G, or in int8"."""
        remedies = [f"on {self.fits_on} x {self.accelerator}"] if self.fits_on else []
        remedies += [f"in {' or '.join(self.fits_in)}"] if self.fits_in else []
        subject = f"{self.precision} on {self.where}" if self.precision else self.where
        split = f" (it cannot be split over {' or '.join(map(str, self.not_over))})" if self.not_over else ""
        return f"{subject}: {self._why()}{split}" + (f"; fits {', or '.join(remedies)}" if remedies else "")

    def _why(self) -> str:
        figure, limit = self.figure or 0, self.limit or 0
        match self.cause:
            case Cause.UNKNOWN:
                return "nothing is known of its speed; state modes that were measured"
            case Cause.KIND:
                return "models of this kind do not run there"
            case Cause.PRECISION:
                return "the hardware lacks the arithmetic"
            case Cause.DEGREE:
                return f"{limit:g} attention heads cannot be split over {figure:g} accelerators"
            case Cause.KV_HEADS:
                return f"{limit:g} key/value heads cannot be split over {figure:g} accelerators"
            case Cause.GROUP:
                return f"a feed-forward layer {limit:,g} wide cannot be split over {figure:g} accelerators without cutting its quantisation groups"
            case Cause.ACCELERATORS:
                return f"no node has more than {limit:g}"
            case Cause.SIZE:
                return f"{figure / 1e9:.3g} thousand million parameters, at most {limit / 1e9:.3g} are offered on CPUs"
            case Cause.MEMORY | Cause.HOST_MEMORY:
                needed, there = int(figure), int(limit)
                what = "with one request" if self.cause is Cause.MEMORY else "of host memory"
                whose = "usable" if self.cause is Cause.MEMORY else "on the largest node"
                return f"{show_bytes(needed)} {what}, {show_bytes(there)} are {whose}{bytes_too_many(needed, there)}"
            case Cause.VCPUS:
                return f"{figure:g} vCPUs, {limit:g} on the largest node"
            case Cause.TTFT | Cause.TPOT:
                return f"{self.cause.upper()} {_three(figure)} ms, the SLO allows {limit:,g} ms"


def _three(figure: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{float(f'{figure:.3g}'):,g}" if figure < 1e6 else f"{figure:,.0f}"


def nearest(dropped: Iterable[DroppedWay]) -> tuple[DroppedWay, ...]:
    """One for each kind of accelerator: the way that came nearest to being offered; CPUs last."""
    best: dict[str | None, DroppedWay] = {}
    ways = tuple(dropped)
    for way in ways:
        known = best.get(way.accelerator)
        if known is None or _nearness(way) > _nearness(known):
            best[way.accelerator] = way
    return tuple(_with_degrees(best[name], ways) for name in sorted(best, key=lambda name: (name is None, name or "")))


def _with_degrees(way: DroppedWay, ways: Iterable[DroppedWay]) -> DroppedWay:
    """The way with the larger degrees that were no way out."""
    degree = {Cause.DEGREE, Cause.KV_HEADS, Cause.GROUP}
    alike = [each for each in ways if (each.accelerator, each.precision) == (way.accelerator, way.precision) and each.cause in degree]
    return replace(way, not_over=tuple(sorted({each.accelerators for each in alike if each.accelerators > way.accelerators})))


def _nearness(way: DroppedWay) -> tuple[int, float, int]:
    """Larger is nearer: the later cause; then the smaller excess."""
    excess = way.figure / way.limit if way.figure is not None and way.limit else float("inf")
    return _FAR[way.cause], -excess, -way.accelerators
