"""The least missing copies of a level over whole numbers of nodes.

    min  W
    s.t. UNIT·W ≥ least − Σ_g R_g n_g               every cut (`packing.solve.patterns.pricing`)
         Σ_g n_g ≤ stock                            per instance type
         Σ_{g of class i} n_g + u_i ≥ nodes_i       (`node_rows.py`), for classes of this level and those above
         Σ u_i ≤ W  over classes of this level,  Σ u_i ≤ cap_l  over those of each level above

n, u and W are whole numbers in every plan, and all rows hold for every plan within the caps: W is a bound. Its best n are tried in the linear
program, whose prices there give the next cut, until none refuses them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from packing.compile.data import UNLIMITED
from packing.solve.context import SearchContext, Share
from packing.solve.patterns.generation import MORE, THOROUGH
from packing.solve.patterns.layout import Layout
from packing.solve.patterns.master import Master
from packing.solve.patterns.pricing import SCALE, Cut, Pricer, prices_of
from packing.solve.shortage.node_rows import node_rows
from packing.solve.shortage.stages import UNIT

PRECISION = 28
"""Bits to which cuts are rounded, each number in the valid direction: sums stay far from the end of the solver's integers."""
LARGEST = 2**53
ROUNDS = 200
HALFWAY = 0.5
"""Where between the linear optimum and the numbers in question prices are taken first: their cuts go deeper."""


class NodeCounts:
    """The integer program of one stage, and the cuts that it has learned.

    Parameters
    ----------
    caps : missing copies, among models in classes, of the levels above.
    core : numbers of nodes by group in the linear program's solution.
    """

    def __init__(self, layout: Layout, master: Master, pricer: Pricer, caps: Sequence[int], core: Sequence[float]) -> None:
        self.layout, self.master, self.pricer, self.caps, self.core = layout, master, pricer, caps, core
        self.cuts: list[Cut] = []

    def raise_bound(self, cuts: Sequence[Cut], context: SearchContext, share: Share, better: Callable[[int], None]) -> None:
        """`better` hears of every bound on the missing copies. Ends when no cut refuses the numbers found, or time is up."""
        self.cuts = list(cuts)
        for _ in range(ROUNDS):
            if share() <= 0:
                return
            found = self._solve(context, share)
            if found is None:
                return
            counts, missing, bound = found
            better(bound)
            if not self._refuse(counts, missing, share):
                return

    def _solve(self, context: SearchContext, share: Share) -> tuple[list[int], int, int] | None:
        """(nodes by group, missing copies, bound on them), exact; None if there is none in time."""
        from ortools.sat.python import cp_model

        from packing.solve.cp_sat.solver import run

        layout, level = self.layout, len(self.caps)
        asked = sum(each.copies for each in layout.classes)
        program = cp_model.CpModel()
        useful = [sum(layout.classes[owner].most for owner in {layout.items[index].owner for index in group.items}) for group in layout.groups]
        n = [program.new_int_var(0, most, "") for most in useful]
        missing = program.new_int_var(0, asked, "")
        for kind_index, kind in enumerate(layout.compiled.kinds):
            stock = sum(min(layout.compiled.pools[pool].stock, asked) for pool in kind.pools)
            if all(layout.compiled.pools[pool].stock < UNLIMITED for pool in kind.pools):
                program.add(sum(n[group.index] for group in layout.groups if group.kind == kind_index) <= stock)
        short: dict[int, list[cp_model.IntVar]] = {}
        for row in node_rows(layout):
            owner = layout.classes[row.owner]
            if owner.first.level <= level:
                u = program.new_int_var(0, row.nodes, "")
                short.setdefault(owner.first.level, []).append(u)
                program.add(sum(n[group] for group in row.groups) + u >= row.nodes)
        for each, mine in short.items():
            program.add(sum(mine) <= (missing if each == level else self.caps[each]))
        for cut in self.cuts:
            terms, paid, least = self._rounded(cut)
            if sum(factor * most for factor, most in zip(terms, useful, strict=True)) + paid * asked > LARGEST:
                continue
            program.add(sum(factor * count for factor, count in zip(terms, n, strict=True)) + paid * missing >= least)
        program.minimize(missing)
        with context.budget.until(share.end):
            outcome = run(program, context)
        if not outcome.found or outcome.bound is None or outcome.objective is None:
            return None
        return [outcome.value(count) for count in n], outcome.objective, outcome.bound

    def _rounded(self, cut: Cut) -> tuple[list[int], int, int]:
        """The cut with small numbers: what nodes collect and missing copies pay rounded up, what is to be paid down."""
        shift = max(0, cut.least.bit_length() - PRECISION)
        terms = [-(-min(price, max(0, cut.least)) >> shift) for price in cut.node]
        return terms, -(-min(UNIT * SCALE, max(0, cut.least)) >> shift), cut.least >> shift

    def _refuse(self, counts: Sequence[int], missing: int, share: Share) -> bool:
        """Whether prices at or near these numbers of nodes give a cut that refuses them."""
        for weight in (HALFWAY, 1.0) if self.core else (1.0,):
            self.master.limit_nodes([weight * count + (1 - weight) * middle for count, middle in zip(counts, self.core or counts, strict=True)])
            while share() > 0:
                solution = self.master.solve(share)
                if solution is None or solution.duals is None:
                    break
                prices = prices_of(solution.duals)
                values, columns = self.pricer.contents(prices, THOROUGH, MORE, solution.duals.room, share)
                cut = self.pricer.cut(self.master.costs, prices, values)
                added = self.master.add(columns)
                terms, paid, least = self._rounded(cut)
                if sum(factor * count for factor, count in zip(terms, counts, strict=True)) + paid * missing < least and cut not in self.cuts:
                    self.cuts.append(cut)
                    return True
                if not added:
                    break
        return False
