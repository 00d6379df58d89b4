"""Figures and outcomes in words."""

from __future__ import annotations

from packing.domain.words import Hosting, Limit, Status
from packing.report.account import Account

HOURS_PER_MONTH = 730
"""365 · 24 / 12: what cloud bills call a month."""

HOSTING_WORDS = {
    Hosting.SINGLE_MODEL: "single model",
    Hosting.MULTI_MODEL: "multi model",
    Hosting.INFERENCE_COMPONENT: "components",
}

ENDINGS = {
    Limit.TIME: "cut short by the time limit",
    Limit.WORK: "stopped when the work for this time limit was done,",
    Limit.GAP: "stopped by the wanted gap",
    Limit.CANCELLED: "stopped by an interruption",
    None: "search ended by itself",
}
"""How a search ended, to be followed by \"after … s\"."""


def money(amount: float) -> str:
    """USD with cents, thousands apart."""
    return f"{amount:,.2f}"


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """``1 node``, ``2 nodes``."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def hours(count: float) -> str:
    """``1 hour``, ``0.5 hours``, ``24 hours``."""
    return f"{count:g} {'hour' if count == 1 else 'hours'}"


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage."""
    return f"{100 * share:.{digits}f} %"


def verdict(account: Account) -> str:
    """The status in one sentence, with what the bound proves."""
    placement = account.placement
    missing = sum(left.copies for left in placement.unplaced)
    match placement.status:
        case Status.OPTIMAL:
            return "complete and proven optimal: no placement has a better objective"
        case Status.FEASIBLE if placement.gap is not None and account.moves:
            return f"complete, within {percent(placement.gap, 2)} of the best there could be if moves cost nothing (proven)"
        case Status.FEASIBLE if placement.gap is not None:
            return f"complete, proven within {percent(placement.gap, 2)} of the best possible objective"
        case Status.FEASIBLE:
            return "complete; how far from the best possible is not known"
        case Status.PARTIAL:
            proven = "; it is proven that no placement is complete" if account.complete_is_impossible else ""
            left_out = f"{plural(missing, 'copy', 'copies')} of {plural(len(placement.unplaced), 'model')} left out{proven}"
            fewer = f"{plural(len(placement.conceded), 'model')} in fewer zones than asked for"
            return "partial: " + ", ".join([left_out] * (missing > 0) + [fewer] * (len(placement.conceded) > 0))
        case Status.INFEASIBLE:
            return "infeasible: nothing of what is asked for can be placed"
        case _:
            return "unknown: no placement was found within the limits"


def figures(account: Account) -> str:
    """Objective, bound and gap, those of them that are known."""
    placement = account.placement
    known = (("objective", placement.objective), ("bound", placement.bound))
    parts = [f"{name} {value:.6f}" for name, value in known if value is not None]
    if placement.gap is not None:
        parts.append(f"gap {percent(placement.gap, 2)}")
    if not parts:
        return "no objective or bound is known"
    return ("without the price of the moves: " if account.moves else "") + ", ".join(parts)


def ending(account: Account) -> str:
    """How the search ended: by itself or by which limit, after how long, with which strategy; empty if unknown."""
    if account.elapsed_s is None:
        return ""
    strategy = f", strategy {account.strategy}" if account.strategy else ""
    return f"{ENDINGS[account.limit]} after {account.elapsed_s:.1f} s{strategy}"
