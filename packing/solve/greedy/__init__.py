"""Greedy: a good plan at once, for any size."""
