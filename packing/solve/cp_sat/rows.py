"""Linear rows in the range where CP-SAT's integers are exact.

CP-SAT's Python layer wraps silently beyond int64, so every row is summed in Python integers first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from packing.domain.units import MAX_EXACT


def capacity_row(model: Any, terms: Sequence[tuple[int, Any, int]], capacity: int, opened: Any) -> None:
    """Add sum(amount * variable) <= capacity * opened. Terms are (amount, variable, its largest value).

    Dividing all amounts by their greatest common divisor and the capacity rounded down changes nothing about
    which integers are feasible.
    """
    terms = [(amount, variable, most) for amount, variable, most in terms if amount and most]
    if not terms:
        return
    divisor = math.gcd(*(amount for amount, _, _ in terms))
    capacity //= divisor
    scaled = [(amount // divisor, variable, most) for amount, variable, most in terms]
    worst = sum(amount * most for amount, _, most in scaled)
    insist_exact(worst + capacity)
    if worst <= capacity:
        return
    model.add(sum(amount * variable for amount, variable, _ in scaled) <= capacity * opened)


class InexactError(ArithmeticError):
    """Sums of this formulation could leave the range in which the solver's integers are exact."""


def insist_exact(worst: int) -> None:
    """Refuse sums that could leave the exact range."""
    if worst > MAX_EXACT:
        raise InexactError(f"a sum of {worst} is beyond 2^53")
