"""A folder with a Hugging Face config.json as an architecture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packing.catalog.families import FAMILIES, KEYS, MAY_BE_ZERO, Family
from packing.catalog.parameters import Geometry, count_parameters
from packing.catalog.types import Architecture, Provenance
from packing.domain.faults import shown
from packing.errors import Fault, ProblemError

LARGEST_FILE = 10_000_000
LARGEST_FACT = 100_000_000
GIVE_FACTS = "Complete the file, or give the architecture's facts inline (see docs/catalogue.md)."


@dataclass
class _Config:
    """A config.json that is asked for one fact after the other, and remembers what was wrong."""

    content: Mapping[str, Any]
    faults: list[Fault] = field(default_factory=list)

    def optional(self, fact: str) -> int:
        """The fact as a whole number; 0 where the file does not state it."""
        for key in KEYS[fact]:
            value = self.content.get(key)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_FACT or (not value and fact not in MAY_BE_ZERO):
                self._fault(key, value, f"{fact}: a whole number from 1 to {LARGEST_FACT} is needed.")
                # Wrong is not missing: 1 keeps what is computed from it from adding faults of its own.
                return 1
            return value
        return 0

    def required(self, fact: str) -> int:
        """The fact; where it is missing, a fault, and 1 to go on with."""
        missing = all(self.content.get(key) is None for key in KEYS[fact])
        if missing:
            self._fault(KEYS[fact][0], "", f"The file does not say {fact} (as {' or '.join(KEYS[fact])}).")
        return 1 if missing else self.optional(fact)

    def flag(self, key: str, default: bool) -> bool:
        value = self.content.get(key)
        return value if isinstance(value, bool) else default

    def _fault(self, key: str, value: object, cause: str) -> None:
        self.faults.append(Fault("bad_config", f"config.json.{key}", "" if value == "" else shown(value), cause, GIVE_FACTS))


def architecture_from_config(folder: Path) -> Architecture:
    """The architecture that a folder's config.json describes.

    Parameters
    ----------
    folder : folder with the config.json of a model as Hugging Face has it (or that file itself). Of a file with a
        `text_config`, the text model is taken: parameters of image towers are not counted.

    Returns
    -------
    the architecture; parameters are computed from the geometry (`packing.catalog.parameters`).

    Raises
    ------
    ProblemError : with everything that is wrong with the file, or missing from it, at once.
    """
    folder = Path(folder)
    path = folder if folder.name == "config.json" else folder / "config.json"
    content = _text_model(_content(path))
    model_type = content.get("model_type")
    family = FAMILIES.get(model_type) if isinstance(model_type, str) else None
    if family is None:
        cause = "The file does not say its model_type." if model_type is None else "This model_type is not known."
        action = f"Give the architecture's facts inline. Known: {', '.join(sorted(FAMILIES))}."
        raise ProblemError([Fault("bad_config", "config.json.model_type", "" if model_type is None else shown(model_type), cause, action)])
    config = _Config(content)
    geometry = _geometry(config, family)
    if config.faults:
        raise ProblemError(config.faults)
    name = "".join(letter for letter in path.resolve().parent.name if letter.isprintable())[:200] or "model"
    return _architecture(name, family, geometry, config.optional("max_positions"))


def _content(path: Path) -> dict[str, Any]:
    def refuse(code: str, cause: str, action: str) -> ProblemError:
        return ProblemError([Fault(code, str(path), "", cause, action)])

    try:
        if path.exists() and not path.is_file():
            # Devices and pipes have no end.
            raise refuse("unreadable_file", "This is not a plain file.", "Give a folder with a config.json.")
        size = path.stat().st_size
        raw = path.read_bytes() if size <= LARGEST_FILE else b""
    except ProblemError:
        raise
    except (OSError, ValueError) as error:
        raise refuse("unreadable_file", f"The file cannot be read: {error}.", "Give a folder with a config.json.") from None
    if size > LARGEST_FILE:
        raise refuse("file_too_large", f"The file has more than {LARGEST_FILE} bytes.", "A config.json has a few thousand: check the path.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse("unreadable_file", "The file is not text.", "Give the model's own config.json.") from None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise refuse("syntax", "The file is not valid JSON.", "Give the model's own config.json.") from None
    if not isinstance(content, dict):
        raise refuse("bad_config", "The file is not a mapping of facts.", "Give the model's own config.json.")
    return content


def _text_model(content: dict[str, Any]) -> dict[str, Any]:
    """The part that describes the language model: itself, or what a multi-modal model nests."""
    for key in ("text_config", "llm_config", "language_config"):
        nested = content.get(key)
        if isinstance(nested, dict):
            inherited = {name: content[name] for name in ("tie_word_embeddings", "vocab_size", "model_type") if name in content}
            return {**inherited, **nested}
    return content


def _geometry(config: _Config, family: Family) -> Geometry:
    layers, hidden, heads = (config.required(fact) for fact in ("layers", "hidden", "heads"))
    intermediate = family.widening * hidden if family.widening and not config.optional("intermediate") else config.required("intermediate")
    positions = config.required("max_positions") if family.learned_positions else 0
    experts = config.optional("experts")
    width = config.optional("expert_width") or config.optional("intermediate") if experts else 0
    # Llama 4 gives the experts' width as intermediate_size, and that of its dense layers apart.
    intermediate = config.optional("dense_width") or intermediate
    latent = {fact: config.required(fact) for fact in ("kv_lora_rank", "kv_rope_dim", "nope_dim", "value_dim")} if family.latent else {}
    return Geometry(
        layers=layers, hidden=hidden, heads=heads, kv_heads=_kv_heads(config, heads), head_dim=_head_dim(config, hidden, heads, family),
        intermediate=intermediate, vocabulary=config.required("vocabulary"), positions=positions,
        gated=_gated(config, family), tied=config.flag("tie_word_embeddings", family.tied), head=family.kind != "encoder",
        experts=experts, experts_per_token=config.required("experts_per_token") if experts else 0, expert_width=width,
        shared_experts=_shared_experts(config, width) if experts else 0, dense_layers=config.optional("dense_layers"),
        expert_every=config.optional("expert_every") or 1,
        encoder_layers=config.required("encoder_layers") if family.kind == "encoder_decoder" else 0,
        q_lora_rank=config.optional("q_lora_rank") if family.latent else 0, **latent,
    )  # fmt: skip


def _kv_heads(config: _Config, heads: int) -> int:
    multi_query = config.flag("multi_query", "new_decoder_architecture" in config.content or config.content.get("model_type") == "gpt_bigcode")
    if multi_query and not config.flag("new_decoder_architecture", False):
        return 1
    return config.optional("kv_heads") or heads


def _head_dim(config: _Config, hidden: int, heads: int, family: Family) -> int:
    if family.latent:
        return config.optional("value_dim") or 1
    given = config.optional("head_dim")
    if not given and hidden % heads and not config.faults:
        cause = f"hidden ({hidden}) is not a multiple of heads ({heads}), and head_dim is not given."
        config.faults.append(Fault("bad_config", "config.json.head_dim", "", cause, GIVE_FACTS))
    return given or max(1, hidden // heads)


def _gated(config: _Config, family: Family) -> bool:
    projection = config.content.get("feed_forward_proj")
    return projection.startswith("gated") if isinstance(projection, str) else family.gated


def _shared_experts(config: _Config, width: int) -> int:
    """Experts that every token passes: counted, or given as one of a multiple width; Llama 4 always has one."""
    shared = config.optional("shared_width")
    if shared and width:
        return max(1, round(shared / width))
    return config.optional("shared_experts") or (1 if config.content.get("model_type") == "llama4_text" else 0)


def _architecture(name: str, family: Family, geometry: Geometry, positions: int) -> Architecture:
    total, active = count_parameters(geometry)
    return Architecture(
        name=name, family=family.name, kind=family.kind, parameters=float(total), active_parameters=float(active),
        layers=geometry.layers, hidden=geometry.hidden, intermediate=geometry.expert_width or geometry.intermediate, heads=geometry.heads,
        kv_heads=geometry.kv_heads, head_dim=geometry.head_dim, kv_lora_rank=geometry.kv_lora_rank, kv_rope_dim=geometry.kv_rope_dim,
        vocabulary=geometry.vocabulary, max_positions=positions, experts=geometry.experts, experts_per_token=geometry.experts_per_token,
        provenance=(
            Provenance(source=f"config.json of {name}", date=""),
            Provenance(source="packing.catalog.parameters", date="", figures=("parameters", "active_parameters"), derived=True,
                       note="computed from the geometry"),
        ),
    )  # fmt: skip
