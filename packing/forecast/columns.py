"""Which column of a log or table means what, by the names that logs use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from packing.domain.faults import did_you_mean
from packing.errors import Fault

KNOWN: dict[str, tuple[str, ...]] = {
    "time": ("timestamp", "time", "ts", "datetime", "date", "hour", "createdat", "starttime", "arrivaltime", "eventtime", "requesttime"),
    "model": ("model", "modelname", "modelid", "deployment", "targetmodel", "inferencecomponent"),
    "tenant": ("tenant", "tenantid", "tenantname", "client", "clientid", "customer", "user"),
    "input": ("inputtokens", "contexttokens", "prompttokens", "inputlength", "requesttokens"),
    "output": ("outputtokens", "generatedtokens", "completiontokens", "outputlength", "responsetokens"),
    "rate": ("requestspersecond", "rate", "rps", "qps"),
    "id": ("requestid", "id", "traceid", "uuid"),
}
"""What a column can mean, and its names: small letters and digits only, so that ``Context_Tokens`` is found, too."""
_HOUR = re.compile(r"h?(?:our)?_?(\d{1,6})", re.IGNORECASE)


def plain(name: str) -> str:
    """A name without case, blanks and punctuation."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def find(names: Sequence[str], said: Mapping[str, str]) -> tuple[dict[str, str], list[Fault]]:
    """Meaning → column, and what is wrong with the columns that were named by hand.

    Parameters
    ----------
    names : the columns that there are.
    said : meaning → column, as the user says it; wins over what the names suggest.
    """
    faults = []
    for meaning, column in said.items():
        where = f"--column {meaning}"
        if meaning not in KNOWN:
            faults.append(
                Fault(
                    "bad_option", where, column, "Columns do not have this meaning.", did_you_mean(meaning, KNOWN, f"Take one of {', '.join(KNOWN)}.")
                )
            )
        elif column not in names:
            faults.append(
                Fault("missing_field", where, column, "There is no such column.", did_you_mean(column, names, f"There are: {', '.join(names[:12])}."))
            )
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(plain(name), name)
    for name in names:  # a field within a field goes by its own name, where no other has it
        spelled.setdefault(plain(name.rpartition(".")[2]), name)
    found = {meaning: spelled[alias] for meaning, aliases in KNOWN.items() for alias in reversed(aliases) if alias in spelled}
    return {**found, **{meaning: column for meaning, column in said.items() if column in names}}, faults


def hours(names: Iterable[str]) -> dict[str, int] | None:
    """Column → hour of a wide table (``h0``, ``h1``, … or ``0``, ``1``, …), or None if this is no such table."""
    found = {name: int(match[1]) for name in names if (match := _HOUR.fullmatch(name.strip()))}
    return found if len(found) > 1 and len(set(found.values())) == len(found) else None
