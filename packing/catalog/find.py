"""Architectures by any of the names that people and registries give them."""

from __future__ import annotations

import re
from functools import cache

from packing.catalog.load import architectures
from packing.catalog.types import Architecture

LONGEST_NAME = 200
"""Longer ones are no names; looking through their endings would take long."""

_PREFIXES = re.compile(r"^(huggingface-(llm|tc|text2text|textgeneration1?|txt2img|tcembedding)-|meta-textgeneration(neuron)?-|meta-(?=llama))")
_SUFFIXES = re.compile(
    r"-(awq|gptq|gguf|ggml|exl2|marlin|(nv|mx)?fp[48]|w[48]a(8|16)|int[48]|bnb-4bit|[48]bit|quantized|hf|neuron|f|it|instruct|chat)$"
    r"|-fp8-(static|dynamic|per-?tensor|static-pertensor)$"
)
"""Endings that say how the weights are stored or how they were tuned, not what shape they have."""


def normal_name(name: str) -> str:
    """The name as the catalogue spells names: lower case, dashes, without organisation or path."""
    name = name.strip().rstrip("/").rsplit("/", 1)[-1].lower()
    name = re.sub(r"[\s_]+", "-", name)
    return re.sub(r"\b(llama|gemma|phi)(\d)", r"\1-\2", name)


@cache
def _index() -> dict[str, str]:
    index: dict[str, str] = {}
    for name, architecture in architectures().items():
        for known in (*architecture.aliases, architecture.huggingface, name):
            if known:
                index.setdefault(normal_name(known), name)
    # A name of its own always wins over another entry's alias.
    index.update({normal_name(name): name for name in architectures()})
    return index


def find_architecture(name: str) -> Architecture | None:
    """The architecture of that name.

    Case, underscores and an organisation in front do not matter. An alias and a Hugging Face id do as well as
    the catalogue's own name, and so does a quantised or tuned variant of a known name (``…-AWQ``, ``…-Instruct``),
    as it has the same geometry.

    Parameters
    ----------
    name : e.g. ``llama-2-70b``, ``meta-llama/Llama-2-70b-hf``, ``TheBloke/Mistral-7B-Instruct-v0.2-AWQ``.

    Returns
    -------
    the architecture, or None where the catalogue has none of that name.
    """
    if len(name) > LONGEST_NAME:
        return None
    index = _index()
    candidate = normal_name(name)
    while candidate:
        for variant in (candidate, _PREFIXES.sub("", candidate)):
            if variant in index:
                return architectures()[index[variant]]
        shorter = _SUFFIXES.sub("", candidate)
        if shorter == candidate:
            return None
        candidate = shorter
    return None
