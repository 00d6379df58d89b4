"""Ruin and recreate: empty a few nodes, place their copies again, keep what is better."""
