"""Describe: the frozen types that everything else speaks in."""
