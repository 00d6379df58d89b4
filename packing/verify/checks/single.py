"""Checks that look at one copy and where it sits."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.rules import Rule
from packing.domain.units import exact, show_decimal
from packing.verify.facts import Facts
from packing.verify.violation import Violation


def accelerators(facts: Facts) -> Iterator[Violation]:
    """As many different accelerators of the node as the mode says, all of its kind."""
    for seat in facts.seats:
        chosen, mode = seat.copy.accelerators, seat.mode
        if len(chosen) != mode.accelerators or len(set(chosen)) != len(chosen):
            yield Violation(Rule.ACCELERATORS, seat.where, f"accelerators {list(chosen)}, the mode takes {mode.accelerators} different ones")
        kind = seat.site.kind if seat.site else None
        if kind is None or not mode.accelerators:
            continue
        outside = [index for index in chosen if not 0 <= index < kind.accelerators]
        if outside:
            yield Violation(Rule.ACCELERATORS, seat.where, f"accelerators {outside} do not exist on {kind.kind.name}, which has {kind.accelerators}")
        if mode.mode.accelerator != kind.kind.accelerator:
            yield Violation(Rule.ACCELERATORS, seat.where, f"the mode is for {mode.mode.accelerator}, the node has {kind.kind.accelerator}")


def mode(facts: Facts) -> Iterator[Violation]:
    """The copy's mode is one of its model's."""
    for seat in facts.seats:
        if seat.model is not None and seat.mode.key not in seat.model.keys:
            yield Violation(Rule.MODE, seat.where, "not a mode of its model")


def latency(facts: Facts) -> Iterator[Violation]:
    """TTFT and TPOT within the SLO, where both mode and SLO state them."""
    seen: dict[tuple[int, int], list[str]] = {}
    for seat in facts.seats:
        if seat.model is None:
            continue
        pair = id(seat.model), id(seat.mode)
        if pair not in seen:
            slo, stated = seat.model.model.slo, seat.mode.mode
            figures = (("TTFT", stated.ttft_ms, slo.ttft_ms), ("TPOT", stated.tpot_ms, slo.tpot_ms))
            seen[pair] = [
                f"{name} {show_decimal(is_)} ms, the SLO allows {show_decimal(most)} ms"
                for name, is_, most in figures
                if is_ is not None and most is not None and exact(is_) > exact(most)
            ]
        for wrong in seen[pair]:
            yield Violation(Rule.LATENCY, seat.where, wrong)


def hosting(facts: Facts) -> Iterator[Violation]:
    """The endpoint's hosting option is one that the model allows."""
    for seat in facts.seats:
        option = seat.site.hosting if seat.site else None
        if option is not None and seat.model is not None and option not in seat.model.model.hosting:
            yield Violation(Rule.HOSTING, seat.where, f"{option} is not among {', '.join(seat.model.model.hosting)}")
