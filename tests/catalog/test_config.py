"""A folder with a config.json: the families, and everything that can be wrong with the file."""

import json
from pathlib import Path
from typing import Any

import pytest

from packing.catalog import architecture_from_config, architecture_from_facts, architectures
from packing.errors import ProblemError

LLAMA = {"hidden_size": 4096, "intermediate_size": 11008, "num_attention_heads": 32, "num_hidden_layers": 32, "vocab_size": 32000}
MOE = {"hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32, "num_key_value_heads": 8, "num_hidden_layers": 32,
       "num_local_experts": 8, "num_experts_per_tok": 2, "vocab_size": 32000, "max_position_embeddings": 32768}  # fmt: skip
DEEPSEEK = {"hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048, "num_attention_heads": 128, "num_key_value_heads": 128,
            "num_hidden_layers": 61, "vocab_size": 129280, "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8,
            "first_k_dense_replace": 3, "moe_layer_freq": 1, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_rope_head_dim": 64,
            "qk_nope_head_dim": 128, "v_head_dim": 128, "max_position_embeddings": 163840}  # fmt: skip
SCOUT = {"model_type": "llama4_text", "hidden_size": 5120, "intermediate_size": 8192, "intermediate_size_mlp": 16384, "num_attention_heads": 40,
         "num_key_value_heads": 8, "head_dim": 128, "num_hidden_layers": 48, "num_local_experts": 16, "num_experts_per_tok": 1,
         "interleave_moe_layer_step": 1, "vocab_size": 202048}  # fmt: skip
BERT = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072, "max_position_embeddings": 512}

