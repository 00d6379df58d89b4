"""Who does what when several processes work on one solve at the same time."""

from __future__ import annotations

from dataclasses import dataclass

from packing.compile.data import Compiled
from packing.solve.sizes import EXACT_COPIES
from packing.solve.strategies import strategy_of


@dataclass(frozen=True, slots=True)
class Role:
    """One process's share of a solve.

    Parameters
    ----------
    strategy : by name.
    seed : added to the seed of the solve.
    """

    strategy: str
    seed: int = 0


def roles(compiled: Compiled, strategy: str, workers: int) -> list[Role]:
    """A role for each worker; the first is the strategy as asked, so that one worker does what it always did.

    With `auto`, the second works on what the first comes to last: the proof of small problems, and the independent parts of
    large ones, where there are several. Everyone else tries the same with another seed. Incumbents and bounds are shared by
    all of them while they work.
    """
    chosen = [Role(strategy)]
    if strategy == "auto" and workers > 1 and compiled.home is None:
        small = compiled.copies <= EXACT_COPIES
        if small:
            chosen.append(Role("patterns"))
        elif strategy_of("split").supports(compiled) is None:
            chosen.append(Role("split", seed=1))
    chosen += [Role(strategy, seed=number) for number in range(len(chosen), workers)]
    return chosen
