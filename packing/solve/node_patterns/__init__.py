"""Column generation over the contents of whole nodes, where a node is a single bin.

The core knows bins and items only: `problem.py` (what is solved), `room.py` (one bin as arrays), `quick.py` and `exact.py` with
`tables.py` and `relaxed.py` (contents without and with proof), `master.py` and `generate.py` (linear program and pricing in turn),
`prices.py` (the bound), `dive.py` and `finish.py` (whole numbers), `solve.py` (the order of it all). `translate.py`, `compose.py` and
`strategy.py` tie it to compiled problems.
"""
