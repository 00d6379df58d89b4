"""Small inputs that tests change: plain data, so that a test reads like a file."""

from __future__ import annotations

import copy
from typing import Any

from packing.describe import problem_from
from packing.errors import Fault, ProblemError

MODE = {"accelerator": "X1", "memory_per_accelerator": "5GiB", "requests_per_second": 2}
TYPE = {"name": "lab", "accelerator": "X1", "accelerators": 4, "memory_per_accelerator": "80GiB", "price_per_hour": 3}
GOOD: dict[str, Any] = {
    "slots": 2,
    "tenants": [{"name": "acme"}, {"name": "globex"}],
    "instance_types": [TYPE],
    "fleet": [{"instance_type": "lab", "count": 3}],
    "models": [{"name": "bot", "tenant": "acme", "modes": [MODE], "traffic": [1, 2]}, {"name": "other", "modes": [MODE]}],
}

# The YAML example of the project's contract: its facts, plus what it leaves out (the second tenant).
CONTRACT = """
schema_version: 1
name: support-platform
slots: 24
weights: {model_size: 0, performance: 0.3, isolation: 0.2, cost: 0.4, scalability: 0.1}
tenants:
  - {name: acme, isolation: instance, conflicts_with: [globex]}
  - {name: globex}
instance_types:
  - {name: lab.8gpu, accelerator: A100-80GB, accelerators: 8, memory_per_accelerator: 80GiB, vcpus: 96, host_memory: 1152GiB,
     price_per_hour: 27.4, sharing: memory, resources: {licence: 4}}
fleet:
  - {instance_type: ml.g5.12xlarge, count: 10, zone: us-east-1a}
  - {instance_type: lab.8gpu, count: 4, owned: true}
models:
  - name: acme-summary
    tenant: acme
    architecture: llama-2-70b
    precision: bf16
    framework: vllm
    traffic: {requests_per_second: 4.0, input_tokens: 1500, output_tokens: 250}
    slo: {ttft_ms: 1500, tpot_ms: 60}
    streaming: true
    copies: {min: 2, max: 12}
    isolation: endpoint
    priority: 100
    max_copies_per_node: 1
    min_zones: 2
    cold_start_s: 0
  - name: small-bot
    tenant: globex
    modes:
      - {accelerator: A10G, accelerators: 1, memory_per_accelerator: 5GiB, compute_share: 0.2, vcpus: 2, host_memory: 8GiB,
         requests_per_second: 6, ttft_ms: 180, tpot_ms: 25, resources: {licence: 1}}
    copies: 3
    hosting: [multi_model, inference_component]
"""


def changed(*path: int | str, to: Any) -> dict[str, Any]:
    """GOOD with one value set."""
    data = copy.deepcopy(GOOD)
    here: Any = data
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = to
    return data


def faults_in(data: Any) -> tuple[Fault, ...]:
    """Faults of plain data; none where it is a problem."""
    try:
        problem_from(data)
    except ProblemError as error:
        return error.faults
    return ()


def codes_in(data: Any) -> list[str]:
    """Codes of the faults, sorted."""
    return sorted(fault.code for fault in faults_in(data))
