"""Architectures that the tabulated sources lack: figures of papers, model cards and config.json files, with their source."""

from __future__ import annotations

from typing import Any

OPT = "OPT, arXiv:2205.01068, table 1"
BLOOM = "BLOOM, arXiv:2211.05100, table 3"
T5 = "FLAN-T5, arXiv:2210.11416, and config.json of google/flan-t5"


def decoder(layers: int, hidden: int, heads: int, intermediate: int, vocabulary: int, window: int, **more: Any) -> dict[str, Any]:
    """Geometry of a decoder."""
    return {"layers": layers, "hidden": hidden, "heads": heads, "intermediate": intermediate, "vocabulary": vocabulary, "window": window} | more


def opt(layers: int, hidden: int, heads: int) -> dict[str, Any]:
    """Geometry of an OPT model: learned positions with an offset of two."""
    return decoder(layers, hidden, heads, 4 * hidden, 50_272, 2048, gated=False, tied=True, positions=2050, by=OPT, family="opt")


def bloom(layers: int, hidden: int, heads: int) -> dict[str, Any]:
    """Geometry of a BLOOM model: ALiBi, one embedding matrix."""
    return decoder(layers, hidden, heads, 4 * hidden, 250_880, 2048, gated=False, tied=True, by=BLOOM, family="bloom")


def t5(layers: int, hidden: int, heads: int, intermediate: int, head_dim: int = 64) -> dict[str, Any]:
    """Geometry of a T5 1.1 model, as FLAN-T5 is."""
    facts = decoder(layers, hidden, heads, intermediate, 32_128, 512, head_dim=head_dim, encoder_layers=layers, by=T5, family="t5")
    return facts | {"kind": "encoder_decoder"}


DECODERS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    # name: (Hugging Face id, geometry, further names)
    "flan-t5-small": ("google/flan-t5-small", t5(8, 512, 6, 1024), ()),
    "flan-t5-base": ("google/flan-t5-base", t5(12, 768, 12, 2048), ()),
    "flan-t5-large": ("google/flan-t5-large", t5(24, 1024, 16, 2816), ()),
    "flan-t5-xl": ("google/flan-t5-xl", t5(24, 2048, 32, 5120), ()),
    "flan-t5-xxl": ("google/flan-t5-xxl", t5(24, 4096, 64, 10_240), ("t5-v1.1-xxl", "flan-ul2-11b")),
    "opt-125m": ("facebook/opt-125m", opt(12, 768, 12), ()),
    "opt-1.3b": ("facebook/opt-1.3b", opt(24, 2048, 32), ()),
    "opt-2.7b": ("facebook/opt-2.7b", opt(32, 2560, 32), ()),
    "opt-6.7b": ("facebook/opt-6.7b", opt(32, 4096, 32), ()),
    "opt-13b": ("facebook/opt-13b", opt(40, 5120, 40), ()),
    "opt-30b": ("facebook/opt-30b", opt(48, 7168, 56), ()),
    "opt-66b": ("facebook/opt-66b", opt(64, 9216, 72), ()),
    "opt-175b": ("", opt(96, 12_288, 96), ("gpt-3-175b",)),
    "bloom-560m": ("bigscience/bloom-560m", bloom(24, 1024, 16), ()),
    "bloom-1b7": ("bigscience/bloom-1b7", bloom(24, 2048, 16), ("bloom-1.7b",)),
    "bloom-3b": ("bigscience/bloom-3b", bloom(30, 2560, 32), ()),
    "bloom-7b1": ("bigscience/bloom-7b1", bloom(30, 4096, 32), ("bloom-7.1b", "bloomz-7b1")),
    "bloom-176b": ("bigscience/bloom", bloom(70, 14_336, 112), ("bloomz", "bloomz-176b")),
    "gpt-2": ("openai-community/gpt2", decoder(12, 768, 12, 3072, 50_257, 1024, gated=False, tied=True, positions=1024, family="gpt-2",
              by="GPT-2 model card"), ("gpt2",)),
    "gpt-2-xl": ("openai-community/gpt2-xl", decoder(48, 1600, 25, 6400, 50_257, 1024, gated=False, tied=True, positions=1024, family="gpt-2",
                 by="GPT-2 model card"), ("gpt2-xl",)),
    "gpt-j-6b": ("EleutherAI/gpt-j-6b", decoder(28, 4096, 16, 16_384, 50_400, 2048, gated=False, family="gpt-j",
                 by="GPT-J-6B model card"), ("gpt-j", "gptj-6b")),
    "gpt-neox-20b": ("EleutherAI/gpt-neox-20b", decoder(44, 6144, 64, 24_576, 50_432, 2048, gated=False, family="gpt-neox",
                     by="GPT-NeoX-20B, arXiv:2204.06745"), ("gpt-neox",)),
    "llama-1-7b": ("huggyllama/llama-7b", decoder(32, 4096, 32, 11_008, 32_000, 2048, family="llama", by="LLaMA, arXiv:2302.13971"), ("llama-7b",)),
    "llama-1-13b": ("huggyllama/llama-13b", decoder(40, 5120, 40, 13_824, 32_000, 2048, family="llama", by="LLaMA, arXiv:2302.13971"), ("llama-13b",)),
    "llama-1-65b": ("huggyllama/llama-65b", decoder(80, 8192, 64, 22_016, 32_000, 2048, family="llama", by="LLaMA, arXiv:2302.13971"), ("llama-65b",)),
    "llama-3.2-11b-vision": ("meta-llama/Llama-3.2-11B-Vision-Instruct", decoder(40, 4096, 32, 14_336, 128_256, 131_072, kv_heads=8, family="llama",
                             parameters=10.6e9, by="Llama-3.2-Vision model card"), ("Llama-3.2-11B-Vision",)),
    "llama-3.2-90b-vision": ("meta-llama/Llama-3.2-90B-Vision-Instruct", decoder(100, 8192, 64, 28_672, 128_256, 131_072, kv_heads=8, family="llama",
                             parameters=88.8e9, by="Llama-3.2-Vision model card"), ("Llama-3.2-90B-Vision",)),
    "gpt-oss-20b": ("openai/gpt-oss-20b", decoder(24, 2880, 64, 2880, 201_088, 131_072, kv_heads=8, head_dim=64, experts=32, experts_per_token=4,
                    family="gpt-oss", parameters=20.91e9, active=3.61e9, by="gpt-oss model card, arXiv:2508.10925, table 1"), ()),
    "gpt-oss-120b": ("openai/gpt-oss-120b", decoder(36, 2880, 64, 2880, 201_088, 131_072, kv_heads=8, head_dim=64, experts=128, experts_per_token=4,
                     family="gpt-oss", parameters=116.83e9, active=5.13e9, by="gpt-oss model card, arXiv:2508.10925, table 1"), ()),
    "deepseek-v2-lite": ("deepseek-ai/DeepSeek-V2-Lite", decoder(27, 2048, 16, 10_944, 102_400, 163_840, head_dim=128, experts=64,
                         experts_per_token=6, shared_experts=2, expert_width=1408, dense_layers=1, kv_lora_rank=512, kv_rope_dim=64,
                         nope_dim=128, value_dim=128, family="deepseek", by="DeepSeek-V2, arXiv:2405.04434, appendix B"), ()),
}  # fmt: skip

