"""Column generation over the contents of whole nodes."""
