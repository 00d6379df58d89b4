"""Parameter counts from the geometry of a transformer, for what no source states a count of.

Source of the shapes: the papers of each family and the `modeling_*` documentation of Hugging Face
transformers. Norms and biases are counted as far as they exceed a thousandth of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Widths and counts of a transformer; all in numbers, none in bytes.

    `intermediate` is the feed-forward width of dense layers, `expert_width` that of one expert. The first
    `dense_layers` layers are dense, as is every one that `expert_every` skips. Latent attention (MLA) is in
    force where `kv_lora_rank` > 0.
    """

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    vocabulary: int
    positions: int = 0
    """Learned position embeddings; 0 for rotary, relative or ALiBi ones."""
    gated: bool = True
    """Three matrices in the feed-forward layer (SwiGLU and its kin) rather than two."""
    tied: bool = False
    """Input and output embeddings are one matrix."""
    experts: int = 0
    experts_per_token: int = 0
    shared_experts: int = 0
    expert_width: int = 0
    dense_layers: int = 0
    expert_every: int = 1
    encoder_layers: int = 0
    """Encoder-decoder: layers of the encoder; the decoder's have cross-attention as well."""
    head: bool = True
    """Whether there is an output projection at all (encoders for embeddings have none)."""
    q_lora_rank: int = 0
    kv_lora_rank: int = 0
    kv_rope_dim: int = 0
    nope_dim: int = 0
    value_dim: int = 0


def attention_parameters(g: Geometry) -> int:
    """Parameters of one attention block.

    Ordinary: Q and O are hidden x heads·head_dim, K and V hidden x kv_heads·head_dim.
    Latent (DeepSeek-V2, arXiv:2405.04434, section 2.1): down- and up-projections of queries and of keys/values.
    """
    if not g.kv_lora_rank:
        return 2 * g.hidden * g.head_dim * (g.heads + g.kv_heads)
    query_width = g.heads * (g.nope_dim + g.kv_rope_dim)
    query = g.q_lora_rank * (g.hidden + query_width) if g.q_lora_rank else g.hidden * query_width
    down = g.hidden * (g.kv_lora_rank + g.kv_rope_dim)
    up = g.kv_lora_rank * g.heads * (g.nope_dim + g.value_dim)
    return query + down + up + g.heads * g.value_dim * g.hidden


def feed_forward_parameters(g: Geometry, width: int) -> int:
    """Parameters of one feed-forward block of the given width."""
    return (3 if g.gated else 2) * g.hidden * width


def count_parameters(g: Geometry) -> tuple[int, int]:
    """Parameters in all, and those that one token passes through.

    Returns
    -------
    (all, active) : active counts `experts_per_token` of the experts, and all embeddings (as model cards do).
    """
    attention = attention_parameters(g) + 2 * g.hidden
    dense = feed_forward_parameters(g, g.intermediate)
    sparse_layers = (g.layers - g.dense_layers) // g.expert_every if g.experts else 0
    expert = feed_forward_parameters(g, g.expert_width or g.intermediate)
    common = (
        (g.layers - sparse_layers) * dense
        + g.layers * attention
        + sparse_layers * (g.shared_experts * expert + g.hidden * g.experts)
        + g.encoder_layers * (attention + dense)
        # The decoder of an encoder-decoder attends to the encoder as well.
        + (g.layers * attention if g.encoder_layers else 0)
    )
    embeddings = g.hidden * (g.vocabulary * (2 if g.head and not g.tied else 1) + g.positions)
    total = embeddings + common + sparse_layers * g.experts * expert
    active = embeddings + common + sparse_layers * g.experts_per_token * expert
    return total, active
