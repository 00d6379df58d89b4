"""What the `model_type` of a Hugging Face config.json implies and the file itself need not say.

Source: the configuration classes of Hugging Face transformers (defaults) and the papers of the families.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Family:
    """Facts of a family that its config.json leaves to the code."""

    name: str
    kind: Literal["decoder", "encoder_decoder", "encoder"] = "decoder"
    gated: bool = True
    """Three matrices in the feed-forward layer."""
    tied: bool = False
    """Whether input and output embeddings are one matrix where the file does not say."""
    learned_positions: bool = False
    widening: int = 0
    """Feed-forward width / hidden width where the file does not give the width; 0: it must."""
    latent: bool = False
    """Multi-head latent attention: the ranks and parts of a head are required."""


def _plain(name: str, *, tied: bool = False, learned: bool = False, widening: int = 0) -> Family:
    return Family(name, gated=False, tied=tied, learned_positions=learned, widening=widening)


_BERT = Family("encoder", "encoder", gated=False, learned_positions=True)
_LLAMA, _QWEN, _GEMMA, _PHI = Family("llama"), Family("qwen"), Family("gemma", tied=True), Family("phi")

FAMILIES: dict[str, Family] = {
    "llama": _LLAMA, "llama4_text": _LLAMA, "mllama_text_model": _LLAMA, "internlm2": _LLAMA, "smollm3": Family("llama", tied=True),
    "mistral": Family("mistral"), "ministral": Family("mistral"), "mixtral": Family("mixtral"),
    "qwen2": _QWEN, "qwen2_moe": _QWEN, "qwen3": _QWEN, "qwen3_moe": _QWEN, "qwen2_vl_text": _QWEN, "qwen2_5_vl_text": _QWEN,
    "qwen3_vl_text": _QWEN, "qwen3_vl_moe_text": _QWEN, "qwen2_vl": _QWEN, "qwen2_5_vl": _QWEN,
    "gemma": _GEMMA, "gemma2": _GEMMA, "gemma3_text": _GEMMA, "gemma3": _GEMMA,
    "deepseek_v2": Family("deepseek", latent=True), "deepseek_v3": Family("deepseek", latent=True), "kimi_k2": Family("deepseek", latent=True),
    "phi": _plain("phi"), "phi3": _PHI, "stablelm": Family("stablelm"), "olmo": Family("olmo"), "olmo2": Family("olmo"),
    "granite": Family("granite"), "cohere": Family("cohere", tied=True), "gpt_oss": Family("gpt-oss"), "minimax_m2": Family("minimax"),
    "starcoder2": _plain("starcoder", tied=True), "gpt_bigcode": _plain("starcoder", tied=True, learned=True, widening=4),
    "falcon": _plain("falcon", tied=True, widening=4), "RefinedWeb": _plain("falcon", tied=True, widening=4),
    "RefinedWebModel": _plain("falcon", tied=True, widening=4),
    "gpt2": _plain("gpt-2", tied=True, learned=True, widening=4), "gptj": _plain("gpt-j", widening=4), "gpt_neox": _plain("gpt-neox", widening=4),
    "opt": _plain("opt", tied=True, learned=True), "bloom": _plain("bloom", tied=True, widening=4),
    "t5": Family("t5", "encoder_decoder", gated=False, tied=True), "mt5": Family("t5", "encoder_decoder", gated=True),
    "bert": _BERT, "roberta": _BERT, "xlm-roberta": _BERT, "camembert": _BERT, "mpnet": _BERT, "distilbert": _BERT,
    "modernbert": Family("encoder", "encoder"),
}  # fmt: skip

KEYS: dict[str, tuple[str, ...]] = {
    # fact: the names that families give it, in order of preference
    "layers": ("num_hidden_layers", "n_layer", "num_decoder_layers", "num_layers", "n_layers"),
    "encoder_layers": ("num_layers", "num_hidden_layers"),
    "hidden": ("hidden_size", "n_embd", "n_embed", "d_model", "dim"),
    "heads": ("num_attention_heads", "n_head", "num_heads", "n_heads"),
    "kv_heads": ("num_key_value_heads", "num_kv_heads", "n_head_kv"),
    "head_dim": ("head_dim", "d_kv"),
    "intermediate": ("intermediate_size", "ffn_dim", "ffn_hidden_size", "n_inner", "d_ff", "hidden_dim"),
    "vocabulary": ("vocab_size",),
    "max_positions": ("max_position_embeddings", "n_positions", "seq_length", "max_sequence_length"),
    "experts": ("num_local_experts", "num_experts", "n_routed_experts"),
    "experts_per_token": ("num_experts_per_tok", "experts_per_token"),
    "expert_width": ("moe_intermediate_size",),
    "dense_width": ("intermediate_size_mlp",),
    "shared_experts": ("n_shared_experts",),
    "shared_width": ("shared_expert_intermediate_size",),
    "dense_layers": ("first_k_dense_replace",),
    "expert_every": ("decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_freq"),
    "q_lora_rank": ("q_lora_rank",),
    "kv_lora_rank": ("kv_lora_rank",),
    "kv_rope_dim": ("qk_rope_head_dim",),
    "nope_dim": ("qk_nope_head_dim",),
    "value_dim": ("v_head_dim",),
}

MAY_BE_ZERO = {"dense_layers", "shared_experts", "experts", "shared_width"}
