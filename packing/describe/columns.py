"""Columns of a file of measurements: the names that are understood, and which of a file's columns say what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packing.domain.faults import nearest
from packing.errors import Fault


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    name : as docs/calibration.md has it.
    others : further names; those of the two public data sets among them.
    required : whether every file has it.
    """

    name: str
    others: tuple[str, ...] = ()
    required: bool = False


COLUMNS = (
    Column("model", ("architecture", "model_path"), required=True),
    Column("accelerator", ("hardware", "system"), required=True),
    Column("accelerators", ("degree", "tp", "tp_size", "tensor_parallel")),
    Column("precision"),
    Column("engine", ("framework", "backend")),
    Column("input_tokens", ("isl", "prompt_size"), required=True),
    Column("output_tokens", ("osl", "token_size"), required=True),
    Column("concurrency", ("clients", "batch_size")),
    Column("requests_per_second", ("rps",)),
    Column("ttft_ms", ("silicon_ttft_ms", "ttft_s"), required=True),
    Column("tpot_ms", ("silicon_tpot_ms", "tpot_s"), required=True),
    Column("prompt_time"),
    Column("token_time"),
    Column("quantile"),
)
IN_SECONDS = {"ttft_s", "tpot_s"}
BARE = {"ttft_ms": "prompt_time", "tpot_ms": "token_time"}
"""Times of a bare prompt and token step in milliseconds, without a server around them, stand in the place of these."""


class Heads:
    """Which column of a file says what.

    Parameters
    ----------
    row : any row: its keys are the file's columns.
    """

    def __init__(self, row: Mapping[Any, Any]) -> None:
        self._keys = frozenset(row)
        given = {str(key).strip().lower(): key for key in row if key is not None}
        self.columns: dict[str, Any] = {}
        self.seconds: set[str] = set()
        self.doubled: list[tuple[str, str]] = []
        for column in COLUMNS:
            found = [name for name in (column.name, *column.others) if name in given]
            if found:
                self.columns[column.name] = given[found[0]]
                self.seconds |= {column.name} & {column.name for name in found[:1] if name in IN_SECONDS}
                self.doubled += [(column.name, name) for name in found[1:]]
        self.bare = set(BARE.values()) <= set(self.columns) and not set(BARE) & set(self.columns)
        required = [each.name for each in COLUMNS if each.required and not (self.bare and each.name in BARE)]
        self.missing = [name for name in required if name not in self.columns]
        if not {"concurrency", "requests_per_second"} & set(self.columns):
            self.missing.append("concurrency")
        used = {id(key) for key in self.columns.values()}
        self.ignored = [str(key) for key in row if key is not None and id(key) not in used]

    def fit(self, row: Mapping[Any, Any]) -> bool:
        """Whether a row has the same columns."""
        return row.keys() == self._keys

    def faults(self, number: int) -> Iterator[Fault]:
        """Columns that are missing or said twice."""
        for name in self.missing:
            others = next(each.others for each in COLUMNS if each.name == name)
            near = nearest(name, self.ignored)
            also = f" (also understood: {', '.join(others)})" if others else ""
            action = f"Is it {near!r}? Call it {name}." if near else f"Add a column {name}{also}; see docs/calibration.md."
            cause = "Neither concurrency nor requests_per_second is given." if name == "concurrency" else "The column is required."
            yield Fault("missing_field", f"row {number}.{name}", "", cause, action)
        for name, other in self.doubled:
            yield Fault("contradiction", f"row {number}.{other}", "", f"The column {name} says the same.", "Keep one of them.")

    def values(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """The values of a row by the names of `COLUMNS`; empty ones are left out."""
        found = {name: row[key] for name, key in self.columns.items()}
        values = {name: value for name, value in found.items() if value is not None and str(value).strip() != ""}
        values["in_seconds"], values["bare"] = self.seconds, self.bare
        return values
