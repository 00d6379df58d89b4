"""Decoders whose geometry the sources have: which rows to take, and the facts the rows lack."""

from __future__ import annotations

from typing import Any

TIED = {"tied": True}
LLAMA3 = {"vocabulary": 128_256}
QWEN = {"vocabulary": 151_936}
QWEN_LARGE = {"vocabulary": 152_064}
NEOX: dict[str, Any] = {"gated": False, "vocabulary": 50_304}

LITGPT: dict[str, tuple[str, str, dict[str, Any], tuple[str, ...]]] = {
    # name: (row, family, facts that differ from the row, further names)
    "llama-2-7b": ("Llama-2-7b-hf", "llama", {}, ("llama-2-7b-chat", "llama2-7b", "vicuna-7b-v1.5", "Llama-2-7b-chat-hf")),
    "llama-2-13b": ("Llama-2-13b-hf", "llama", {}, ("llama-2-13b-chat", "Llama-2-13b-chat-hf", "vicuna-13b-v1.5")),
    "llama-2-70b": ("Llama-2-70b-hf", "llama", {}, ("llama-2-70b-chat", "Llama-2-70b-chat-hf")),
    "codellama-7b": ("CodeLlama-7b-hf", "llama", {}, ()),
    "codellama-13b": ("CodeLlama-13b-hf", "llama", {}, ()),
    "codellama-34b": ("CodeLlama-34b-hf", "llama", {}, ()),
    "codellama-70b": ("CodeLlama-70b-hf", "llama", {}, ()),
    "llama-3-8b": ("Llama-3-8B", "llama", LLAMA3, ("Meta-Llama-3-8B", "Meta-Llama-3-8B-Instruct", "llama-3-8b-instruct")),
    "llama-3-70b": ("Llama-3-70B", "llama", LLAMA3, ("Meta-Llama-3-70B", "Meta-Llama-3-70B-Instruct", "llama-3-70b-instruct")),
    "llama-3.1-8b": ("Llama-3.1-8B", "llama", LLAMA3, ("llama-3.1-8b-instruct", "Meta-Llama-3.1-8B-Instruct", "Hermes-3-Llama-3.1-8B",
                                                     "DeepSeek-R1-Distill-Llama-8B")),
    "llama-3.1-70b": ("Llama-3.1-70B", "llama", LLAMA3, ("llama-3.1-70b-instruct", "Meta-Llama-3.1-70B-Instruct", "Hermes-3-Llama-3.1-70B",
                                                       "DeepSeek-R1-Distill-Llama-70B", "Llama-3.1-Nemotron-70B-Instruct-HF")),
    "llama-3.1-405b": ("Llama-3.1-405B", "llama", LLAMA3, ("llama-3.1-405b-instruct", "Meta-Llama-3.1-405B-Instruct")),
    "llama-3.2-1b": ("Llama-3.2-1B", "llama", LLAMA3 | TIED, ("llama-3.2-1b-instruct",)),
    "llama-3.2-3b": ("Llama-3.2-3B", "llama", LLAMA3 | TIED, ("llama-3.2-3b-instruct",)),
    "llama-3.3-70b": ("Llama-3.3-70B-Instruct", "llama", LLAMA3, ("llama-3.3-70b-instruct",)),
    "tinyllama-1.1b": ("tiny-llama-1.1b", "llama", {}, ("TinyLlama-1.1B-Chat-v1.0", "tiny-llama-1.1b")),
    "mistral-7b": ("Mistral-7B-Instruct-v0.2", "mistral", {}, ("mistral-7b-instruct", "Mistral-7B-v0.1", "Mistral-7B-v0.2", "Mistral-7B-Instruct-v0.1",
                   "mistral7bInstruct-AWQ", "zephyr-7b-beta", "OpenHermes-2.5-Mistral-7B", "e5-mistral-7b-instruct")),
    "mistral-7b-v0.3": ("Mistral-7B-v0.3", "mistral", {}, ("Mistral-7B-Instruct-v0.3",)),
    "mistral-large-2": ("Mistral-Large-Instruct-2407", "mistral", {}, ("Mistral-Large-Instruct-2411", "mistral-large-123b")),
    "mixtral-8x7b": ("Mixtral-8x7B-v0.1", "mixtral", {}, ("Mixtral-8x7B-Instruct-v0.1", "mixtral-8x7b-instruct")),
    "mixtral-8x22b": ("Mixtral-8x22B-v0.1", "mixtral", {}, ("Mixtral-8x22B-Instruct-v0.1", "mixtral-8x22b-instruct")),
    "qwen-2.5-0.5b": ("Qwen2.5-0.5B", "qwen", QWEN | TIED, ("qwen2.5-0.5b-instruct", "Qwen2.5-Coder-0.5B")),
    "qwen-2.5-1.5b": ("Qwen2.5-1.5B", "qwen", QWEN | TIED, ("qwen2.5-1.5b-instruct", "Qwen2.5-Coder-1.5B")),
    "qwen-2.5-3b": ("Qwen2.5-3B", "qwen", QWEN | TIED, ("qwen2.5-3b-instruct", "Qwen2.5-Coder-3B")),
    "qwen-2.5-7b": ("Qwen2.5-7B", "qwen", QWEN_LARGE, ("qwen2.5-7b-instruct", "Qwen2.5-Coder-7B", "DeepSeek-R1-Distill-Qwen-7B")),
    "qwen-2.5-14b": ("Qwen2.5-14B", "qwen", QWEN_LARGE, ("qwen2.5-14b-instruct", "Qwen2.5-Coder-14B", "DeepSeek-R1-Distill-Qwen-14B")),
    "qwen-2.5-32b": ("Qwen2.5-32B", "qwen", QWEN_LARGE, ("qwen2.5-32b-instruct", "Qwen2.5-Coder-32B", "QwQ-32B", "DeepSeek-R1-Distill-Qwen-32B")),
    "qwen-2.5-72b": ("Qwen2.5-72B", "qwen", QWEN_LARGE, ("qwen2.5-72b-instruct",)),
    "qwen-3-4b": ("Qwen3-4B", "qwen", QWEN | TIED, ("Qwen3-4B-Instruct-2507",)),
    "qwen-3-14b": ("Qwen3-14B", "qwen", QWEN, ()),
    "gemma-2b": ("Gemma-2b", "gemma", TIED, ("gemma-2b-it",)),
    "gemma-7b": ("Gemma-7b", "gemma", TIED, ("gemma-7b-it", "codegemma-7b-it")),
    "gemma-2-2b": ("Gemma-2-2b", "gemma", TIED, ("gemma-2-2b-it",)),
    "gemma-2-9b": ("Gemma-2-9b", "gemma", TIED, ("gemma-2-9b-it",)),
    "gemma-2-27b": ("Gemma-2-27b", "gemma", TIED, ("gemma-2-27b-it",)),
    "gemma-3-1b": ("Gemma-3-1b-it", "gemma", TIED, ("gemma-3-1b-it",)),
    "gemma-3-4b": ("Gemma-3-4b-it", "gemma", TIED, ("gemma-3-4b-it",)),
    "gemma-3-12b": ("Gemma-3-12b-it", "gemma", TIED, ("gemma-3-12b-it",)),
    "gemma-3-27b": ("Gemma-3-27b-it", "gemma", TIED, ("gemma-3-27b-it",)),
    "falcon-7b": ("falcon-7b", "falcon", {"gated": False, **TIED}, ("falcon-7b-instruct",)),
    "falcon-40b": ("falcon-40b", "falcon", {"gated": False, **TIED}, ("falcon-40b-instruct",)),
    "falcon-180b": ("falcon-180B", "falcon", {"gated": False, **TIED}, ("falcon-180b-chat",)),
    "falcon-3-1b": ("Falcon3-1B-Base", "falcon", {}, ("Falcon3-1B-Instruct",)),
    "falcon-3-3b": ("Falcon3-3B-Base", "falcon", {}, ("Falcon3-3B-Instruct",)),
    "falcon-3-7b": ("Falcon3-7B-Base", "falcon", {}, ("Falcon3-7B-Instruct",)),
    "falcon-3-10b": ("Falcon3-10B-Base", "falcon", {}, ("Falcon3-10B-Instruct",)),
    "pythia-160m": ("pythia-160m", "gpt-neox", NEOX, ("pythia-160m-deduped",)),
    "pythia-410m": ("pythia-410m", "gpt-neox", NEOX, ("pythia-410m-deduped",)),
    "pythia-1b": ("pythia-1b", "gpt-neox", NEOX, ("pythia-1b-deduped",)),
    "pythia-1.4b": ("pythia-1.4b", "gpt-neox", NEOX, ("pythia-1.4b-deduped",)),
    "pythia-2.8b": ("pythia-2.8b", "gpt-neox", NEOX, ("pythia-2.8b-deduped",)),
    "pythia-6.9b": ("pythia-6.9b", "gpt-neox", NEOX | {"vocabulary": 50_432}, ("pythia-6.9b-deduped",)),
    "pythia-12b": ("pythia-12b", "gpt-neox", NEOX | {"vocabulary": 50_688}, ("pythia-12b-deduped", "dolly-v2-12b")),
    "phi-1.5": ("phi-1_5", "phi", {"gated": False, "vocabulary": 51_200}, ()),
    "phi-2": ("phi-2", "phi", {"gated": False, "vocabulary": 51_200}, ()),
    "phi-3-mini": ("Phi-3-mini-4k-instruct", "phi", {"vocabulary": 32_064}, ("Phi-3-mini-128k-instruct", "Phi-3.5-mini-instruct")),
    "phi-4": ("phi-4", "phi", {}, ("phi-4-reasoning", "phi-4-reasoning-plus")),
    "phi-4-mini": ("Phi-4-mini-instruct", "phi", {"vocabulary": 200_064, **TIED}, ("phi-4-mini-reasoning",)),
    "olmo-2-7b": ("OLMo-2-1124-7B", "olmo", {"vocabulary": 100_352}, ("OLMo-2-1124-7B-Instruct",)),
    "olmo-2-13b": ("OLMo-2-1124-13B", "olmo", {"vocabulary": 100_352}, ("OLMo-2-1124-13B-Instruct",)),
    "smollm-2-135m": ("SmolLM2-135M", "llama", TIED, ("SmolLM2-135M-Instruct",)),
    "smollm-2-360m": ("SmolLM2-360M", "llama", TIED, ("SmolLM2-360M-Instruct",)),
    "smollm-2-1.7b": ("SmolLM2-1.7B", "llama", TIED, ("SmolLM2-1.7B-Instruct",)),
    "stablelm-3b-4e1t": ("stablelm-3b-4e1t", "stablelm", {"vocabulary": 50_304}, ("stablelm-zephyr-3b",)),
}  # fmt: skip

