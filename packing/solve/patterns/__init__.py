"""Patterns: column generation over the contents of one accelerator, nodes as counts (docs/patterns.md)."""
