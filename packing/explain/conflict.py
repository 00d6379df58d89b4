"""A set of conditions that cannot hold together, and of which each is needed for that.

QuickXplain (Junker, "QuickXplain: preferred explanations and relaxations for over-constrained problems", AAAI 2004) halves
what is in question; its answer is then checked piece by piece, since nothing may be said that was not proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packing.describe import expand
from packing.domain.demand import fewest_copies
from packing.domain.problem import Problem
from packing.explain.conditions import KINDS, Condition, apply_changes, conditions, dropped
from packing.explain.oracle import DEMANDS, Oracle

MOST_CONFLICTS, OTHERS = 12, 0.5
"""Conflict sets that are looked for, and the part of the time for all but the first."""
ALONE = 60
"""Models that are looked at alone first: a conflict within one is the easiest to understand."""


@dataclass(frozen=True, slots=True)
class Member:
    """A condition of a conflict set.

    Parameters
    ----------
    condition : what is asked for or limited.
    sentence : the same in words.
    necessary : True if it is proven that the others can hold together without it; None: not known within the time.
    """

    condition: Condition
    sentence: str
    necessary: bool | None


@dataclass(frozen=True, slots=True)
class ConflictSet:
    """Conditions that cannot hold together, whatever else is given up; proven.

    Parameters
    ----------
    members : the conditions.
    reasons : what the rules say about models of which not even one copy fits anywhere, (model, rule, detail).
    """

    members: tuple[Member, ...]
    reasons: tuple[tuple[str, str, str], ...] = ()

    @property
    def irreducible(self) -> bool | None:
        """Whether dropping any one member makes the others hold together: True if all of that is proven; None: unproven for some."""
        return True if all(member.necessary for member in self.members) else None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The members' conditions."""
        return tuple(member.condition for member in self.members)


def conflict_among(oracle: Oracle, candidates: Sequence[Condition]) -> tuple[Condition, ...] | None:
    """Conditions among the candidates (all others dropped) that cannot hold together; None: not proven that there are any."""
    narrow = _narrowed(oracle, candidates)
    return None if narrow is None else _checked(oracle, _quickxplain(oracle, (), (), tuple(narrow)))


def disjoint_conflicts(oracle: Oracle) -> list[ConflictSet]:
    """Conflict sets that share no condition, as many as are found: each of them has to be repaired."""
    first = conflict_among(oracle, oracle.conditions)
    if first is None:
        return []
    found = [described(oracle, first)]
    with oracle.clock.within(oracle.clock.remaining() * OTHERS):
        while len(found) < MOST_CONFLICTS:
            known = {condition for each in found for condition in each.conditions}
            other = conflict_among(oracle, [each for each in oracle.conditions if each not in known])
            if other is None:
                break
            more = described(oracle, other)
            if not more.irreducible:
                break  # one set is enough to know; another one that is not taken to its end says little
            found.append(more)
    return found


def described(oracle: Oracle, found: Sequence[Condition]) -> ConflictSet:
    """The set with what is proven of each member, and with the rules' reasons."""
    members = tuple(
        Member(each, KINDS[each.kind].sentence(each), oracle.keeping(other for other in found if other != each) or None) for each in found
    )
    return ConflictSet(members, reasons(oracle, found))


def keeping_only(problem: Problem, kept: Sequence[Condition]) -> Problem:
    """The problem in which these conditions hold and all others ask for nothing: what a conflict set speaks of."""
    expanded = expand(problem)
    return apply_changes(expanded.described, [dropped(expanded, each) for each in conditions(expanded) if each not in kept])


def _narrowed(oracle: Oracle, candidates: Sequence[Condition]) -> Sequence[Condition] | None:
    """Candidates that are proven to be a conflict, with the demands of as few models as can be seen at once; None: none is proven.

    Models are looked at one by one, then the first two of them, four, eight, … together: those that a good placement leaves copies out of come
    first, then the largest. What few models ask for is decided sooner than the whole, however large that is.
    """
    few = len(oracle.expanded.problem.models) <= ALONE
    if few and oracle.keeping(candidates) is not False:
        return None
    demands = [each for each in candidates if each.kind in DEMANDS]
    size = {model.name: fewest_copies(model) * min((mode.size for mode in model.modes), default=0) for model in oracle.expanded.problem.models}
    models = sorted(dict.fromkeys(each.target for each in demands), key=lambda name: (name not in oracle.suspects, -size[name], name))

    def with_models(chosen: Sequence[str]) -> list[Condition]:
        return [each for each in candidates if each.kind not in DEMANDS or each.target in chosen]

    groups = [[name] for name in models if few or name in oracle.suspects][:ALONE]
    groups += [models[:count] for count in (2**power for power in range(1, 32)) if count < 2 * len(models)]
    for group in groups:
        if oracle.keeping(with_models(group)) is False:
            return with_models(group)
    return candidates if few else None


def _quickxplain(
    oracle: Oracle, background: tuple[Condition, ...], added: tuple[Condition, ...], candidates: tuple[Condition, ...]
) -> tuple[Condition, ...]:
    """Candidates without which `background` and the rest can hold together; earlier ones are preferred. Unknown counts as "can"."""
    if added and oracle.keeping(background) is False:
        return ()
    if len(candidates) == 1:
        return candidates
    half = len(candidates) // 2
    first, second = candidates[:half], candidates[half:]
    of_second = _quickxplain(oracle, background + first, first, second)
    of_first = _quickxplain(oracle, background + of_second, of_second, first)
    return of_first + of_second


def _checked(oracle: Oracle, found: tuple[Condition, ...]) -> tuple[Condition, ...] | None:
    """Without members that turn out not to be needed; None if the set is not proven to be a conflict after all.

    Dropping a condition hardly ever makes another one harder to meet, but where modes are derived anew it can.
    """
    if oracle.keeping(found) is not False:
        return None
    for each in found:
        rest = tuple(other for other in found if other != each)
        if oracle.keeping(rest) is False:
            return _checked(oracle, rest)
    return found


def reasons(oracle: Oracle, found: Sequence[Condition]) -> tuple[tuple[str, str, str], ...]:
    """Rules that remove every way to run a model of the set, what comes closest first."""
    from packing.compile.compiler import compile_problem
    from packing.solve.plan import make_plan
    from packing.solve.reasons import unplaced

    models = {each.target for each in found if each.kind in DEMANDS}
    compiled = compile_problem(oracle.expanded.problem)
    nowhere = {model.name for model in compiled.models if not model.candidates} & models
    if not nowhere:
        return ()
    left_out = unplaced(compiled, make_plan(compiled, ()), oracle.expanded.dropped)
    return tuple((entry.model, each.rule, each.detail) for entry in left_out if entry.model in nowhere for each in entry.reasons)
