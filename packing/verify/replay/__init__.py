"""Replay: checks a migration state by state, independently of the planner."""

from packing.verify.replay.after import state_after
from packing.verify.replay.replay import Replay, refuse_stale, replay

__all__ = ["Replay", "refuse_stale", "replay", "state_after"]
