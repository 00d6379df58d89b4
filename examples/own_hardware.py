"""Machines and measurements of one's own: nothing from the catalogue, accelerators shared, licences counted."""

# ruff: noqa: T201 - an example prints
from __future__ import annotations

import packing as pk


def main() -> None:
    """Two owned machines of eight accelerators, a measured model with a licence, and one that fits nowhere."""
    result = pk.solve_placement(
        {
            "name": "lab",
            "weights": {"cost": 1},
            "instance_types": [
                {
                    "name": "lab.8gpu",
                    "accelerator": "LAB-48",
                    "accelerators": 8,
                    "memory_per_accelerator": "47GiB",
                    "vcpus": 96,
                    "host_memory": "1152GiB",
                    "price_per_hour": 11.5,
                    "sharing": "memory",
                    "resources": {"licence": 4},
                }
            ],
            "fleet": [{"instance_type": "lab.8gpu", "count": 2, "owned": True}],
            "models": [
                {
                    "name": "assistant",
                    "traffic": 40.0,
                    "modes": [
                        {
                            "accelerator": "LAB-48",
                            "memory_per_accelerator": "15GiB",
                            "compute_share": 0.3,
                            "requests_per_second": 6,
                            "resources": {"licence": 1},
                        }
                    ],
                },
                {"name": "embedder", "copies": 6, "modes": [{"accelerator": "LAB-48", "memory_per_accelerator": "2GiB", "compute_share": 0.05}]},
                {"name": "giant", "modes": [{"accelerator": "LAB-48", "accelerators": 16, "memory_per_accelerator": "40GiB"}]},
            ],
        },
        time_limit=5.0,
    )
    print(f"{result.status}: {len(result.placement.copies)} copies on {len(result.placement.nodes)} machines")
    for left in result.unplaced:
        print(f"  left out: {left.copies} x {left.model}")
        for reason in left.reasons:
            print(f"    {reason.rule} ({reason.detail})")


if __name__ == "__main__":
    main()
