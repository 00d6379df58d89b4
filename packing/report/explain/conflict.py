"""What cannot hold together, and what would help."""

from __future__ import annotations

from collections.abc import Iterator

from packing.explain.explanation import Explanation
from packing.report.page import Line, Page, heading, wrapped
from packing.report.words import money

GIVES_UP = ("nothing", "how it is run", "a promise", "who is kept apart")
"""By grade of a repair."""


def members(explanation: Explanation, page: Page) -> Iterator[Line]:
    """The conflict sets, and which rules refuse every way to run a model of them."""
    for conflict in explanation.conflicts[: page.shown(len(explanation.conflicts))]:
        proof = "without any one of them the others can: proven" if conflict.irreducible else "not for all of them is it proven that they are needed"
        alone = len(conflict.members) == 1
        yield from wrapped("This cannot be met (proven)" if alone else f"These cannot hold together ({proof})", page, "", "bold")
        for member in conflict.members:
            yield from wrapped(f"- {member.sentence}{'' if member.necessary else ' (irreducible: unproven)'}", page)
        for model, rule, detail in conflict.reasons:
            yield from wrapped(f"{model}: {rule}: {detail}", page, "      ")


def repairs(explanation: Explanation, page: Page) -> Iterator[Line]:
    """Repairs with what they cost and give up; and whether nodes would help."""
    if explanation.complete or explanation.possible:
        return
    if explanation.possible is False and not explanation.conflicts:
        yield Line("What cannot hold together was not isolated in the time given (more --time-limit may tell).")
    yield heading("What would help, the cheapest first; each was tried")
    if not explanation.repairs:
        yield Line("  nothing was found in the time given")
    shown = page.shown(len(explanation.repairs))
    for repair in explanation.repairs[:shown]:
        more = f"+{money(repair.price_per_hour)} USD/h for nodes, " if repair.price_per_hour else ""
        least = ", the least that works" if repair.least else ""
        yield from wrapped(f"- {repair.sentence}", page, "  ", "bold")
        yield from wrapped(f"{more}then {money(repair.cost_per_hour)} USD/h in all; gives up {GIVES_UP[repair.grade]}{least}", page, "      ")
    if shown < len(explanation.repairs):
        yield Line(f"  … and {len(explanation.repairs) - shown} more (--all shows them)")
    if explanation.more_nodes is not None and explanation.more_nodes.helps is False:
        yield from wrapped("No number of nodes of these pools would be enough by itself (proven).", page)
