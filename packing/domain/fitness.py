"""Constants of the five fitness functions; the formulas that use them are in docs/fitness.md.

Formulation, greedy and checker each compute the objective from these with their own arithmetic.
"""

from __future__ import annotations

from fractions import Fraction

from packing.domain.words import Hosting, Isolation

OBJECTIVE_UNITS = 10**9
"""Integer units of the objective in 1.0; every coefficient is rounded to the nearest unit, halves up."""

SMALLEST, OCTAVES = 2**30, 10
"""Model size: 0 at 1 GiB a copy and below, 1 at ten octaves more (1 TiB), piecewise linear in each octave."""

LATENCY_PART, COLD_PART, SCALING_PART = Fraction(7, 10), Fraction(2, 10), Fraction(1, 10)
"""Performance: parts of latency, of cold starts, and of the time to react to traffic."""

COLD_LOSS: dict[Hosting, Fraction] = {
    Hosting.SINGLE_MODEL: Fraction(0),
    Hosting.INFERENCE_COMPONENT: Fraction(0),
    Hosting.MULTI_MODEL: Fraction(1),
}
"""A request may have to wait for a load: only behind a multi-model endpoint."""

OVER_COMMITTED_COLD_LOSS = Fraction(3, 2)
"""Behind an over-committed one (docs/design/overcommit.md) it may have to at any time of its hours: what sharing memory in turns is worth."""

SCALING_LOSS: dict[Hosting, Fraction] = {
    Hosting.SINGLE_MODEL: Fraction(1),
    Hosting.INFERENCE_COMPONENT: Fraction(0),
    Hosting.MULTI_MODEL: Fraction(0),
}
"""One copy more: a whole instance has to start only for a single-model endpoint."""

ISOLATION_GRADE: dict[Isolation, Fraction] = {level: Fraction(level.level, 3) for level in Isolation}
HOSTING_ISOLATION: dict[Hosting, Isolation] = {
    Hosting.SINGLE_MODEL: Isolation.ENDPOINT,
    Hosting.INFERENCE_COMPONENT: Isolation.CONTAINER,
    Hosting.MULTI_MODEL: Isolation.SHARED,
}
"""What a hosting option gives by itself; a stricter isolation that the model asks for counts as given."""

OPERATIONS_PART, NODES_PART = Fraction(1, 2), Fraction(1, 2)
"""Scalability: parts of the hosting option's operational load, and of the number of nodes to run."""

OPERATIONS_LOSS: dict[Hosting, Fraction] = {
    Hosting.SINGLE_MODEL: Fraction(1),
    Hosting.MULTI_MODEL: Fraction(1, 4),
    Hosting.INFERENCE_COMPONENT: Fraction(0),
}
"""One endpoint per model to run; many models but scaled together; many models, each scaled by itself."""


def size_grade(size: int) -> Fraction:
    """Model size of a copy of `size` bytes: 0..1, log2 interpolated linearly within each octave, exact."""
    if size <= SMALLEST:
        return Fraction(0)
    octave = (size // SMALLEST).bit_length() - 1
    within = Fraction(size, SMALLEST << octave) - 1
    return min(Fraction(1), (octave + within) / OCTAVES)
