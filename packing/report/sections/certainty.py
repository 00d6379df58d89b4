"""How sure the plan is: how many copies run on figures that were measured, predicted from measurements, or never measured by anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from packing.domain.bands import bands_of
from packing.domain.placement import PlacedCopy
from packing.domain.words import Source
from packing.domain.workload import Mode
from packing.report.account import Account
from packing.report.page import Line, Page, wrapped
from packing.report.words import percent, plural

SUGGESTED = 0.8
"""Confidence that is proposed where none is stated."""


def lines(account: Account, page: Page) -> Iterator[Line]:
    """One sentence; nothing where nothing is placed."""
    if account.placement.copies:
        yield from wrapped(f"How sure: {_said(account)}", page, "", "yellow" if unmeasured(account.placement.copies) else "")


def unmeasured(copies: Iterable[PlacedCopy]) -> int:
    """Copies that run on figures of which none like it was ever measured."""
    return sum(copy.mode.source is Source.DERIVED for copy in copies)


def _said(account: Account) -> str:
    copies = account.placement.copies
    count = Counter(copy.mode.source for copy in copies)
    predicted = count[Source.CALIBRATED] + count[Source.DERIVED]
    silent = sum(not _states_performance(copy.mode) for copy in copies)
    unknown = f"{plural(silent, 'copy states', 'copies state')} neither requests/s nor latency, so that nothing is known of them" if silent else ""
    if not predicted:
        stated = len(copies) - silent
        given = f"{_part(stated, len(copies))} on figures that the fleet file gives, as sure as those are" if stated else ""
        return "; ".join(part for part in (given, unknown) if part)
    never = count[Source.DERIVED]
    all_of_them = "" if never < predicted else " that nobody measured"
    nobody = all_of_them or (f", {never:,} on ones that nobody measured" if never else ", all near to something that was measured")
    return "; ".join(
        part for part in (f"{_part(predicted, len(copies))} on predicted figures{nobody}{_band(copies)}", _robust(account), unknown) if part
    )


def _part(some: int, of: int) -> str:
    return f"{some:,} of {plural(of, 'copy runs', 'copies run')}"


def _states_performance(mode: Mode) -> bool:
    return any(figure is not None for figure in (mode.requests_per_second, mode.ttft_ms, mode.tpot_ms))


def _band(copies: Iterable[PlacedCopy]) -> str:
    """The widest band of a predicted figure, as the factor that it is."""
    modes = {id(copy.mode): copy.mode for copy in copies if copy.mode.source is not Source.GIVEN}
    widest = max((max(bands_of(mode)) for mode in modes.values()), default=0.0)
    return f" (in 9 of 10 cases the truth is within a factor of {1 + widest:.3g})" if widest else ""


def _robust(account: Account) -> str:
    if account.problem is None:
        return ""
    robust = account.problem.robust
    if robust is None:
        return f"`robust: {SUGGESTED}` in the fleet file plans for that"
    return f"each is taken at the value that the truth is no worse than with {percent(robust)} probability (`robust: {robust:g}`)"
