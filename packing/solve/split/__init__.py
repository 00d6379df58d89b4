"""Many shapes: the problem in parts of comparable composition, each solved by itself, then repaired across the borders."""
