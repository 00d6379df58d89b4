"""Sizes of problems, in copies, at which the search goes another way."""

EXACT_ALONE = 40
"""Up to so many copies the exact formulation alone is quicker than anything that could come before it (measured: 4 to 30 times)."""
EXACT_COPIES = 150
"""Problems with no more copies than this are small: `auto` takes them to the exact formulation, and proves most."""
