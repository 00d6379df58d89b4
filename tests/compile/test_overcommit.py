"""The definition of over-commitment: the caller's decimal context neither decides nor breaks anything."""

from __future__ import annotations

import decimal
from fractions import Fraction

from packing.domain.overcommit import LEVELS, Amount, Asked, keep

GIB = 2**30


def answers(rate):
    asked = Asked((rate, 3 * rate), Fraction(3600), 61.7, 0.913, 0.2)
    return [keep(asked, level, (Amount(3 * GIB, 22 * GIB, memory=True), Amount(61_113, 10**6)), 13.7) for level in LEVELS]


def test_the_callers_decimal_context_does_not_matter():
    with decimal.localcontext() as context:
        context.prec = 3
        context.traps[decimal.Inexact] = True
        coarse = answers(517)
        assert context.prec == 3
        assert not context.flags[decimal.Inexact]
    keep.cache_clear()
    assert answers(517) == coarse
    assert any(not isinstance(each, str) for each in coarse)