MLA: dict[str, Any] = {"q_lora_rank": 1536, "kv_rope_dim": 64, "nope_dim": 128, "value_dim": 128, "head_dim": 128, "shared_experts": 1}

AICONFIGURATOR: dict[str, tuple[str, str, dict[str, Any], tuple[str, ...]]] = {
    "qwen-3-0.6b": ("Qwen/Qwen3-0.6B", "qwen", TIED, ()),
    "qwen-3-1.7b": ("Qwen/Qwen3-1.7B", "qwen", TIED, ()),
    "qwen-3-8b": ("Qwen/Qwen3-8B", "qwen", {}, ("DeepSeek-R1-0528-Qwen3-8B",)),
    "qwen-3-32b": ("Qwen/Qwen3-32B", "qwen", {}, ()),
    "qwen-3-30b-a3b": ("Qwen/Qwen3-30B-A3B", "qwen", {}, ("Qwen3-30B-A3B-Instruct-2507",)),
    "qwen-3-235b-a22b": ("Qwen/Qwen3-235B-A22B", "qwen", {}, ("Qwen3-235B-A22B-Instruct-2507",)),
    "qwen-3-coder-480b-a35b": ("Qwen/Qwen3-Coder-480B-A35B-Instruct", "qwen", {}, ()),
    "deepseek-v3": ("deepseek-ai/DeepSeek-V3", "deepseek", MLA | {"dense_layers": 3}, ("DeepSeek-V3-0324", "DeepSeek-V3.1", "DeepSeek-V3-Base")),
    "deepseek-r1": ("deepseek-ai/DeepSeek-R1", "deepseek", MLA | {"dense_layers": 3}, ("DeepSeek-R1-0528",)),
    "kimi-k2": ("moonshotai/Kimi-K2-Instruct", "deepseek", MLA | {"dense_layers": 1}, ("Kimi-K2-Base",)),
    "llama-4-scout": ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama", {"shared_experts": 1}, ("Llama-4-Scout-17B-16E",)),
    "llama-4-maverick": ("meta-llama/Llama-4-Maverick-17B-128E-Instruct", "llama",
                         {"shared_experts": 1, "expert_every": 2, "expert_width": 8192, "intermediate": 16_384}, ("Llama-4-Maverick-17B-128E",)),
    "minimax-m2.5": ("MiniMaxAI/MiniMax-M2.5", "minimax", {}, ("minimax-m2.7",)),
}  # fmt: skip
