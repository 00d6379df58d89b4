"""Describe: figures of real accelerators, instance types and model architectures, with source and date."""

from packing.catalog.config import architecture_from_config
from packing.catalog.facts import architecture_from_facts
from packing.catalog.find import find_architecture
from packing.catalog.load import accelerators, architectures, offers
from packing.catalog.select import select
from packing.catalog.types import Accelerator, Architecture, Offer, Provenance

__all__ = [
    "Accelerator",
    "Architecture",
    "Offer",
    "Provenance",
    "accelerators",
    "architecture_from_config",
    "architecture_from_facts",
    "architectures",
    "find_architecture",
    "offers",
    "select",
]
