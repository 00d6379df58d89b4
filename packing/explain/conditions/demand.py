"""What models ask for: copies, throughput, latency."""

# ruff: noqa: ARG002 - every kind is asked in the same way, and not all need everything

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import ClassVar

from packing.describe.expand import Expanded, expand
from packing.domain.demand import fewest_copies
from packing.domain.rules import Rule
from packing.domain.units import MICRO
from packing.domain.workload import Copies, Mode, Model
from packing.explain.conditions.kind import Change, Condition, ModelKind, Plain, model_of, number, whole

LEAST_RATE = 1e-6
"""Requests/s that stand for "some": the model stays active in the slots in which it was, and asks for no more copies than it must have."""
MOST_STEPS = 400
"""Sums of requests/s that are looked at."""


def in_force(model: Model) -> bool:
    """Whether copies must add up to the traffic; modes that are derived always say what they serve."""
    return model.peak_micro > 0 and (not model.modes or any(mode.rps_micro for mode in model.modes))


class CopiesAtLeast(ModelKind):
    """`copies.min`."""

    name, rule, grade, rederives = "copies", Rule.COPIES, 2, True

    def value(self, model: Model) -> Plain:
        """The least number of copies, where there is one."""
        return model.copies.min or None

    def relaxed(self, model: Model, new: Plain) -> Model:
        """An exact number stays one, unless traffic may ask for more copies than that."""
        least = whole(new)
        exact = model.copies.min == model.copies.max and not in_force(model)
        return model.model_copy(update={"copies": Copies(min=least, max=least if exact else model.copies.max)})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One copy less, …, none. Below `min_zones` fewer copies are no smaller demand, until there are none."""
        least = max(1, model_of(expanded, condition).min_zones)
        return (*range(whole(condition.value) - 1, least - 1, -1), 0)

    def sentence(self, condition: Condition) -> str:
        """E.g. "at least 2 copies of B"."""
        return f"at least {_copies(whole(condition.value))} of {condition.target}"

    def change_sentence(self, change: Change) -> str:
        """E.g. "min copies of B 2 instead of 3"."""
        return f"min copies of {change.target} {change.new} instead of {change.old}" if change.new else f"no copies of {change.target}"


class Throughput(ModelKind):
    """Traffic that the copies must serve."""

    name, rule, grade, rederives = "throughput", Rule.THROUGHPUT, 2, True

    def value(self, model: Model) -> Plain:
        """The peak in requests/s."""
        return model.peak_micro / MICRO if in_force(model) else None

    def relaxed(self, model: Model, new: Plain) -> Model:
        """No slot asks for more than that; it stays active where it was (docs/rules.md, "when").

        0: only as many copies as `copies` asks for, in any mode.
        """
        assert model.traffic is not None
        most = number(new) or (LEAST_RATE if model.copies.min else 0.0)
        rates = tuple(min(rate, most) for rate in model.traffic.requests_per_second)
        update: dict[str, object] = {"traffic": model.traffic.model_copy(update={"requests_per_second": rates})}
        if not new and model.copies.min:
            update["modes"] = tuple(mode if mode.rps_micro else mode.model_copy(update={"requests_per_second": LEAST_RATE}) for mode in model.modes)
        return model.model_copy(update=update)

    def last(self, expanded: Expanded, condition: Condition) -> Plain:
        """No traffic."""
        return 0

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """What fewer copies serve, in whichever modes: sums of their requests/s below the peak, the largest first."""
        model = model_of(expanded, condition)
        rates = {mode.rps_micro for mode in model.modes if mode.rps_micro}
        sums, reached = {0}, {0}
        for _ in range(fewest_copies(model) + len(rates)):
            reached = {known + rate for known in reached for rate in rates if known + rate < model.peak_micro} - sums
            sums |= reached
            if not reached or len(sums) > MOST_STEPS:
                break
        return (*(served / MICRO for served in sorted(sums - {0}, reverse=True)), 0)

    def sentence(self, condition: Condition) -> str:
        """E.g. "12 requests/s of B"."""
        return f"{condition.value:g} requests/s of {condition.target}"

    def change_sentence(self, change: Change) -> str:
        """E.g. "traffic of B 8 requests/s instead of 12"."""
        if not change.new:
            return f"no traffic of {change.target} promised"
        return f"traffic of {change.target} {change.new:g} requests/s instead of {change.old:g}"


class Latency(ModelKind):
    """One figure of the SLO."""

    rule, grade, rederives = Rule.LATENCY, 2, True
    field: ClassVar[str]
    word: ClassVar[str]

    def value(self, model: Model) -> Plain:
        """Milliseconds."""
        limit: float | None = getattr(model.slo, self.field)
        return limit

    def relaxed(self, model: Model, new: Plain) -> Model:
        """The SLO with another limit, or none."""
        return model.model_copy(update={"slo": model.slo.model_copy(update={self.field: None if new is None else number(new)})})

    def last(self, expanded: Expanded, condition: Condition) -> Plain:
        """No limit."""
        return None

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """What its modes would deliver; derived ones keep a little below the SLO, so that theirs has to be a little above."""
        limit, model = number(condition.value), model_of(expanded, condition)
        given = next(each for each in expanded.described.models if each.name == condition.target).modes
        modes: tuple[Mode, ...] = model.modes
        if not given:
            modes = model_of(expand(self.apply(expanded.described, condition.target, None)), condition).modes
        known = {getattr(mode, self.field) for mode in modes} - {None}
        figures = {figure if given else float(ceil(figure * 1.02)) for figure in known}
        return (*sorted(figure for figure in figures if figure > limit), None)

    def sentence(self, condition: Condition) -> str:
        """E.g. "TTFT of B at most 400 ms"."""
        return f"{self.word} of {condition.target} at most {condition.value:g} ms"

    def change_sentence(self, change: Change) -> str:
        """E.g. "TTFT of B 520 ms instead of 400"."""
        if change.new is None:
            return f"no limit on the {self.word} of {change.target}"
        return f"{self.word} of {change.target} {change.new:g} ms instead of {change.old:g}"


class Ttft(Latency):
    """`slo.ttft_ms`."""

    name, field, word = "ttft", "ttft_ms", "TTFT"


class Tpot(Latency):
    """`slo.tpot_ms`."""

    name, field, word = "tpot", "tpot_ms", "TPOT"


def _copies(count: int) -> str:
    return "1 copy" if count == 1 else f"{count} copies"
