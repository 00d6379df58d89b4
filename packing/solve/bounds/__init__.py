"""Proven lower bounds, for every size."""
