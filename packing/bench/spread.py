"""Median, least and most of a figure over seeds; what is unknown counts as worse than anything known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Of a figure of which less is better; None: unknown, or never reached."""

    median: float | None
    least: float | None
    most: float | None

    @classmethod
    def of(cls, values: Sequence[float | None]) -> Spread:
        """Of some seeds' values. With an even number the median is the mean of the middle two, None if either is."""
        if not values:
            return cls(None, None, None)
        known: list[float | None] = [*sorted(value for value in values if value is not None)]
        ranked = known + [None] * (len(values) - len(known))
        low, high = ranked[(len(ranked) - 1) // 2], ranked[len(ranked) // 2]
        return cls(None if low is None or high is None else (low + high) / 2, ranked[0], ranked[-1])

    def columns(self, name: str) -> dict[str, float | str | None]:
        """Two columns of a table: the median, and from the least to the most."""
        return {name: self.median, f"{name} from … to": f"{_shown(self.least, '{:.3g}')} … {_shown(self.most, '{:.3g}')}"}

    def text(self, form: str, unit: str) -> str:
        """`form` is for one figure, e.g. ``{:.1f}``."""
        median, least, most = (_shown(each, form) for each in (self.median, self.least, self.most))
        return f"{median}{unit if self.median is not None else ''} ({least} to {most})"


def _shown(value: float | None, form: str) -> str:
    return "never" if value is None else form.format(value)


def seconds_to(points: Sequence[tuple[float, float | None]], gap: float) -> float | None:
    """When the gap was first no larger; None: never.

    Parameters
    ----------
    points : (seconds since the solve began, gap or None), in order.
    """
    return next((seconds for seconds, seen in points if seen is not None and seen <= gap), None)
