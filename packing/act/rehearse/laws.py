"""Which law each copy follows: the shape that its architecture gives it where that is known, or the figures of its mode as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packing.act.rehearse.law import Law, stated_law
from packing.act.rehearse.streams import typical
from packing.describe.architectures import Architectures
from packing.domain.words import Source
from packing.domain.workload import Mode, Model
from packing.errors import ProblemError

if TYPE_CHECKING:
    from packing.catalog.types import Architecture

LEAST, MOST = 0.8, 10.0
"""With all its places always taken a copy serves more than it is planned for, and not ten times more; a shape that says otherwise is
not that of the mode."""


class Laws:
    """Laws of modes, each distinct one worked out once."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Law | None] = {}
        self._architectures = Architectures()

    def of(self, model: Model, mode: Mode) -> Law | None:
        """The law of a copy; None where its mode says nothing of its speed."""
        prompt, output = typical(model)
        key = (str(model.architecture), model.framework, prompt, output, mode.model_dump_json())
        if key not in self._found:
            self._found[key] = self._shaped(model, mode, prompt, output) or stated_law(mode, output)
        return self._found[key]

    def _shaped(self, model: Model, mode: Mode, prompt: float, output: float) -> Law | None:
        """Only of derived modes: what a user measured is taken as it is."""
        architecture = self._architecture(model)
        if architecture is None or mode.source is Source.GIVEN:
            return None
        from packing.act.rehearse.shape import shaped_law

        law = shaped_law(architecture, mode, model.framework, prompt, output)
        if law is None or not mode.requests_per_second:
            return law
        ratio = closed_loop(law, output) / mode.requests_per_second
        return law if LEAST <= ratio <= MOST else None

    def _architecture(self, model: Model) -> Architecture | None:
        if model.architecture is None:
            return None
        try:
            return self._architectures.resolve(model.architecture)
        except ProblemError:
            return None


def closed_loop(law: Law, output: float) -> float:
    """Requests/s with all places always taken."""
    last = law.first_s[-1] + (0.0 if law.whole else max(output - 1, 0.0) * law.step_s[-1])
    return law.places / last
