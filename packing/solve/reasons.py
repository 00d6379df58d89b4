"""Why copies are missing: the rules that removed candidates, or what stopped the ones that were left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from packing.compile.data import UNLIMITED, Compiled, ModelData, Removed
from packing.domain.dropped import DroppedWay
from packing.domain.placement import Reason, Unplaced
from packing.domain.rules import Rule
from packing.domain.words import Hosting
from packing.solve.plan import Plan, missing_of

MOST_REASONS = 12
OUT_OF_TIME = Reason(rule="unknown", detail="the time limit was reached before a place was looked for; give more time")
REMOTE: dict[str, int] = {Rule.MULTI_MODEL: 1, Rule.COLD_START: 1, Rule.STOCK: 2, Rule.ACCELERATORS: 3}
"""Reasons that say little about what would help come after those that say by how much something is short."""


Dropped = Mapping[str, Sequence[DroppedWay]]
"""By model: ways to run it that the capacity laws dropped."""


def dropped_by_laws(dropped: Dropped) -> tuple[Removed, ...]:
    """The same as candidates that a rule removed."""
    return tuple(
        Removed(name, None, way.accelerator or "CPU", None, str(way.rule), way.detail, way) for name, mine in sorted(dropped.items()) for way in mine
    )


def unplaced(compiled: Compiled, plan: Plan, dropped: Dropped, *, cut: bool = False) -> tuple[Unplaced, ...]:
    """One entry per model with missing copies, the lowest priority first, then by name; `cut`: not everything was tried even once."""
    placed: Counter[int] = Counter()
    rates: Counter[int] = Counter()
    used: Counter[int] = Counter(node.pool for node in plan.nodes)
    for node in plan.nodes:
        for index, _ in node.copies:
            candidate = compiled.candidates[index]
            placed[candidate.model] += 1
            rates[candidate.model] += candidate.rate
    removed: defaultdict[str, list[Removed]] = defaultdict(list)
    for each in compiled.removed:
        removed[each.model].append(each)
    entries = []
    for index, model in enumerate(compiled.models):
        missing = missing_of(model, placed[index], rates[index])
        if missing:
            reasons: tuple[Reason, ...]
            if cut:
                reasons = (OUT_OF_TIME,)
            elif model.candidates:
                reasons = _why_no_more(compiled, model, placed[index], used)
            else:
                reasons = _why_nowhere(removed[model.name], dropped.get(model.name, ()), compiled)
            entries.append((-model.level, model.name, Unplaced(model=model.name, copies=missing, reasons=reasons)))
    return tuple(entry for _, _, entry in sorted(entries, key=lambda each: each[:2]))


def _why_nowhere(mine: list[Removed], dropped: Sequence[DroppedWay], compiled: Compiled) -> tuple[Reason, ...]:
    """No candidate is left: the rules that removed them, what comes closest to fitting first; for accelerators without a mode, why there is none."""
    without = {way.accelerator for way in dropped}
    accelerators = {kind.name: kind.accelerator for kind in compiled.kinds}
    mine = [each for each in mine if not (each.rule == Rule.ACCELERATORS and each.mode is None and accelerators.get(each.pool) in without)]
    whole_options = {removed.hosting for removed in mine if removed.hosting and removed.mode is None and not removed.pool}
    if len(whole_options) < len(Hosting):
        # Some hosting option was open: that others were not is no reason why nothing fits.
        mine = [removed for removed in mine if removed.mode is not None or removed.pool]
    seen: dict[tuple[str, str], None] = {(str(way.rule), way.detail): None for way in dropped}
    for removed in sorted(mine, key=lambda each: REMOTE.get(each.rule, 0)):
        subject = " ".join(part for part in (removed.hosting, removed.pool, "" if removed.mode is None else f"mode {removed.mode}") if part)
        seen.setdefault((removed.rule, f"{subject}: {removed.detail}" if subject else removed.detail))
    found = [Reason(rule=str(rule), detail=detail) for rule, detail in seen]
    if not found:
        found = [Reason(rule=str(Rule.MODE), detail="the model has no mode for any instance type of the fleet")]
    rest = len(found) - MOST_REASONS
    return tuple(found[:MOST_REASONS]) + ((Reason(rule=found[-1].rule, detail=f"and {rest} more of the kind"),) if rest > 0 else ())


def _why_no_more(compiled: Compiled, model: ModelData, placed: int, used: Counter[int]) -> tuple[Reason, ...]:
    """Candidates there are, but no further copy went anywhere."""
    if placed >= model.most:
        return (Reason(rule=str(Rule.COPIES), detail=f"all {placed} copies that it may have are placed, and do not serve its traffic"),)
    reasons: dict[str, Reason] = {}
    for index in model.candidates:
        candidate = compiled.candidates[index]
        kind = compiled.kinds[candidate.kind]
        free = [pool for pool in kind.pools if used[pool] < compiled.pools[pool].stock]
        if free:
            zones = sorted({compiled.zones[compiled.pools[pool].zone] or "(no zone)" for pool in free})
            spread = Rule.SURVIVE if model.max_per_zone < UNLIMITED else Rule.MIN_ZONES if model.min_zones > 1 else None
            rule = spread or Rule.STOCK
            detail = f"{kind.name} is left only in {', '.join(zones)}" if spread else f"{kind.name}: the search ended before a node was opened"
        else:
            total = sum(compiled.pools[pool].stock for pool in kind.pools)
            whose = "" if candidate.hosting is not Hosting.SINGLE_MODEL else " for a node of its own"
            drained = sum(compiled.home.stock[pool] for pool in kind.pools) - total if compiled.home is not None else 0
            also = f" ({drained} more are drained)" if drained else ""
            rule, detail = Rule.STOCK, f"all {total} {kind.name} in stock are in use{also}, and none has room{whose}"
        reasons.setdefault(f"{rule} {kind.name}", Reason(rule=str(rule), detail=detail))
    return tuple(reasons.values())[:MOST_REASONS]
