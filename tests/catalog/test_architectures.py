"""Architectures: parameter counts against published ones, and every name by which they are found."""

import pytest

from packing.catalog import architectures, find_architecture

PUBLISHED = {
    # name: (billions of parameters, billions active) of the model card or paper
    "llama-2-7b": (6.74, 6.74), "llama-2-13b": (13.02, 13.02), "llama-2-70b": (68.98, 68.98), "llama-3-8b": (8.03, 8.03),
    "llama-3.1-70b": (70.55, 70.55), "llama-3.1-405b": (405.85, 405.85), "llama-3.2-1b": (1.236, 1.236), "llama-3.2-3b": (3.213, 3.213),
    "mistral-7b": (7.242, 7.242), "mixtral-8x7b": (46.7, 12.9), "mixtral-8x22b": (140.6, 39.1), "deepseek-v3": (671, 37.5),
    "deepseek-v2-lite": (15.7, 2.66), "kimi-k2": (1026, 32.9), "qwen-2.5-0.5b": (0.494, 0.494), "qwen-2.5-7b": (7.616, 7.616),
    "qwen-2.5-72b": (72.7, 72.7), "qwen-3-8b": (8.19, 8.19), "qwen-3-30b-a3b": (30.5, 3.35), "qwen-3-235b-a22b": (235, 22.2),
    "qwen-3-coder-480b-a35b": (480, 35.4), "gemma-2b": (2.506, 2.506), "gemma-7b": (8.538, 8.538), "gemma-2-9b": (9.24, 9.24),
    "gemma-2-27b": (27.2, 27.2), "gemma-3-1b": (1.0, 1.0), "falcon-7b": (6.92, 6.92), "falcon-40b": (41.3, 41.3),
    "gpt-j-6b": (6.05, 6.05), "gpt-neox-20b": (20.55, 20.55), "pythia-12b": (11.85, 11.85), "phi-2": (2.78, 2.78), "phi-3-mini": (3.82, 3.82),
    "bloom-176b": (176.25, 176.25), "bloom-7b1": (7.07, 7.07), "opt-6.7b": (6.66, 6.66), "opt-175b": (174.6, 174.6),
    "flan-t5-xxl": (11.135, 11.135), "flan-t5-base": (0.248, 0.248), "flan-t5-xl": (2.85, 2.85), "llama-4-scout": (107.8, 17.2),
    "llama-4-maverick": (400.7, 17.2), "gpt-oss-120b": (116.8, 5.13), "minimax-m2.5": (229, 10.5), "gpt-2": (0.1244, 0.1244),
    "bert-base": (0.1095, 0.1095), "bge-large-en": (0.335, 0.335), "all-minilm-l6-v2": (0.0227, 0.0227), "stable-diffusion-xl": (3.47, 3.47),
    "stable-diffusion-2": (1.29, 1.29),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_are_the_published_ones(name: str) -> None:
    total, active = PUBLISHED[name]
    found = architectures()[name]
    # The pooler of encoders (half a percent) is not counted: embeddings do not need it.
    assert found.parameters / 1e9 == pytest.approx(total, rel=0.01 if found.kind == "encoder" else 0.006)
    # Model cards round the active ones freely.
    assert found.active_parameters / 1e9 == pytest.approx(active, rel=0.06 if found.experts else 0.01)


def test_at_least_sixty_of_the_families_that_were_asked_for() -> None:
    assert len(architectures()) >= 60
    families = {each.family for each in architectures().values()}
    assert {
        "t5",
        "llama",
        "mistral",
        "mixtral",
        "qwen",
        "gemma",
        "deepseek",
        "falcon",
        "gpt-j",
        "gpt-neox",
        "phi",
        "bloom",
        "opt",
        "stable-diffusion",
    } <= families
    assert {each.kind for each in architectures().values()} == {"decoder", "encoder_decoder", "encoder", "diffusion", "knn"}


def test_every_entry_has_what_capacity_computes_from() -> None:
    for name, each in architectures().items():
        assert name == each.name
        assert 0 < each.active_parameters <= each.parameters
        assert each.provenance
        assert all(source.source and source.date for source in each.provenance)
        if each.kind in {"decoder", "encoder_decoder", "encoder"}:
            assert min(each.layers, each.hidden, each.heads, each.kv_heads, each.head_dim, each.vocabulary, each.max_positions) > 0, name
            assert each.heads % each.kv_heads == 0
        if each.kind == "diffusion":
            assert each.flops_per_image
        assert (each.experts > 0) == (each.experts_per_token > 0)


def test_latent_attention_caches_576_numbers_a_token_and_layer() -> None:
    found = architectures()["deepseek-v3"]
    assert (found.kv_lora_rank, found.kv_rope_dim) == (512, 64)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("llama-2-70b", "llama-2-70b"), ("LLAMA-2-70B", "llama-2-70b"), ("meta-llama/Llama-2-70b-chat-hf", "llama-2-70b"),
        ("llama-3.1-8b-instruct", "llama-3.1-8b"), ("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama-3.1-8b"),
        ("hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4", "llama-3.1-70b"), ("nvidia/Llama-3.1-70B-Instruct-FP8", "llama-3.1-70b"),
        ("google/flan-t5-xxl", "flan-t5-xxl"), ("flan_t5_xxl", "flan-t5-xxl"), ("Qwen/Qwen2.5-7B-Instruct", "qwen-2.5-7b"), ("qwen-3-8b", "qwen-3-8b"),
        ("Qwen/Qwen3-32B-FP8", "qwen-3-32b"), ("google/gemma-3-27b-it", "gemma-3-27b"), ("google/gemma-2-9b", "gemma-2-9b"),
        ("TheBloke/Llama-2-13B-chat-GPTQ", "llama-2-13b"), ("sentence-transformers/all-MiniLM-L6-v2", "all-minilm-l6-v2"),
        ("BAAI/bge-large-en-v1.5", "bge-large-en"), ("stabilityai/stable-diffusion-xl-base-1.0", "stable-diffusion-xl"),
        ("stabilityai/stable-diffusion-2-1", "stable-diffusion-2"), ("EleutherAI/gpt-j-6b", "gpt-j-6b"), ("mistralai/Mistral-7B-v0.3", "mistral-7b-v0.3"),
        ("deepseek-ai/DeepSeek-R1", "deepseek-r1"), ("bigscience/bloom", "bloom-176b"), ("microsoft/phi-2", "phi-2"),
    ],
)  # fmt: skip
def test_names_that_people_use(asked: str, name: str) -> None:
    found = find_architecture(asked)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "asked", ["", "/", "-awq", "llama", "claude-3", "llama-2-700b", "gemma", "instruct", "a/b/c", "llama-2-7b" + "-hf" * 100_000]
)
def test_unknown_names_are_not_guessed(asked: str) -> None:
    assert find_architecture(asked) is None


def test_every_name_alias_and_id_finds_its_own_geometry() -> None:
    for each in architectures().values():
        for known in (each.name, each.huggingface, *each.aliases):
            if known:
                found = find_architecture(known)
                assert found is not None, known
                assert (found.layers, found.hidden, found.kv_heads, found.parameters) == (each.layers, each.hidden, each.kv_heads, each.parameters), (
                    known
                )
