"""architectures.json: geometry and parameter counts of foundation models."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packing.catalog.parameters import Geometry, count_parameters
from scripts.catalogue.decoders import AICONFIGURATOR, LITGPT
from scripts.catalogue.published import DECODERS, DIFFUSION, ENCODERS, KNN, OTHER_ENCODERS
from scripts.catalogue.sources import SOURCES, provenance

GEOMETRY = set(Geometry.__dataclass_fields__)


def rows(shared: Path, name: str, key: str) -> dict[str, dict[str, str]]:
    """Rows of a table of models by name."""
    with (shared / "models" / name).open(encoding="utf-8") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def entry(name: str, family: str, kind: str, facts: dict[str, Any], *, huggingface: str, aliases: tuple[str, ...], by: list[str],
          window: int, parameters: float | None = None, active: float | None = None) -> dict[str, Any]:  # fmt: skip
    """One transformer; where the source gives no parameter count, that of its geometry."""
    geometry = Geometry(**{key: value for key, value in facts.items() if key in GEOMETRY})
    counted, counted_active = count_parameters(geometry)
    made = {
        "name": name, "family": family, "kind": kind,
        "parameters": parameters or counted, "active_parameters": active or parameters or counted_active,
        "layers": geometry.layers, "hidden": geometry.hidden, "intermediate": geometry.expert_width or geometry.intermediate,
        "heads": geometry.heads, "kv_heads": geometry.kv_heads, "head_dim": geometry.head_dim,
        "kv_lora_rank": geometry.kv_lora_rank, "kv_rope_dim": geometry.kv_rope_dim, "vocabulary": geometry.vocabulary, "max_positions": window,
        "experts": geometry.experts, "experts_per_token": geometry.experts_per_token,
        "huggingface": huggingface, "aliases": list(aliases),
        "provenance": by if parameters else [*by, provenance("count", "parameters", "active_parameters")],
    }  # fmt: skip
    return {key: value for key, value in made.items() if value not in (0, "", [])}


def number(row: dict[str, str], key: str) -> int:
    """A figure of a row; 0 where it has none."""
    return int(float(row[key])) if row.get(key) else 0


def from_litgpt(shared: Path) -> Iterator[dict[str, Any]]:
    """Decoders of litgpt."""
    table = rows(shared, "litgpt_models.csv", "name")
    for name, (key, family, facts, aliases) in LITGPT.items():
        row = table[key]
        geometry = {
            "layers": number(row, "n_layer"), "hidden": number(row, "n_embd"), "heads": number(row, "n_head"), "kv_heads": number(row, "n_kv"),
            "head_dim": number(row, "head_size"), "intermediate": number(row, "intermediate"), "vocabulary": number(row, "vocab"),
            "experts": number(row, "n_expert"), "experts_per_token": number(row, "n_active_expert"), **facts,
        }  # fmt: skip
        yield entry(name, family, "decoder", geometry, huggingface=row["hf"], aliases=(key, *aliases), by=["litgpt"], window=number(row, "block"))


def from_aiconfigurator(shared: Path) -> Iterator[dict[str, Any]]:
    """Decoders of aiconfigurator."""
    table = rows(shared, "aiconfigurator_models.csv", "model")
    for name, (key, family, facts, aliases) in AICONFIGURATOR.items():
        row = table[key]
        geometry = {
            "layers": number(row, "layers"), "hidden": number(row, "hidden"), "heads": number(row, "heads"), "kv_heads": number(row, "kv_heads"),
            "head_dim": number(row, "head_dim"), "intermediate": number(row, "intermediate"), "vocabulary": number(row, "vocab"),
            "experts": number(row, "experts"), "experts_per_token": number(row, "experts_per_tok"),
            "expert_width": number(row, "moe_intermediate"), "kv_lora_rank": number(row, "kv_lora_rank"), **facts,
        }  # fmt: skip
        yield entry(name, family, "decoder", geometry, huggingface=key, aliases=aliases, by=["aiconfigurator-models"], window=number(row, "max_pos"))


def from_papers() -> Iterator[dict[str, Any]]:
    """What papers and model cards say."""
    for name, (huggingface, facts, aliases) in DECODERS.items():
        facts = {"kv_heads": facts["heads"], "head_dim": facts["hidden"] // facts["heads"], **facts}  # noqa: PLW2901
        yield entry(name, facts["family"], facts.get("kind", "decoder"), facts, huggingface=huggingface, aliases=aliases,
                    by=[cited(facts["by"])], window=facts["window"], parameters=facts.get("parameters"), active=facts.get("active"))  # fmt: skip
    for name, (huggingface, facts, paper, aliases) in OTHER_ENCODERS.items():
        yield encoder(name, huggingface, facts, aliases, by=[cited(paper)])


def encoder(name: str, huggingface: str, facts: dict[str, Any], aliases: tuple[str, ...], by: list[str],
            parameters: float | None = None) -> dict[str, Any]:  # fmt: skip
    """An encoder for embeddings: learned positions, no output projection."""
    shape = {"kv_heads": facts["heads"], "head_dim": facts["hidden"] // facts["heads"], "gated": False, "head": False, "positions": 512, **facts}
    return entry(name, "encoder", "encoder", shape, huggingface=huggingface, aliases=aliases, by=by, window=facts["window"], parameters=parameters)


def from_mteb(shared: Path) -> Iterator[dict[str, Any]]:
    """Embedding models, with the parameter counts of mteb."""
    table = rows(shared, "mteb_embedding_models.csv", "name")
    for name, (key, layers, hidden, heads, intermediate, vocabulary, aliases) in ENCODERS.items():
        row = table[key]
        facts = {"layers": layers, "hidden": hidden, "heads": heads, "intermediate": intermediate, "vocabulary": vocabulary,
                 "window": number(row, "max_tokens") or 512}  # fmt: skip
        by = [provenance("mteb", "parameters", "active_parameters", "max_positions"), provenance("cards", "layers", "hidden", "heads", "vocabulary")]
        yield encoder(name, key, facts, aliases, by, parameters=float(row["n_parameters"]))


def from_others() -> Iterator[dict[str, Any]]:
    """Diffusion models and nearest-neighbour indexes."""
    for name, (huggingface, parameters, flops, card, flops_by, aliases) in DIFFUSION.items():
        yield {
            "name": name, "family": "stable-diffusion", "kind": "diffusion", "parameters": parameters, "active_parameters": parameters,
            "flops_per_image": flops, "huggingface": huggingface, "aliases": list(aliases),
            "provenance": [provenance(cited(card), "parameters"), provenance(flops_by, "flops_per_image")],
        }  # fmt: skip
    for name, (vectors, dimensions) in KNN.items():
        numbers = vectors * dimensions
        yield {"name": name, "family": "knn", "kind": "knn", "parameters": numbers, "active_parameters": numbers, "hidden": dimensions,
               "provenance": ["knn"]}  # fmt: skip


def cited(paper: str) -> str:
    """A paper or model card as a source of its own."""
    key = paper.replace(":", " ").replace(",", ";")
    year = next((f"20{part[:2]}" for part in paper.replace(",", " ").split("arXiv:")[1:]), "2026-11-22")
    SOURCES[key] = (paper, year, False, "")
    return key


def build(shared: Path) -> list[dict[str, Any]]:
    """All entries of architectures.json, by name."""
    found = [*from_litgpt(shared), *from_aiconfigurator(shared), *from_papers(), *from_mteb(shared), *from_others()]
    return sorted(found, key=lambda made: made["name"])
