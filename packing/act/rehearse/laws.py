"""Which law each copy follows: the mode's figures, with the shape that the architecture gives them where it is known."""

from __future__ import annotations

from packing.act.rehearse.law import Law, stated_law
from packing.act.rehearse.streams import typical
from packing.domain.hardware import InstanceType
from packing.domain.workload import Mode, Model


class Laws:
    """Laws of modes, each distinct one worked out once."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Law | None] = {}

    def of(self, model: Model, mode: Mode, kind: InstanceType) -> Law | None:
        """The law of a copy; None where its mode says nothing of its speed."""
        prompt, output = typical(model)
        key = (str(model.architecture), model.framework, prompt, output, mode.model_dump_json())
        if key not in self._found:
            self._found[key] = stated_law(mode, output)
        return self._found[key]
