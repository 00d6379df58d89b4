"""Policies as they are given on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from packing.domain.change import Policy
from packing.errors import Fault, ProblemError

HOW = "Give FILE.yaml, NAME=FILE.yaml, or NAME=move_weight:0.5,max_moves:10."
LISTS = ("pins", "drain")


def policies(given: Iterable[str], weights: Iterable[float]) -> tuple[dict[str, Policy], list[Fault]]:
    """Policies by name, in the order in which they were given; the default one where there are none."""
    found: dict[str, Policy] = {}
    faults: list[Fault] = []
    for text in given:
        name, _, said = text.rpartition("=")
        try:
            policy = _from_fields(said) if ":" in said else _from_file(said)
        except ProblemError as error:
            faults += [replace(fault, where=f"--policy {text}: {fault.where}") for fault in error.faults]
            continue
        faults += _add(found, name or Path(said).stem, policy, f"--policy {text}")
    for weight in weights:
        faults += _add(found, f"w={weight:g}", Policy(move_weight=weight), f"--move-weight {weight:g}")
    return found or {"default": Policy()}, faults


def _add(found: dict[str, Policy], name: str, policy: Policy, where: str) -> list[Fault]:
    if name in found:
        return [Fault("duplicate_name", where, name, "There are two policies of this name.", "Write NAME= before it.")]
    found[name] = policy
    return []


def _from_file(path: str) -> Policy:
    from packing.describe.policy import read_policy

    return read_policy(path)


def _from_fields(text: str) -> Policy:
    """``move_weight:0.5,max_moves:10``; a pin or drain may come several times."""
    fields: dict[str, object] = {}
    lists: dict[str, list[str]] = {}
    for part in text.split(","):
        name, colon, value = (each.strip() for each in part.partition(":"))
        if not colon or not name:
            raise ProblemError([Fault("bad_option", "policy", part, "This is not a field and its value.", HOW)])
        if name in LISTS:
            lists.setdefault(name, []).append(value)
        else:
            fields[name] = _value(value)
    data: dict[str, Any] = {**fields, **lists}
    return Policy(**data)


def _value(text: str) -> object:
    """A number, true or false; anything else stays text, for the policy to refuse."""
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
