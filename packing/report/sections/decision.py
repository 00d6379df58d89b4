"""The decision, last and so in sight on every screen: whether it is complete, what it costs, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.words import Status
from packing.report.account import Account
from packing.report.page import Line, Page, heading, wrapped
from packing.report.sections.certainty import unmeasured
from packing.report.words import HOURS_PER_MONTH, money, percent, plural


def lines(account: Account, page: Page) -> Iterator[Line]:
    """A sentence with the outcome, and one for each thing to do; nothing where the placement does not state its figures."""
    placement = account.placement
    if placement.unstated & {"status", "cost_per_hour"}:
        return
    yield heading("Decision")
    cost = f"{money(placement.cost_per_hour)} USD an hour, {money(placement.cost_per_hour * HOURS_PER_MONTH)} USD a month"
    missing = plural(sum(left.copies for left in placement.unplaced), "copy", "copies")
    match placement.status:
        case Status.OPTIMAL | Status.FEASIBLE if account.blocked:
            yield from wrapped(f"Everything is placed, for {cost}, but not drained: {', '.join(account.blocked)}.", page, style="yellow")
        case Status.OPTIMAL | Status.FEASIBLE:
            yield from wrapped(f"Complete: everything that is asked for is placed, for {cost}.", page, style="green")
        case Status.PARTIAL if not placement.unplaced and placement.conceded:
            kept = plural(len(placement.conceded), "model does not keep a rule", "models do not keep a rule")
            yield from wrapped(f"Not complete: every copy is placed, but {kept} (see Conceded). It costs {cost}.", page, style="yellow")
        case Status.PARTIAL:
            yield from wrapped(f"Not complete: {missing} left out; the rest costs {cost}.", page, style="yellow")
        case Status.INFEASIBLE:
            yield from wrapped("Nothing to run: none of what is asked for can be placed.", page, style="red")
        case _:
            yield from wrapped("Nothing to run yet: no placement was found.", page, style="red")
    for step in _next(account):
        yield from wrapped(f"Next: {step}", page)


def _next(account: Account) -> Iterator[str]:
    placement = account.placement
    if placement.status is Status.UNKNOWN:
        yield "give it more time (--time-limit)."
    elif placement.status is Status.INFEASIBLE:
        yield "`packing explain FILE` says what cannot hold together and what would help."
    elif placement.status is Status.PARTIAL:
        if account.complete_is_impossible is None and account.limit == "time":
            yield "give it more time (--time-limit): it is not proven that something has to be left out."
        yield "`packing shortage FILE` decides who gives up what; `packing explain FILE` says what would help."
    elif placement.status is Status.FEASIBLE and account.limit == "time":
        better = "how much better is not known" if placement.gap is None else f"at most {percent(placement.gap, 2)} of the objective can be gained"
        yield f"run it, or give it more time (--time-limit): {better}."
    if placement.copies and (count := unmeasured(placement.copies)) and (account.problem is None or account.problem.robust is None):
        yield f"measure what {plural(count, 'copy runs', 'copies run')} on before you rely on it (`packing calibrate`), or plan for the error (`robust`)."
    if placement.copies:
        yield "`packing migrate FILE OLD NEW` orders the way there from what runs now."