ENCODERS: dict[str, tuple[str, int, int, int, int, int, tuple[str, ...]]] = {
    # name: (row of mteb_embedding_models.csv, layers, hidden, heads, intermediate, vocabulary, further names)
    "all-minilm-l6-v2": ("sentence-transformers/all-MiniLM-L6-v2", 6, 384, 12, 1536, 30_522, ("multi-qa-MiniLM-L6-cos-v1",)),
    "all-minilm-l12-v2": ("sentence-transformers/all-MiniLM-L12-v2", 12, 384, 12, 1536, 30_522, ()),
    "all-mpnet-base-v2": ("sentence-transformers/all-mpnet-base-v2", 12, 768, 12, 3072, 30_527, ("multi-qa-mpnet-base-dot-v1",)),
    "multilingual-minilm-l12-v2": ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", 12, 384, 12, 1536, 250_037, ()),
    "bge-small-en": ("BAAI/bge-small-en-v1.5", 12, 384, 12, 1536, 30_522, ("bge-small-en",)),
    "bge-base-en": ("BAAI/bge-base-en-v1.5", 12, 768, 12, 3072, 30_522, ("bge-base-en",)),
    "bge-large-en": ("BAAI/bge-large-en-v1.5", 24, 1024, 16, 4096, 30_522, ("bge-large-en",)),
    "bge-m3": ("BAAI/bge-m3", 24, 1024, 16, 4096, 250_002, ()),
    "e5-small-v2": ("intfloat/e5-small-v2", 12, 384, 12, 1536, 30_522, ("e5-small",)),
    "e5-base-v2": ("intfloat/e5-base-v2", 12, 768, 12, 3072, 30_522, ("e5-base",)),
    "e5-large-v2": ("intfloat/e5-large-v2", 24, 1024, 16, 4096, 30_522, ("e5-large",)),
    "multilingual-e5-small": ("intfloat/multilingual-e5-small", 12, 384, 12, 1536, 250_037, ()),
    "multilingual-e5-base": ("intfloat/multilingual-e5-base", 12, 768, 12, 3072, 250_002, ()),
    "multilingual-e5-large": ("intfloat/multilingual-e5-large", 24, 1024, 16, 4096, 250_002, ("multilingual-e5-large-instruct",)),
    "gte-small": ("thenlper/gte-small", 12, 384, 12, 1536, 30_522, ()),
    "gte-base": ("thenlper/gte-base", 12, 768, 12, 3072, 30_522, ()),
    "gte-large": ("thenlper/gte-large", 24, 1024, 16, 4096, 30_522, ()),
    "arctic-embed-m": ("Snowflake/snowflake-arctic-embed-m", 12, 768, 12, 3072, 30_522, ("snowflake-arctic-embed-m-v1.5",)),
    "arctic-embed-l": ("Snowflake/snowflake-arctic-embed-l", 24, 1024, 16, 4096, 30_522, ()),
    "xlm-roberta-base": ("FacebookAI/xlm-roberta-base", 12, 768, 12, 3072, 250_002, ()),
    "xlm-roberta-large": ("FacebookAI/xlm-roberta-large", 24, 1024, 16, 4096, 250_002, ()),
    "nomic-embed-text-v1.5": ("nomic-ai/nomic-embed-text-v1.5", 12, 768, 12, 3072, 30_528, ("nomic-embed-text-v1",)),
    "minilm-l6-cross-encoder": ("cross-encoder/ms-marco-MiniLM-L6-v2", 6, 384, 12, 1536, 30_522, ("ms-marco-MiniLM-L-6-v2",)),
}  # fmt: skip