CONFIGS: list[tuple[str, dict[str, Any]]] = [
    # (architecture of the catalogue, config.json as its family writes it)
    ("llama-2-7b", {"model_type": "llama", **LLAMA, "max_position_embeddings": 4096}),
    ("llama-3.1-8b", {"model_type": "llama", **LLAMA, "intermediate_size": 14336, "num_key_value_heads": 8, "vocab_size": 128256,
                      "max_position_embeddings": 131072, "tie_word_embeddings": False}),
    ("llama-3.2-1b", {"model_type": "llama", "hidden_size": 2048, "intermediate_size": 8192, "num_attention_heads": 32, "num_key_value_heads": 8,
                      "head_dim": 64, "num_hidden_layers": 16, "vocab_size": 128256, "tie_word_embeddings": True}),
    ("mistral-7b", {"model_type": "mistral", **LLAMA, "intermediate_size": 14336, "num_key_value_heads": 8}),
    ("mixtral-8x7b", {"model_type": "mixtral", **MOE}),
    ("qwen-2.5-7b", {"model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944, "num_attention_heads": 28, "num_key_value_heads": 4,
                     "num_hidden_layers": 28, "vocab_size": 152064}),
    ("qwen-3-30b-a3b", {"model_type": "qwen3_moe", "hidden_size": 2048, "intermediate_size": 6144, "moe_intermediate_size": 768, "head_dim": 128,
                        "num_attention_heads": 32, "num_key_value_heads": 4, "num_hidden_layers": 48, "num_experts": 128,
                        "num_experts_per_tok": 8, "decoder_sparse_step": 1, "vocab_size": 151936}),
    ("gemma-2-9b", {"model_type": "gemma2", "hidden_size": 3584, "intermediate_size": 14336, "num_attention_heads": 16, "num_key_value_heads": 8,
                    "head_dim": 256, "num_hidden_layers": 42, "vocab_size": 256000}),
    ("gemma-3-27b", {"model_type": "gemma3", "text_config": {"model_type": "gemma3_text", "hidden_size": 5376, "intermediate_size": 21504,
                     "num_attention_heads": 32, "num_key_value_heads": 16, "head_dim": 128, "num_hidden_layers": 62, "vocab_size": 262144},
                     "vision_config": {"hidden_size": 1152}}),
    ("llama-4-scout", {"model_type": "llama4", "text_config": SCOUT}),
    ("falcon-7b", {"model_type": "falcon", "hidden_size": 4544, "num_hidden_layers": 32, "num_attention_heads": 71, "multi_query": True,
                   "new_decoder_architecture": False, "vocab_size": 65024}),
    ("falcon-40b", {"model_type": "falcon", "hidden_size": 8192, "num_hidden_layers": 60, "num_attention_heads": 128, "num_kv_heads": 8,
                    "new_decoder_architecture": True, "vocab_size": 65024}),
    ("gpt-neox-20b", {"model_type": "gpt_neox", "hidden_size": 6144, "num_hidden_layers": 44, "num_attention_heads": 64,
                      "intermediate_size": 24576, "vocab_size": 50432, "tie_word_embeddings": False}),
    ("gpt-j-6b", {"model_type": "gptj", "n_embd": 4096, "n_layer": 28, "n_head": 16, "n_inner": None, "vocab_size": 50400, "n_positions": 2048,
                  "tie_word_embeddings": False}),
    ("gpt-2", {"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "vocab_size": 50257, "n_positions": 1024}),
    ("opt-6.7b", {"model_type": "opt", "hidden_size": 4096, "ffn_dim": 16384, "num_hidden_layers": 32, "num_attention_heads": 32,
                  "vocab_size": 50272, "max_position_embeddings": 2048}),
    ("bloom-7b1", {"model_type": "bloom", "n_embed": 4096, "n_layer": 30, "num_attention_heads": 32, "vocab_size": 250880, "seq_length": 2048}),
    ("flan-t5-xxl", {"model_type": "t5", "d_model": 4096, "d_kv": 64, "d_ff": 10240, "num_layers": 24, "num_decoder_layers": 24, "num_heads": 64,
                     "feed_forward_proj": "gated-gelu", "vocab_size": 32128, "tie_word_embeddings": False}),
    ("phi-2", {"model_type": "phi", "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 32, "num_attention_heads": 32,
               "vocab_size": 51200, "tie_word_embeddings": False}),
    ("bert-base", {"model_type": "bert", **BERT, "vocab_size": 30522}),
    ("all-mpnet-base-v2", {"model_type": "mpnet", **BERT, "vocab_size": 30527, "max_position_embeddings": 514}),
    ("xlm-roberta-base", {"model_type": "xlm-roberta", **BERT, "vocab_size": 250002, "max_position_embeddings": 514}),
    ("distilbert-base", {"model_type": "distilbert", "dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072, "vocab_size": 30522,
                         "max_position_embeddings": 512}),
    ("deepseek-v3", {"model_type": "deepseek_v3", **DEEPSEEK}),
]  # fmt: skip


def folder(tmp_path: Path, content: Any) -> Path:
    place = tmp_path / "my-model"
    place.mkdir()
    text = content if isinstance(content, str) else json.dumps(content)
    (place / "config.json").write_text(text, encoding="utf-8")
    return place


def faults(tmp_path: Path, content: Any) -> list[tuple[str, str]]:
    with pytest.raises(ProblemError) as caught:
        architecture_from_config(folder(tmp_path, content))
    assert all(fault.cause and fault.action for fault in caught.value.faults)
    return [(fault.code, fault.where) for fault in caught.value.faults]


@pytest.mark.parametrize(("name", "config"), CONFIGS, ids=[name for name, _ in CONFIGS])
def test_families_agree_with_the_catalogue(tmp_path: Path, name: str, config: dict[str, Any]) -> None:
    found, known = architecture_from_config(folder(tmp_path, config)), architectures()[name]
    assert found.name == "my-model"
    for fact in (
        "kind",
        "layers",
        "hidden",
        "heads",
        "kv_heads",
        "head_dim",
        "vocabulary",
        "experts",
        "experts_per_token",
        "kv_lora_rank",
        "kv_rope_dim",
    ):
        assert getattr(found, fact) == getattr(known, fact), fact
    assert found.parameters == pytest.approx(known.parameters, rel=0.01)
    assert found.active_parameters == pytest.approx(known.active_parameters, rel=0.01)


def test_llama_4_with_dense_layers_between(tmp_path: Path) -> None:
    config = {"model_type": "llama4", "text_config": {**SCOUT, "num_local_experts": 128, "interleave_moe_layer_step": 2}}
    assert architecture_from_config(folder(tmp_path, config)).parameters == pytest.approx(architectures()["llama-4-maverick"].parameters, rel=0.001)


def test_the_file_itself_will_do(tmp_path: Path) -> None:
    place = folder(tmp_path, {"model_type": "llama", **LLAMA})
    assert architecture_from_config(place / "config.json") == architecture_from_config(place)


@pytest.mark.parametrize(("name", "config"), CONFIGS, ids=[name for name, _ in CONFIGS])
def test_facts_of_a_folder_can_be_kept_inline(tmp_path: Path, name: str, config: dict[str, Any]) -> None:
    """A problem that was read keeps the folder's facts instead of the folder: they must mean the same."""
    found = architecture_from_config(folder(tmp_path, config))
    again = architecture_from_facts(found.model_dump(mode="json", exclude={"provenance"}))
    assert again.model_dump(exclude={"provenance"}) == found.model_dump(exclude={"provenance"})


def test_every_missing_fact_is_named_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, {"model_type": "llama", "num_attention_heads": 32})
    assert [code for code, _ in found] == ["bad_config"] * 4
    assert {where for _, where in found} == {
        "config.json.num_hidden_layers", "config.json.hidden_size", "config.json.intermediate_size", "config.json.vocab_size",
    }  # fmt: skip


def test_latent_attention_needs_its_ranks(tmp_path: Path) -> None:
    config = {"model_type": "deepseek_v3", **DEEPSEEK, "kv_lora_rank": None, "v_head_dim": None}
    assert {where for _, where in faults(tmp_path, config)} == {"config.json.kv_lora_rank", "config.json.v_head_dim"}


def test_experts_need_their_number_a_token(tmp_path: Path) -> None:
    config = {"model_type": "mixtral", **{key: value for key, value in MOE.items() if key != "num_experts_per_tok"}}
    assert faults(tmp_path, config) == [("bad_config", "config.json.num_experts_per_tok")]


@pytest.mark.parametrize("value", [0, -1, 1.5, "32", True, [32], 10**12, 10**400])
def test_a_wrong_fact_is_refused(tmp_path: Path, value: Any) -> None:
    text = json.dumps({"model_type": "llama", **LLAMA, "num_hidden_layers": 0}).replace('"num_hidden_layers": 0', f'"num_hidden_layers": {value!r}')
    if value is True:
        text = text.replace("True", "true")
    content = text.replace("'", '"')
    assert faults(tmp_path, content) == [("bad_config", "config.json.num_hidden_layers")]


def test_nan_is_refused(tmp_path: Path) -> None:
    content = json.dumps({"model_type": "llama", **LLAMA}).replace("4096", "NaN")
    assert faults(tmp_path, content) == [("bad_config", "config.json.hidden_size")]


def test_heads_that_do_not_divide(tmp_path: Path) -> None:
    assert faults(tmp_path, {"model_type": "llama", **LLAMA, "num_attention_heads": 33}) == [("bad_config", "config.json.head_dim")]


@pytest.mark.parametrize("content", [{}, {"model_type": "mamba"}, {"model_type": 3}, {"model_type": ["llama"]}])
def test_unknown_families_are_refused(tmp_path: Path, content: dict[str, Any]) -> None:
    assert faults(tmp_path, content) == [("bad_config", "config.json.model_type")]


@pytest.mark.parametrize(
    ("content", "code"), [("{", "syntax"), ("", "syntax"), ("[1]", "bad_config"), ("3", "bad_config"), ("[" * 100_000, "syntax")]
)
def test_files_that_are_no_config(tmp_path: Path, content: str, code: str) -> None:
    assert [found for found, _ in faults(tmp_path, content)] == [code]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    place = folder(tmp_path, "{}")
    (place / "config.json").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(ProblemError) as caught:
        architecture_from_config(place)
    assert [fault.code for fault in caught.value.faults] == ["unreadable_file"]


def test_a_file_that_is_far_too_large(tmp_path: Path) -> None:
    place = folder(tmp_path, "{}")
    with (place / "config.json").open("wb") as file:
        file.truncate(10_000_001)
    with pytest.raises(ProblemError) as caught:
        architecture_from_config(place)
    assert [fault.code for fault in caught.value.faults] == ["file_too_large"]


def test_no_such_folder(tmp_path: Path) -> None:
    for place in (tmp_path / "none", tmp_path, Path("bad\0name")):
        with pytest.raises(ProblemError) as caught:
            architecture_from_config(place)
        assert [fault.code for fault in caught.value.faults] == ["unreadable_file"]


def test_a_device_is_no_config(tmp_path: Path) -> None:
    (tmp_path / "config.json").symlink_to("/dev/zero")
    with pytest.raises(ProblemError) as caught:
        architecture_from_config(tmp_path)
    assert [fault.code for fault in caught.value.faults] == ["unreadable_file"]
