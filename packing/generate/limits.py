"""How large a random problem may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper limits of a random problem; everything below them is drawn.

    Parameters
    ----------
    models, tenants, pools, slots, modes : most of each (modes: of one model).
    copies : most copies that all models together can be asked for.
    copies_each : most copies that one model can be asked for.
    accelerators : most accelerators of one node.
    stock : most nodes of a pool that states a stock.
    """

    models: int
    copies: int
    copies_each: int
    tenants: int
    pools: int
    slots: int
    modes: int
    accelerators: int
    stock: int


SMALL = Limits(models=9, copies=30, copies_each=6, tenants=4, pools=5, slots=4, modes=3, accelerators=8, stock=6)
TINY = Limits(models=3, copies=4, copies_each=2, tenants=2, pools=2, slots=2, modes=2, accelerators=2, stock=2)
"""Small enough that all placements can be tried one by one."""
