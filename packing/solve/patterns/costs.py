"""What a stage of the search minimises: the missing copies of one priority level, or the objective itself.

The levels are settled one after the other, highest first. In each stage the levels above have a cap on their
missing copies, the proven least; the levels below do not count yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packing.compile.data import Compiled
from packing.solve.bounds.forced import forced_missing
from packing.solve.patterns.classes import ModelClass


@dataclass(frozen=True, slots=True)
class Costs:
    """Integer costs of one stage.

    Attributes
    ----------
    constant : paid always.
    pools : of a node, by pool.
    scale : 1 if copies pay their own coefficients, 0 if not.
    missing : of a missing copy, by class.
    caps : most missing copies by level among the models of the classes; None: not limited.
    """

    constant: int
    pools: tuple[int, ...]
    scale: int
    missing: tuple[int, ...]
    caps: tuple[int | None, ...]

    def level_of(self, owner: ModelClass) -> int:
        """Under which cap the missing copies of a class count."""
        return owner.first.level if len(self.caps) > 1 else 0


def complete_constant(compiled: Compiled) -> int:
    """What every plan pays whose missing copies are just the forced ones."""
    return compiled.constant + sum(forced_missing(compiled, model) * model.missing_coefficient for model in compiled.models)


def complete_costs(compiled: Compiled, classes: Sequence[ModelClass]) -> Costs:
    """What a part adds to the objective, among plans whose missing copies are just the forced ones.

    The constant of `complete_constant` is not in it.
    """
    pools = tuple(pool.coefficient for pool in compiled.pools)
    # What is forced is in the constant; a single cap of just that many.
    return Costs(0, pools, 1, (0,) * len(classes), (sum(each.forced for each in classes),))
