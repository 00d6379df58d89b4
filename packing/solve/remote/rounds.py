"""A solve on any executor: independent parts and roles as pure functions, in rounds.

Nothing can be said to a function while it runs, so the time is cut into rounds: what one round found is where the next
begins. Findings are taken in the order of the work, not of its arrival, and lost work is given out again as it was: the
answer does not depend on who was quicker, or lost, as long as the time limit does not bite.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

from packing.compile.data import Compiled
from packing.domain.words import Limit
from packing.solve.context import Proof, SearchContext, contradiction
from packing.solve.plan import Plan, make_plan
from packing.solve.remote.children import Children
from packing.solve.remote.crew import Found
from packing.solve.remote.futures import Futures
from packing.solve.remote.gather import LATE_S, Gathering, Job
from packing.solve.remote.parts import Part, large_parts
from packing.solve.remote.roles import Role, roles
from packing.solve.remote.wire import flat, whole
from packing.solve.remote.work import Work

ROUNDS = 3


class Rounds:
    """One solve on an executor."""

    def __init__(self, compiled: Compiled, context: SearchContext, strategy: str, executor: Executor, memory_limit: int | None) -> None:
        self.compiled, self.context = compiled, context
        self._executor, self._memory_limit = executor, memory_limit
        self.parts = large_parts(compiled)
        # As many pieces of work at the same time as there are workers; every part is one of them in any case.
        each = max(1, context.workers // len(self.parts))
        self.work = [(part, role) for part in range(len(self.parts)) for role in roles(compiled, strategy, each)]
        waves = -(-len(self.work) // max(context.workers, 1))
        self.nominal = context.time_limit / ROUNDS / waves
        """Seconds of each piece of work, which stand for so many units of it."""
        self._proofs: list[Proof | None] = [None] * len(self.parts)

    def run(self) -> None:
        """All rounds, as far as time allows."""
        for number in range(ROUNDS):
            if self.context.limit() is not None:
                return
            self._round(number)

    def _round(self, number: int) -> None:
        context = self.context
        last = number == ROUNDS - 1
        # Of the last moments, some are needed for the way back.
        left = context.remaining() - min(0.5, 0.1 * context.remaining())
        end = context.elapsed() + left / (ROUNDS - number) + (0.0 if last else LATE_S)
        jobs = []
        for position, (part, role) in enumerate(self.work):
            work = self._work(part, Role(role.strategy, role.seed + number * len(self.work)), left)
            name = f"piece {position + 1} of {len(self.work)} ({role.strategy})"
            jobs.append(Job(partial(_same, work), partial(self._take, part), name))

        def until() -> str | None:
            if not last and context.elapsed() >= end:
                context.follow(Limit.TIME)
                return "round"
            return context.limit()

        Gathering(context, Futures(self._executor), jobs, spare=Children(self._memory_limit), ordered=True).run(until)

    def _work(self, number: int, role: Role, left: float) -> Work:
        part = self.parts[number]
        assert self.context.incumbent is not None
        return Work(
            compiled=part.compiled,
            role=role,
            time_limit=self.nominal,
            seconds=min(self.nominal, left),
            seed=self.context.seed,
            gap=self.context.gap,
            start=flat(part.plan_in_part(self.context.incumbent)),
            proof=self._proofs[number],
        )

    def _take(self, number: int, found: Found) -> None:
        """What was found for a part, as something known of the whole."""
        part, context = self.parts[number], self.context
        plan = whole(found.plan)
        if plan is not None:
            context.offer(self._with(part, plan), found.source)
        former = self._proofs[number]
        if found.proof is not None and (former is None or found.proof > former):
            self._proofs[number] = former = found.proof
        # In the sum, what other parts cost above their bounds could hide it.
        wrong = None if plan is None or former is None else contradiction(plan.value, former)
        if wrong is not None:
            context.withdraw(f"of a part, {found.source} claimed {wrong}")
        proofs = [proof for proof in self._proofs if proof is not None]
        if len(proofs) == len(self.parts):
            context.raise_bound(*together(self.compiled, proofs), found.source)

    def _with(self, part: Part, plan: Plan) -> Plan:
        """The incumbent with this plan for the part, if that is better than what it has for it."""
        incumbent = self.context.incumbent
        assert incumbent is not None
        own = set(part.candidates)
        others = [node for node in incumbent.nodes if node.copies[0][0] not in own]
        return make_plan(self.compiled, [*others, *part.nodes_in_whole(plan)])


def together(compiled: Compiled, proofs: Sequence[Proof]) -> Proof:
    """What proofs for all independent parts say of the whole.

    Lexicographic order is kept by addition: the sum of the parts' least missing copies is the least of the whole, and
    a plan with just these missing has each part's least missing, so that the parts' bounds add up.
    """
    missing = tuple(map(sum, zip(*(proof[0] for proof in proofs), strict=True)))
    return missing, compiled.constant + sum(proof[1] for proof in proofs)


def _same(work: Work) -> Work:
    return work
