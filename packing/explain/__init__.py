"""Explain: why a placement is as it is, why there is none, and what would change it."""
