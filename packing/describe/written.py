"""Reading what this library wrote itself: strictly, as nothing in it may be guessed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from packing.describe.kinds import FileKind, insist
from packing.describe.parsing import parse
from packing.describe.text import read_text
from packing.domain.faults import faults_of, shown
from packing.domain.fields import Record
from packing.errors import Fault, ProblemError

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Written(Generic[R]):
    """One kind of file that a command writes.

    Parameters
    ----------
    record : what it holds.
    name : what it is called in messages; its faults have the code ``bad_<name>``.
    version : newest form that is read.
    command : what writes it.
    most : bytes of the largest file that is read.
    kind : how it is told from other files.
    """

    record: type[R]
    name: str
    version: int
    command: str
    most: int
    kind: FileKind

    def read(self, path: str | os.PathLike[str]) -> R:
        """The record in a JSON (or YAML) file. Raises ProblemError with all faults of the file."""
        return self.parsed(*parse(read_text(path, self.most), os.fspath(path)))

    def parsed(self, data: Any, faults: list[Fault]) -> R:
        """The record from the data of a file, of which `faults` are known already. Raises ProblemError with all faults."""
        record, more = self._validated(data)
        if record is None or faults:
            raise ProblemError([*faults, *more])
        return record

    def of(self, data: Any) -> R:
        """The record from plain data. Raises ProblemError with all faults."""
        record, faults = self._validated(data)
        if record is None:
            raise ProblemError(faults)
        return record

    def _validated(self, data: Any) -> tuple[R | None, list[Fault]]:
        insist(data, self.kind)
        if not isinstance(data, Mapping):
            cause = f"This is not a {self.name}."
            return None, [Fault(f"bad_{self.name}", "(top level)", shown(data), cause, f"Take a file that `{self.command}` wrote.")]
        version = data.get("schema_version")
        if isinstance(version, int) and version > self.version:
            cause = f"This version reads {self.name}s up to schema_version {self.version}."
            return None, [Fault("schema_version", "schema_version", shown(version), cause, "Update this library.")]
        try:
            return self.record.model_validate(data), []
        except ValidationError as error:
            return None, [replace(fault, code=f"bad_{self.name}") for fault in faults_of(error, self.record, data)]
