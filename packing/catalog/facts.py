"""An architecture given as plain facts, inline in a fleet file."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, get_args

from packing.catalog.parameters import Geometry, count_parameters
from packing.catalog.types import Architecture, Provenance
from packing.domain.faults import did_you_mean, shown
from packing.errors import Fault, ProblemError

KINDS: tuple[str, ...] = get_args(Architecture.model_fields["kind"].annotation)
TEXTS = ("name", "family", "kind", "huggingface")
COUNTS = ("layers", "hidden", "intermediate", "heads", "kv_heads", "head_dim", "kv_lora_rank", "kv_rope_dim", "vocabulary", "max_positions",
          "experts", "experts_per_token", "vectors", "dimensions")  # fmt: skip
AMOUNTS = ("parameters", "active_parameters", "flops_per_image")
FLAGS = ("gated", "tied")
FACTS = (*TEXTS, *COUNTS, *AMOUNTS, *FLAGS, "aliases")
LARGEST = 1e18
LARGEST_COUNT = 10**12

_NEEDED = {
    "decoder": ("layers", "hidden", "heads"),
    "encoder_decoder": ("layers", "hidden", "heads"),
    "encoder": ("layers", "hidden"),
    "diffusion": ("parameters",),
    "knn": (),
}
"""Facts without which neither memory nor latency can be computed."""

_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?)\s*([KMBT]?)\s*", re.IGNORECASE)
_SCALE = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}


def architecture_from_facts(facts: Mapping[str, Any]) -> Architecture:
    """The architecture that a mapping of facts describes.

    Parameters
    ----------
    facts : fields of :class:`packing.catalog.Architecture`; `kind` is ``decoder`` unless given. A transformer needs
        `layers`, `hidden` and (if it decodes) `heads`, and either `parameters` (a number, or text such as ``7B``) or
        `intermediate` and `vocabulary`, from which they are computed (with `gated`, true by default, and `tied`,
        false by default). A nearest-neighbour index (``knn``) needs `vectors` and `dimensions`, or `parameters`.

    Returns
    -------
    the architecture; its name is ``inline`` where none is given.

    Raises
    ------
    ProblemError : with every fault at once.
    """
    if not isinstance(facts, Mapping):
        raise ProblemError([Fault("wrong_type", "", shown(facts), "An architecture is a mapping of facts.", f"Give some of: {', '.join(FACTS)}.")])
    faults: list[Fault] = []
    known: dict[str, Any] = {}
    for key, value in facts.items():
        if key not in FACTS:
            action = did_you_mean(key, FACTS, f"Known: {', '.join(FACTS)}.")
            faults.append(Fault("unknown_field", shown(key), shown(value), "An architecture has no such fact.", action))
        elif value is not None:
            known[key] = _value(key, value, faults)
    kind = known.get("kind", "decoder")
    if kind not in KINDS:
        faults.append(Fault("bad_value", "kind", shown(kind), "There is no such kind of architecture.", f"One of: {', '.join(KINDS)}."))
    else:
        _check(kind, known, faults)
    if faults:
        raise ProblemError(faults)
    return _architecture(kind, known)


def _value(key: str, value: Any, faults: list[Fault]) -> Any:
    """The fact in its own type; where it is wrong, a fault, and something harmless to go on with."""
    if key in TEXTS:
        if isinstance(value, str) and (value or key == "huggingface") and len(value) <= 200 and value.isprintable():
            return value
        faults.append(Fault("wrong_type", key, shown(value), "A text of one line is needed.", "Write a text of at most 200 characters."))
        return "decoder" if key == "kind" else "inline"
    if key in FLAGS:
        if isinstance(value, bool):
            return value
        faults.append(Fault("wrong_type", key, shown(value), "This is true or false.", "Write true or false."))
        return False
    if key == "aliases":
        if isinstance(value, list | tuple) and all(isinstance(alias, str) for alias in value):
            return tuple(value)
        faults.append(Fault("wrong_type", key, shown(value), "A list of names is needed.", "Write a list of texts."))
        return ()
    amount = _number(value)
    if amount is None:
        faults.append(Fault("wrong_type", key, shown(value), "A number is needed.", "Write a number; amounts may be written as 7B or 350M."))
    elif key in COUNTS and (amount != int(amount if math.isfinite(amount) else 0) or not 0 <= amount <= LARGEST_COUNT):
        faults.append(Fault("bad_number", key, shown(value), f"A whole number from 0 to {LARGEST_COUNT} is needed.", "Write how many there are."))
    elif not 0 < amount <= LARGEST and key in AMOUNTS:
        faults.append(Fault("bad_number", key, shown(value), "A finite number above zero is needed.", "Write how many there are, e.g. 7e9 or 7B."))
    else:
        return int(amount) if key in COUNTS else amount
    return 1


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) <= LARGEST or value != value else math.inf  # noqa: PLR0124 - NaN
    match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    return float(match.group(1)) * _SCALE[match.group(2).lower()] if match else None


def _check(kind: str, known: Mapping[str, Any], faults: list[Fault]) -> None:
    """What is missing, and what contradicts itself."""
    missing = [fact for fact in _NEEDED[kind] if not known.get(fact)]
    if kind == "knn" and not known.get("parameters"):
        missing += [fact for fact in ("vectors", "dimensions") if not known.get(fact)]
    elif kind not in {"diffusion", "knn"} and not known.get("parameters"):
        missing += [fact for fact in ("intermediate", "vocabulary") if not known.get(fact)]
        if kind == "encoder" and not known.get("heads"):
            missing.append("heads")
    for fact in missing:
        more = " or parameters" if fact in {"intermediate", "vocabulary", "vectors", "dimensions"} else ""
        faults.append(Fault("missing_field", fact, "", f"Memory and latency of a {kind} are computed from {fact}{more}.", f"Give {fact}{more}."))
    if known.get("experts") and not known.get("experts_per_token"):
        faults.append(
            Fault("missing_field", "experts_per_token", "", "A mixture of experts says how many a token passes.", "Give experts_per_token.")
        )
    if known.get("experts", 0) < known.get("experts_per_token", 0):
        faults.append(_contradiction("experts_per_token", known, "A token cannot pass more experts than there are."))
    if known.get("parameters", LARGEST) < known.get("active_parameters", 0):
        faults.append(_contradiction("active_parameters", known, "No more parameters can be active than there are."))
    hidden, heads = known.get("hidden", 0), known.get("heads", 0)
    if heads and hidden and hidden % heads and not known.get("head_dim"):
        faults.append(_contradiction("heads", known, f"hidden ({hidden}) is not a multiple of heads, and head_dim is not given."))
    if heads and known.get("kv_heads", 0) > heads:
        faults.append(_contradiction("kv_heads", known, "There cannot be more key/value heads than heads."))


def _contradiction(fact: str, known: Mapping[str, Any], cause: str) -> Fault:
    return Fault("contradiction", fact, shown(known[fact]), cause, "Correct one of the two.")


def _architecture(kind: str, known: Mapping[str, Any]) -> Architecture:
    heads = known.get("heads", 0)
    shape = {
        "layers": known.get("layers", 0), "hidden": known.get("hidden") or known.get("dimensions", 0), "heads": heads,
        "kv_heads": known.get("kv_heads") or heads, "head_dim": known.get("head_dim") or (known.get("hidden", 0) // heads if heads else 0),
        "intermediate": known.get("intermediate", 0), "vocabulary": known.get("vocabulary", 0), "experts": known.get("experts", 0),
        "experts_per_token": known.get("experts_per_token", 0),
    }  # fmt: skip
    parameters, active, derived = known.get("parameters"), known.get("active_parameters"), False
    if parameters is None:
        derived = True
        if kind == "knn":
            parameters = float(known["vectors"] * known["dimensions"])
        else:
            encoder = shape["layers"] if kind == "encoder_decoder" else 0
            counted = count_parameters(Geometry(**shape, gated=known.get("gated", True), tied=known.get("tied", False), encoder_layers=encoder,
                                                head=kind != "encoder"))  # fmt: skip
            parameters, active = float(counted[0]), active or float(counted[1])
    elif active is None and shape["experts"] and shape["intermediate"] and shape["hidden"]:
        idle = shape["experts"] - shape["experts_per_token"]
        expert = (3 if known.get("gated", True) else 2) * shape["hidden"] * shape["intermediate"]
        active = max(parameters - idle * expert * shape["layers"], parameters * shape["experts_per_token"] / shape["experts"])
    computed = (
        (Provenance(source="packing.catalog.parameters", date="", figures=("parameters", "active_parameters"), derived=True),) if derived else ()
    )
    return Architecture.model_validate(
        {
            "name": known.get("name", "inline"), "family": known.get("family", "inline"), "kind": kind, **shape,
            "parameters": parameters, "active_parameters": min(active or parameters, parameters),
            "kv_lora_rank": known.get("kv_lora_rank", 0), "kv_rope_dim": known.get("kv_rope_dim", 0),
            "max_positions": known.get("max_positions", 0), "flops_per_image": known.get("flops_per_image"),
            "huggingface": known.get("huggingface", ""), "aliases": known.get("aliases", ()), "provenance": (Provenance(source="given inline", date=""), *computed),
        }
    )  # fmt: skip
