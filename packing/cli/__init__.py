"""The command `packing`: one file per verb, thin over the library."""

from packing.cli.run import main

__all__ = ["main"]
