"""What is wrong with the two placements before anything is planned."""

from __future__ import annotations

from packing.describe.expand import Expanded
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.errors import Fault, ProblemError
from packing.verify.checks import CHECKS
from packing.verify.facts import Facts
from packing.verify.structure import structure
from packing.verify.violation import Violation

COUNTED = {Rule.COPIES, Rule.MIN_ZONES, Rule.THROUGHPUT}
"""Rules on how much there is, not on where it is: a placement that is short of copies can be migrated to and from."""


def refuse(
    target: Expanded, together: Problem, old: Placement, start: Placement, new: Placement, old_problem: Problem | None = None
) -> tuple[str, ...]:
    """Raise what makes the new placement unfit as a goal; return what is broken in the old one, as sentences.

    What the new placement breaks just as the old one does is the old one's: it is not made worse. Copies of models that neither problem
    knows are not asked about: what is assumed of them on the way (`packing.domain.joined`) is no fact that they could break.
    """
    known_models = {model.name for model in (*target.problem.models, *(old_problem.models if old_problem else ()))}
    running = Facts(together, start.model_copy(update={"copies": tuple(copy for copy in start.copies if copy.model in known_models)}))
    broken = _broken(running)
    mended = any(len(getattr(old, part)) != len(getattr(start, part)) for part in ("endpoints", "nodes", "copies"))
    numbered = len({(copy.model, copy.copy_index) for copy in old.copies}) == len(old.copies)
    faults = []
    if not new.answers(target.digest):
        cause, action = "The new placement was made for another problem.", "Solve the problem anew, or give the problem that it answers."
        faults.append(Fault("bad_placement", "new.problem", new.problem, cause, action))
    facts = Facts(target.problem, new)
    known = {(each.rule, each.where, each.detail) for each in broken}
    wrong = [*structure(facts, None), *(each for each in _broken(facts) if (each.rule, each.where, each.detail) not in known)]
    faults += [Fault("bad_placement", f"new.{each.where}", "", _sentence(each), "Migrate to a valid placement only.") for each in wrong]
    if faults:
        raise ProblemError(faults)
    stated = Facts(together, old if mended or not numbered else start)
    return tuple(str(each)[:200] for each in [*structure(stated, None), *broken])


def _broken(facts: Facts) -> list[Violation]:
    found = [each for rule, check in CHECKS.items() if rule not in COUNTED for each in check(facts)]
    return found + [each for each in CHECKS[Rule.THROUGHPUT](facts) if each.where.startswith("copies[")]


def _sentence(violation: Violation) -> str:
    return f"It breaks the rule {violation.rule}: {violation.detail}."
