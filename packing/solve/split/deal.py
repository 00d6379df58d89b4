"""Which models go into which part: shares of the copies that are alike in composition (POP: Narayanan et al., SOSP '21).

POP deals at random, since with very many small clients every part then looks like the whole. Here there are models of very different
weight, and what a part costs is its number of distinct shapes. So models of one shape stay together, and shapes are dealt
in the order of where and how large they run, each to the part that is furthest behind with its like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from packing.compile.data import Compiled
from packing.solve.greedy.economy import Economy
from packing.solve.node_state import CONTAINER

Shape = tuple[Hashable, ...]


def shape_of(compiled: Compiled, model: int) -> Shape:
    """Models of one shape take the same, wherever they run; what their copies cost may differ."""
    candidates = (compiled.candidates[index] for index in compiled.models[model].candidates)
    return tuple((each.kind, each.hosting, each.width, each.demand, each.node_demand, each.mask) for each in candidates)


def shapes(compiled: Compiled) -> int:
    """Number of distinct shapes."""
    return len({shape_of(compiled, model) for model in range(len(compiled.models))})


def deal(compiled: Compiled, economy: Economy, parts: int) -> list[list[int]]:
    """Models by part, none of them empty; at most `parts`.

    Tenants who share no accelerator with others stay whole: their copies pack with nobody else's.
    """
    units = _units(compiled)
    weight = [[economy.room[economy.ranking(model)[0]] * compiled.models[model].fewest for model in unit] for unit in units]
    order = sorted(range(len(units)), key=lambda number: (*_place(compiled, economy, units[number][0]), units[number][0]))
    dealt: list[list[int]] = [[] for _ in range(parts)]
    behind: defaultdict[int, list[float]] = defaultdict(lambda: [0.0] * parts)
    total = [0.0] * parts
    for number in order:
        load = behind[_place(compiled, economy, units[number][0])[0]]
        chosen = min(range(parts), key=lambda part: (load[part], total[part], part))
        dealt[chosen] += units[number]
        load[chosen] += sum(weight[number])
        total[chosen] += sum(weight[number])
    return [sorted(models) for models in dealt if models]


def _units(compiled: Compiled) -> list[list[int]]:
    """Models that stay together; those that run nowhere are left out."""
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for index, model in enumerate(compiled.models):
        if model.candidates:
            alone = model.isolation >= CONTAINER
            groups["tenant", model.tenant if alone else shape_of(compiled, index)].append(index)
    return list(groups.values())


def _place(compiled: Compiled, economy: Economy, model: int) -> tuple[int, float]:
    """(instance type where a copy is cheapest, minus what its room is worth there)."""
    best = compiled.candidates[economy.ranking(model)[0]]
    return best.kind, -economy.room[best.index]
