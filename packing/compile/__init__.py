"""Compile: an expanded problem becomes integers; every index has a way back to a name."""
