"""Moving running copies between fixed nodes: the search behind the machine reassignment benchmark (docs/design/reassignment.md)."""

from packing.solve.reassign.problem import Balance, Machine, Process, Reassignment, Resource, Service, Weights
from packing.solve.reassign.search import Outcome, reassign

__all__ = ["Balance", "Machine", "Outcome", "Process", "Reassignment", "Resource", "Service", "Weights", "reassign"]
