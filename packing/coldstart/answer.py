"""What is said about a node's cold starts, whether predicted or counted in a simulation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

MARGIN = 1.6
"""How many times as many requests as estimated may be late before a promise is broken."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Distribution of the wait of a model's requests for its load.

    Parameters
    ----------
    at : seconds, ascending, beginning with 0; a time that stands twice is a jump.
    beyond : share of the requests that waits longer, at each of these times; linear between them, and 0 at the last.
    """

    at: tuple[float, ...]
    beyond: tuple[float, ...]

    def within(self, seconds: float) -> float:
        """Share of the requests that waits no longer than this."""
        if seconds < 0:
            return 0.0
        after = bisect_right(self.at, seconds)
        if after == len(self.at):
            return 1.0 - self.beyond[-1]
        left, right = self.at[after - 1], self.at[after]
        part = (seconds - left) / (right - left)
        return 1.0 - (self.beyond[after - 1] * (1 - part) + self.beyond[after] * part)

    def quantile(self, share: float) -> float:
        """The shortest wait (seconds) that this share of the requests does not exceed."""
        if not 0 <= share <= 1:
            raise ValueError(f"a share is in 0..1, not {share}")
        allowed = max(1.0 - share, 0.0) + 1e-12
        after = bisect_left(self.beyond, -allowed, key=lambda value: -value)
        if after == 0:
            return self.at[0]
        if after == len(self.at):
            return self.at[-1]
        high, low = self.beyond[after - 1], self.beyond[after]
        part = (high - allowed) / (high - low) if high > low else 1.0
        return self.at[after - 1] + part * (self.at[after] - self.at[after - 1])

    def promise(self, share: float) -> float:
        """A wait (seconds) to be promised to this share of the requests: the estimate with `MARGIN` times as many late ones.

        The estimate errs to both sides. The margin was set on 60 random nodes; benchmarks/coldstart.md has how 500 others kept
        to it. It covers the error of the law, not that of the traffic.
        """
        return self.quantile(1.0 - (1.0 - share) / MARGIN)

    @property
    def mean(self) -> float:
        """Mean wait in seconds."""
        steps = zip(self.at, self.at[1:], self.beyond, self.beyond[1:], strict=False)
        return sum((right - left) * (high + low) / 2 for left, right, high, low in steps)


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """A model over one slot, or over all of them.

    Parameters
    ----------
    requests_per_second : mean rate.
    hit : share of the requests that finds the model loaded; None where there are none.
    cold_starts_per_hour : loads that its requests begin.
    waits : distribution over all its requests; None without requests, or where a load time is not known.
    requests : counted in the simulation; None if predicted.
    hit_error : standard error of `hit`; None if predicted.
    """

    requests_per_second: float
    hit: float | None
    cold_starts_per_hour: float
    waits: Waits | None
    requests: int | None = None
    hit_error: float | None = None

    @property
    def active(self) -> bool:
        """Whether it has requests."""
        return self.hit is not None


@dataclass(frozen=True, slots=True)
class ModelColdStarts:
    """A model on the node.

    Parameters
    ----------
    name, size, load_s : as in the member.
    total : over all slots, each request counted once.
    slots : slot by slot.
    """

    name: str
    size: int
    load_s: float | None
    total: ModelFigures
    slots: tuple[ModelFigures, ...]


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """The node over one slot, or over all of them.

    Parameters
    ----------
    requests_per_second : all models.
    hit : share of all requests that finds its model loaded; None without requests.
    cold_starts_per_hour : loads of all models.
    reload_bytes_per_s : bytes/s that loads carry to the node, in the mean.
    loading_share : share of the time (0..1) spent loading.
    thrashing : whether `loading_share` is above the node's limit.
    """

    requests_per_second: float
    hit: float | None
    cold_starts_per_hour: float
    reload_bytes_per_s: float
    loading_share: float
    thrashing: bool


@dataclass(frozen=True, slots=True)
class ColdStarts:
    """The answer for a node.

    Parameters
    ----------
    node : its name.
    how : ``exact`` or ``che`` (predicted), or ``simulated``.
    over_commit : sum of the sizes over the capacity.
    total, slots : the node over all slots, and slot by slot.
    models : in the order of the members.
    load_bytes_per_s : bytes/s of the fastest load: what storage and network must carry while a model loads; None: no load time is known.
    notices : what is not as exact as it looks, in sentences.
    """

    node: str
    how: str
    over_commit: float
    total: NodeFigures
    slots: tuple[NodeFigures, ...]
    models: tuple[ModelColdStarts, ...]
    load_bytes_per_s: float | None
    notices: tuple[str, ...] = ()

    @property
    def thrashing(self) -> tuple[int, ...]:
        """Slots in which the node spends more time loading than its limit allows."""
        return tuple(slot for slot, figures in enumerate(self.slots) if figures.thrashing)

    def model(self, name: str) -> ModelColdStarts:
        """The model of this name; KeyError if it is not on the node."""
        for each in self.models:
            if each.name == name:
                return each
        raise KeyError(name)
