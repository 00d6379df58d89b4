"""For tests of this library and of code on top of it (extra ``testing``).

`packing.testing.strategies` has hypothesis strategies for whole problems and their parts,
`packing.testing.conformance` the checks that every solving strategy has to pass, and
`packing.testing.exhaustive` a search through all placements of tiny problems, which some of these checks ask.
`packing.testing.fleet_machine` is a state machine of fleets. It and the strategies need hypothesis.
"""
