"""Describe: figures of real accelerators, instance types and model architectures, with source and date."""

from packing.catalog.find import find_architecture
from packing.catalog.load import accelerators, architectures, offers
from packing.catalog.types import Accelerator, Architecture, Offer, Provenance

__all__ = ["Accelerator", "Architecture", "Offer", "Provenance", "accelerators", "architectures", "find_architecture", "offers"]