OTHER_ENCODERS: dict[str, tuple[str, dict[str, Any], str, tuple[str, ...]]] = {
    "bert-base": ("google-bert/bert-base-uncased", decoder(12, 768, 12, 3072, 30_522, 512), "BERT, arXiv:1810.04805", ("bert-base-cased",)),
    "bert-large": ("google-bert/bert-large-uncased", decoder(24, 1024, 16, 4096, 30_522, 512), "BERT, arXiv:1810.04805", ("bert-large-cased",)),
    "distilbert-base": ("distilbert/distilbert-base-uncased", decoder(6, 768, 12, 3072, 30_522, 512), "DistilBERT, arXiv:1910.01108",
                        ("distilbert-base-cased",)),
    "roberta-base": ("FacebookAI/roberta-base", decoder(12, 768, 12, 3072, 50_265, 512), "RoBERTa, arXiv:1907.11692", ()),
    "roberta-large": ("FacebookAI/roberta-large", decoder(24, 1024, 16, 4096, 50_265, 512), "RoBERTa, arXiv:1907.11692", ()),
}  # fmt: skip

GUIDED_STEP, DECODE, STEPS = 1.68e12, 2.54e12, 50
"""NVIDIA, 2023: FLOP of one guided step of the Stable Diffusion 1 U-Net at 512 px, of decoding one image; usual number of steps."""
SD_IMAGE = STEPS * GUIDED_STEP + DECODE
SDXL_IMAGE = STEPS * 2 * 5.98e12 + 4 * DECODE

DIFFUSION: dict[str, tuple[str, float, float, str, str, tuple[str, ...]]] = {
    # name: (Hugging Face id, parameters of U-Net + text encoders + decoder, FLOP an image, source of the parameters, of the FLOP, names)
    "stable-diffusion-1.5": ("stable-diffusion-v1-5/stable-diffusion-v1-5", 0.860e9 + 0.123e9 + 0.084e9, SD_IMAGE,
                             "Stable Diffusion 1 model card, 512 px, 50 steps", "diffusion-nvidia", ("stable-diffusion-v1-4", "stable-diffusion-1")),
    "stable-diffusion-2": ("stabilityai/stable-diffusion-2", 0.866e9 + 0.340e9 + 0.084e9, SD_IMAGE * 2.25,
                           "Stable Diffusion 2 model card, 768 px, 50 steps", "diffusion-scaled",
                           ("stable-diffusion-2.0", "stable-diffusion-2.1", "stable-diffusion-2-1")),
    "stable-diffusion-2-base": ("stabilityai/stable-diffusion-2-base", 0.866e9 + 0.340e9 + 0.084e9, SD_IMAGE,
                                "Stable Diffusion 2 model card, 512 px, 50 steps", "diffusion-scaled", ("stable-diffusion-2-1-base",)),
    "stable-diffusion-xl": ("stabilityai/stable-diffusion-xl-base-1.0", 2.567e9 + 0.817e9 + 0.084e9, SDXL_IMAGE,
                            "SDXL, arXiv:2307.01952, table 1, 1024 px, 50 steps", "diffusion-scaled", ("sdxl", "sdxl-base-1.0")),
}  # fmt: skip

KNN = {"knn-100k-384d": (100_000, 384), "knn-1m-384d": (1_000_000, 384), "knn-1m-768d": (1_000_000, 768), "knn-10m-384d": (10_000_000, 384)}
"""Flat nearest-neighbour indexes on CPUs: vectors, dimensions."""
