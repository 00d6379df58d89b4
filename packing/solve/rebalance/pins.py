"""Pins that can be held. The others are given up before the search, so that everything in it holds the same ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from packing.compile.current import notice
from packing.compile.data import Compiled
from packing.compile.home import HomeNode
from packing.errors import Fault
from packing.solve.greedy.economy import Economy
from packing.solve.rebalance.mend import kept

LOST = "The copy is pinned, but cannot stay: a rule, the stock or the number of copies forbids it."


def tenable(compiled: Compiled) -> tuple[Compiled, tuple[Fault, ...]]:
    """The problem with only those copies pinned that stay in the first answer; and a notice for each of the others."""
    home = compiled.home
    if home is None or not any(copy.pinned for node in home.nodes for copy in node.copies):
        return compiled, ()
    plan = kept(compiled, Economy(compiled)).plan()
    left = {node.home: Counter(node.copies) for node in plan.nodes}
    notices: list[Fault] = []

    def held(number: int, node: HomeNode) -> HomeNode:
        here = left.get(number, Counter())
        copies = []
        for copy in node.copies:
            stays = copy.pinned and here[copy.candidate, copy.accelerators] > 0
            here[copy.candidate, copy.accelerators] -= stays
            if copy.pinned and not stays:
                name = f"{compiled.models[compiled.candidates[copy.candidate].model].name}#{copy.number}"
                notices.append(notice(f"copies[{name}]", node.name, LOST))
            copies.append(replace(copy, pinned=stays))
        return replace(node, copies=tuple(copies))

    nodes = tuple(held(number, node) for number, node in enumerate(home.nodes))
    return replace(compiled, home=replace(home, nodes=nodes)), tuple(notices)
