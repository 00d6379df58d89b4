"""Simulate: what a policy comes to over a timeline of events."""

from packing.act.simulate.run import simulate
from packing.act.simulate.types import Account, Episode, ModelAccount, Simulation, Way

__all__ = ["Account", "Episode", "ModelAccount", "Simulation", "Way", "simulate"]
