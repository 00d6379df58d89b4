"""What others call the fields of our files: the words of servers, clouds and schedulers, and what each is called here."""

from __future__ import annotations

from collections.abc import Collection

RATE = "traffic.requests_per_second"
OTHER_WORDS: dict[str, tuple[str, ...]] = {
    # what runs
    "quantization": ("precision",), "quantisation": ("precision",), "quant": ("precision",), "dtype": ("precision",), "data_type": ("precision",),
    "weight_precision": ("precision",), "engine": ("framework",), "runtime": ("framework",), "server": ("framework",), "backend": ("framework",),
    "base_model": ("architecture",), "model": ("architecture",), "model_id": ("architecture",), "arch": ("architecture",),
    "hf_model": ("architecture",), "profiles": ("modes",), "owner": ("tenant",), "team": ("tenant",), "customer": ("tenant",),
    # how many
    "replicas": ("copies", "count"), "replica": ("copies",), "instances": ("copies", "count", "fleet"), "num_copies": ("copies",),
    "min_replicas": ("copies.min", "min"), "max_replicas": ("copies.max", "max"), "minimum": ("min",), "maximum": ("max",),
    "stock": ("count",), "quota": ("count",), "quantity": ("count",), "nodes": ("count", "fleet"), "pools": ("fleet",), "number": ("count",),
    # what it needs, and what there is
    "gpu": ("accelerator",), "gpu_type": ("accelerator",), "accelerator_type": ("accelerator",), "device": ("accelerator",),
    "gpus": ("accelerators",), "gpu_count": ("accelerators",), "num_gpus": ("accelerators",), "n_gpus": ("accelerators",), "cards": ("accelerators",),
    "tp": ("accelerators",), "tensor_parallel": ("accelerators",), "tensor_parallel_size": ("accelerators",),
    "memory": ("memory_per_accelerator",), "gpu_memory": ("memory_per_accelerator",), "vram": ("memory_per_accelerator",),
    "accelerator_memory": ("memory_per_accelerator",), "memory_per_gpu": ("memory_per_accelerator",), "ram": ("host_memory",),
    "cpu_memory": ("host_memory",), "system_memory": ("host_memory",), "cpu": ("vcpus",), "cpus": ("vcpus",), "cores": ("vcpus",), "vcpu": ("vcpus",),
    "price": ("price_per_hour",), "cost": ("price_per_hour",), "hourly_price": ("price_per_hour",), "cost_per_hour": ("price_per_hour",),
    "type": ("instance_type",), "machine_type": ("instance_type",), "instance": ("instance_type",), "machine": ("instance_type",),
    "az": ("zone",), "availability_zone": ("zone",), "reserved": ("owned",), "load_time": ("load_s",), "startup_time": ("start_s",),
    # what is asked of it
    "qps": ("requests_per_second", RATE), "rps": ("requests_per_second", RATE), "requests_per_second": (RATE,), "load": ("traffic",),
    "demand": ("traffic",), "rate": ("requests_per_second", RATE), "throughput": ("requests_per_second", RATE),
    "input_tokens": ("traffic.input_tokens",), "output_tokens": ("traffic.output_tokens",), "prompt_tokens": ("input_tokens", "traffic.input_tokens"),
    "completion_tokens": ("output_tokens", "traffic.output_tokens"), "sla": ("slo",), "latency": ("slo",), "ttft": ("ttft_ms", "slo.ttft_ms"),
    "tpot": ("tpot_ms", "slo.tpot_ms"), "itl": ("tpot_ms", "slo.tpot_ms"), "ttft_ms": ("slo.ttft_ms",), "tpot_ms": ("slo.tpot_ms",),
    "cold_start": ("cold_start_s",), "anti_affinity": ("max_copies_per_node",), "zones": ("min_zones",), "blast_radius": ("max_models_per_node",), "exclusive": ("isolation",),
}  # fmt: skip
"""By the other word, in small letters: what may be meant, the likeliest first. ``a.b`` is the field b of the field a."""


def other_word(field: object, known: Collection[str]) -> str | None:
    """What an unknown field is called here, where it is a word of others; None where it is not, or there is no such field here.

    Parameters
    ----------
    field : as it was written.
    known : fields that there are in its place.
    """
    meant = OTHER_WORDS.get(str(field).strip().lower().replace("-", "_").replace(" ", "_"), ())
    return next((name for name in meant if name.partition(".")[0] in known), None)
