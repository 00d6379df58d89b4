"""Moving running copies between fixed nodes: the search behind the machine reassignment benchmark (docs/design/reassignment.md)."""

from benchmarks.reassign.problem import Balance, Machine, Process, Reassignment, Resource, Service, Weights
from benchmarks.reassign.search import Outcome, reassign

__all__ = ["Balance", "Machine", "Outcome", "Process", "Reassignment", "Resource", "Service", "Weights", "reassign"]
