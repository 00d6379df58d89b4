"""Memory: hand-computed sizes, what fits real accelerators, and how it grows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packing.capacity.memory import GIB, MIB, PAGE, copy_memory, kv_bytes_per_token, largest_batch, weight_bytes
from packing.catalog import accelerators, architectures

KIB = 1024


@pytest.mark.parametrize(
    ("name", "parallel", "expected"),
    [
        ("llama-2-7b", 1, 512 * KIB),  # 2 · 32 layers · 32 heads · 128 · 2 bytes
        ("llama-2-7b", 4, 128 * KIB),
        ("llama-3-8b", 1, 128 * KIB),  # 8 KV heads
        ("llama-3-8b", 8, 16 * KIB),
        ("llama-3-8b", 16, 16 * KIB),  # a KV head is not split: replicated beyond 8
        ("llama-2-70b", 1, 320 * KIB),
        ("bloom-176b", 1, 3920 * KIB),  # 2 · 70 · 112 · 128 · 2
        ("falcon-7b", 1, 8 * KIB),  # one KV head of 64, 32 layers
        ("deepseek-v3", 1, 61 * 576 * 2),  # latent attention: rank 512 + 64 rotary
        ("deepseek-v3", 8, 61 * 576 * 2),  # replicated on each accelerator
        ("flan-t5-xxl", 1, 2 * 24 * 64 * 64 * 2),
    ],
)
def test_kv_cache_of_a_token_by_hand(name, parallel, expected):
    assert kv_bytes_per_token(architectures()[name], "bf16", parallel) == expected


def test_eight_bit_kv_cache_is_half():
    assert 2 * kv_bytes_per_token(architectures()["llama-2-7b"], "fp8_kv8") == kv_bytes_per_token(architectures()["llama-2-7b"], "fp8")


def test_weights_by_precision():
    model = architectures()["llama-2-7b"]
    assert weight_bytes(model, "bf16") == 2 * model.parameters
    assert weight_bytes(model, "fp32") == 4 * model.parameters
    embeddings = 2 * model.vocabulary * model.hidden
    assert weight_bytes(model, "fp8") == pytest.approx(model.parameters + embeddings)
    assert weight_bytes(model, "awq") == pytest.approx((model.parameters - embeddings) * 4.25 / 8 + 2 * embeddings)
    sizes = [weight_bytes(model, precision) for precision in ("fp32", "bf16", "fp8", "int4")]
    assert sizes == sorted(sizes, reverse=True)


def test_llama_2_70b_in_bf16_needs_two_a100_with_80_gb():
    model, room = architectures()["llama-2-70b"], accelerators()["A100-80GB"].usable_memory
    assert copy_memory(model, "bf16", 1, 1, 640, 512) > room
    assert copy_memory(model, "bf16", 2, 1, 640, 512) <= room
    assert copy_memory(model, "awq", 1, 1, 640, 512) <= room


def test_a_copy_is_its_parts_and_not_much_more():
    model = architectures()["llama-3-8b"]
    need = copy_memory(model, "bf16", 1, 4, 2048, 1024)
    parts = 2 * model.parameters + 4 * 2048 * 128 * KIB
    assert parts < need < 1.15 * parts + GIB
    assert need % MIB == 0
    assert isinstance(need, int)


sizes = st.sampled_from(["llama-2-7b", "llama-3-8b", "llama-2-70b", "mixtral-8x7b", "deepseek-v3", "flan-t5-xxl"])


@given(name=sizes, batch=st.integers(1, 200), tokens=st.integers(1, 8000), precision=st.sampled_from(["bf16", "fp8", "int4"]))
def test_memory_grows_with_load_and_falls_with_degree(name, batch, tokens, precision):
    model = architectures()[name]
    need = copy_memory(model, precision, 2, batch, tokens, tokens)
    assert copy_memory(model, precision, 2, batch + 1, tokens, tokens) >= need
    assert copy_memory(model, precision, 2, batch, tokens + PAGE, tokens) >= need
    assert copy_memory(model, precision, 4, batch, tokens, tokens) < need
    assert copy_memory(model, "fp32", 2, batch, tokens, tokens) > need


@given(name=sizes, room=st.integers(10 * GIB, 300 * GIB), tokens=st.integers(1, 8000))
def test_the_largest_batch_fits_and_one_more_does_not(name, room, tokens):
    model = architectures()[name]
    batch = largest_batch(model, "bf16", 2, tokens, tokens, room)
    if batch:
        assert copy_memory(model, "bf16", 2, batch, tokens, tokens) <= room
    if batch < 4096:
        assert copy_memory(model, "bf16", 2, batch + 1, tokens, tokens) > room


def test_no_batch_where_the_weights_alone_do_not_fit():
    assert largest_batch(architectures()["llama-2-70b"], "bf16", 1, 16, 16, 80 * GIB) == 0
