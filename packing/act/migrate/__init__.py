"""Migrate: an order for the way from one placement to another in which every intermediate state is valid."""

from packing.act.migrate.plan import plan_migration
from packing.act.migrate.public import read_migration, replay_migration, state_after

__all__ = ["plan_migration", "read_migration", "replay_migration", "state_after"]
