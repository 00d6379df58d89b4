"""The catalogue's data files, read once.

The files hold each source once, under a key, and the entries name the key: `_sourced` puts them together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from packing.catalog.types import Accelerator, Architecture, Offer, Provenance


def _read(name: str) -> dict[str, Any]:
    text = files("packing.catalog").joinpath("data", name).read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def _sources(content: Mapping[str, Any]) -> dict[str, Provenance]:
    return {key: Provenance(**source) for key, source in content["sources"].items()}


def _with_provenance(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    sources = _sources(content)
    for entry in content["entries"]:
        yield {**entry, "provenance": tuple(sources[key] for key in entry["provenance"])}


@cache
def accelerators() -> Mapping[str, Accelerator]:
    """Every kind of accelerator that the catalogue knows, by name (``A10G``, ``A100-80GB``, ``Inferentia2`` …).

    Returns
    -------
    read-only mapping, in the order of the names.
    """
    entries = (Accelerator(**entry) for entry in _with_provenance(_read("accelerators.json")))
    return MappingProxyType({entry.name: entry for entry in entries})


@cache
def offers() -> Mapping[str, Offer]:
    """Every instance type that a cloud offers, by name (``ml.g5.12xlarge``, ``g5.12xlarge``, ``a2-highgpu-1g`` …).

    Returns
    -------
    read-only mapping, in the order of the names. `.instance` is what a fleet refers to.
    """
    content = _read("instances.json")
    sources, found = _sources(content), {}
    for entry in content["entries"]:
        price = entry.get("price_provenance")
        offer = Offer(
            **{
                **entry,
                "shape_provenance": sources[entry["shape_provenance"]],
                "price_provenance": sources[price] if price else None,
            }
        )
        found[offer.instance.name] = offer
    return MappingProxyType(found)


@cache
def architectures() -> Mapping[str, Architecture]:
    """Every model architecture that the catalogue knows, by its own name (``llama-2-70b``, ``flan-t5-xxl`` …).

    Aliases and Hugging Face ids are resolved by :func:`packing.catalog.find_architecture`.

    Returns
    -------
    read-only mapping, in the order of the names.
    """
    entries = (Architecture(**entry) for entry in _with_provenance(_read("architectures.json")))
    return MappingProxyType({entry.name: entry for entry in entries})
