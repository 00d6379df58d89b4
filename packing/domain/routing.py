"""Routing weights: how the requests of a model are divided where its copies are not all alike behind one endpoint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from packing.domain.fields import AsTuple, Mentioned, Record
from packing.domain.units import MICRO
from packing.domain.workload import Mode


class RoutingWeight(Record):
    """Copies of one model that are alike: behind one endpoint, in one mode. A router within them needs no weights."""

    model: Mentioned
    endpoint: Mentioned
    copies: Annotated[tuple[int, ...], AsTuple]
    """Their numbers."""
    weight: Annotated[float, Field(gt=0)]
    """The share of the model's requests that goes to them, relative to the model's other weights: the requests/s that they serve; where a
    mode of the model does not say that, how many they are."""


Group = tuple[str, str]
"""Endpoint, and the mode as text: copies of a model that have the same are alike."""


class Texts:
    """Modes as text; solvers let copies share one mode, which is written out once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Mode, str]] = {}

    def of(self, mode: Mode) -> str:
        """The mode as text."""
        if id(mode) not in self._known:
            self._known[id(mode)] = mode, mode.model_dump_json()
        return self._known[id(mode)][1]


def weights_of(copies: Sequence[tuple[str, int, str, Mode]]) -> tuple[RoutingWeight, ...]:
    """The weights of the models whose copies are of more than one group, by model and number of the first copy.

    Parameters
    ----------
    copies : model, number, endpoint and mode of each.
    """
    texts = Texts()
    groups: defaultdict[str, dict[Group, tuple[Mode, list[int]]]] = defaultdict(dict)
    for model, number, endpoint, mode in copies:
        groups[model].setdefault((endpoint, texts.of(mode)), (mode, []))[1].append(number)
    found = []
    for model, parts in sorted(groups.items()):
        if len(parts) < 2:
            continue
        known = all(mode.rps_micro for mode, _ in parts.values())
        ordered = sorted((sorted(numbers), endpoint, text) for (endpoint, text), (_, numbers) in parts.items())
        for numbers, endpoint, text in ordered:
            mode = parts[endpoint, text][0]
            weight = len(numbers) * (mode.rps_micro or 0) / MICRO if known else float(len(numbers))
            found.append(RoutingWeight(model=model, endpoint=endpoint, copies=tuple(numbers), weight=weight))
    return tuple(found)
