"""`verify`: read a placement against its problem, trusting nothing that it says."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.placement import Placement, Scores
from packing.domain.problem import Problem
from packing.verify import stated
from packing.verify.baseline import baseline
from packing.verify.checks import CHECKS
from packing.verify.facts import Facts
from packing.verify.objective import objective_units, tally
from packing.verify.scores import cost_micro_usd, model_scores, whole_scores
from packing.verify.structure import structure
from packing.verify.violation import STRUCTURE, Verification, Violation


def verify(problem: Problem, placement: Placement, digest: str | None = None) -> Verification:
    """Check a placement against every rule, and recompute its cost, objective and scores.

    Parameters
    ----------
    problem : the expanded problem: every model with its modes, every instance type of the fleet present.
    placement : the answer to check.
    digest : digest of the described problem, which `placement.problem` must equal; None: not compared.

    Returns
    -------
    Verification
        All violations found, and the checker's own figures. Rules and formulas: docs/rules.md, docs/fitness.md.
        Never raises: a placement that cannot even be read is one violation of ``structure``.
    """
    try:
        return _verify(problem, placement, digest)
    except Exception as error:  # noqa: BLE001 - objects made around validation can fail anywhere; the checker then refuses
        unreadable = Violation(STRUCTURE, "placement", f"cannot be read: {type(error).__name__}: {error}")
        nothing = Scores(model_size=0.0, performance=0.0, isolation=0.0, cost=0.0, scalability=0.0)
        return Verification((unreadable,), 0, None, (), nothing, {})


def _verify(problem: Problem, placement: Placement, digest: str | None) -> Verification:
    facts = Facts(problem, placement)
    reference, tallies = baseline(facts), tally(facts)
    cost = cost_micro_usd(facts, reference)
    units = objective_units(facts, reference, tallies)
    scores = whole_scores(facts, reference, tallies)

    def violations() -> Iterator[Violation]:
        yield from structure(facts, digest)
        for check in CHECKS.values():
            yield from check(facts)
        silent = placement.unstated
        yield from () if "cost_per_hour" in silent else stated.cost(placement, cost)
        yield from () if "objective" in silent and silent >= {"bound", "gap"} else stated.objective(placement, units)
        yield from () if "fitness" in silent else stated.fitness(placement, scores)
        yield from () if "status" in silent else stated.status(facts)
        yield from stated.routing(facts)
        yield from () if "unplaced" in silent and "status" in silent else stated.unplaced(facts)
        yield from stated.conceded(facts)

    return Verification(
        violations=tuple(violations()),
        cost_micro_usd=cost,
        objective_units=units,
        missing=_missing(facts),
        scores=scores,
        model_scores=model_scores(facts, reference, tallies),
    )


def _missing(facts: Facts) -> tuple[tuple[int, int], ...]:
    by_priority: dict[int, int] = {}
    for model in facts.models.values():
        by_priority[model.model.priority] = by_priority.get(model.model.priority, 0) + model.missing
    return tuple(sorted(by_priority.items(), reverse=True))
