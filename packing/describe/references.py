"""Names: each given once, and each one that is used must exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from packing.describe.architectures import Architectures
from packing.describe.calibration import calibration_of
from packing.describe.draft import SECTIONS, Draft
from packing.describe.known import InstanceTypes, accelerators
from packing.domain.faults import did_you_mean, shown
from packing.domain.hardware import Pool
from packing.domain.workload import Mode
from packing.errors import Fault, ProblemError

_ONE = {"tenants": "tenant", "instance_types": "instance type", "fleet": "pool", "models": "model"}


def duplicates(draft: Draft) -> Iterator[Fault]:
    """Two things of one kind with one name; pools are told apart by their labels."""
    for section in SECTIONS:
        named = [(at, pool.label) for at, pool in draft.each("fleet")] if section == "fleet" else draft.names(section)
        first: dict[str, int] = {}
        for at, name in named:
            if name not in first:
                first[name] = at
                continue
            where = draft.where(section, at) if section == "fleet" else draft.where(section, at, "name")
            action = "Give each pool a name of its own, or add up their counts." if section == "fleet" else "Rename one of them."
            yield Fault("duplicate_name", where, name, f"The {_ONE[section]} {section}[{first[name]}] has the same name.", action)


def tenants(draft: Draft) -> Iterator[Fault]:
    """Tenants that are named by models and by other tenants."""
    if ("tenants",) in draft.doubtful:
        return
    known = {name for _, name in draft.names("tenants")}
    for at, model in draft.each("models"):
        if model.tenant is not None and model.tenant not in known:
            yield _unknown_tenant(draft.where("models", at, "tenant"), model.tenant, known)
    for at, tenant in draft.each("tenants"):
        for position, other in enumerate(tenant.conflicts_with):
            if other != tenant.name and other in known:
                continue  # its place is put into words only where it is needed: there may be half a million of them
            where = draft.where("tenants", at, "conflicts_with", position)
            if other == tenant.name:
                cause = "A tenant cannot be in conflict with itself."
                yield Fault("contradiction", where, other, cause, "Take it out; for models that share nothing use isolation.")
            else:
                yield _unknown_tenant(where, other, known)


def _unknown_tenant(where: str, name: str, known: set[str]) -> Fault:
    return Fault("unknown_tenant", where, name, "No tenant of this name is declared.", did_you_mean(name, known, "Declare it under tenants."))


def instance_types(draft: Draft) -> Iterator[Fault]:
    """Instance types that are named by pools, and whether they have a price."""
    declared = {name for _, name in draft.names("instance_types")}
    types, readable = InstanceTypes(draft.problem), {kind.name for kind in draft.problem.instance_types}
    for at, pool in draft.each("fleet"):
        found = types.find(pool.instance_type) if pool.instance_type not in declared or pool.instance_type in readable else None
        if found is None and pool.instance_type not in declared and ("instance_types",) not in draft.doubtful:
            advice = did_you_mean(pool.instance_type, types.names(), "Declare it under instance_types, or see `packing catalog`.")
            cause = "Neither the file nor the catalogue has this instance type."
            yield Fault("unknown_instance_type", draft.where("fleet", at, "instance_type"), pool.instance_type, cause, advice)
        if found is not None and pool.price_per_hour is None and found.price_per_hour is None and not _price_in_doubt(draft, at, pool):
            cause = "Neither this pool nor its instance type has a price."
            action = "Add price_per_hour (USD) to the pool or to the instance type; 0 if it costs nothing."
            yield Fault("no_price", draft.where("fleet", at), pool.instance_type, cause, action)


def _price_in_doubt(draft: Draft, at: int, pool: Pool) -> bool:
    of_type = (position for position, kind in draft.each("instance_types") if kind.name == pool.instance_type)
    return draft.doubts("fleet", at, "price_per_hour") or any(draft.doubts("instance_types", each, "price_per_hour") for each in of_type)


def accelerator_kinds(draft: Draft) -> Iterator[Fault]:
    """Accelerators that modes ask for: of the fleet, or at least of the catalogue."""
    types = InstanceTypes(draft.problem)
    known = {kind.accelerator for kind in (*draft.problem.instance_types, *types.of_fleet(draft.problem.fleet)) if kind.accelerator}
    if draft.unread("instance_types") or draft.unread("fleet"):
        return
    for at, model in draft.each("models"):
        places: list[tuple[tuple[int | str, ...], Mode]] = [(("modes", position), mode) for position, mode in enumerate(model.modes)]
        places += [(("degrade", "modes", position), mode) for position, mode in enumerate(model.degrade.modes)]
        for place, mode in places:
            if mode.accelerator is None or mode.accelerator in known or mode.accelerator in accelerators():
                continue
            where = draft.where("models", at, *place, "accelerator")
            advice = did_you_mean(mode.accelerator, {*known, *accelerators()}, "Name the accelerator as the instance type does.")
            yield Fault("unknown_accelerator", where, mode.accelerator, "Neither the fleet nor the catalogue has this accelerator.", advice)


def architectures(draft: Draft, resolver: Architectures) -> Iterator[Fault]:
    """Architectures that models name, or whose facts they give."""
    for at, model in draft.each("models"):
        if model.architecture is None:
            continue
        try:
            resolver.resolve(model.architecture)
        except ProblemError as error:
            here = draft.where("models", at, "architecture")
            for fault in error.faults:
                where = here if fault.where in {"", "(top level)"} else f"{here}.{fault.where}"
                yield Fault(fault.code, where, fault.value or shown(model.architecture), fault.cause, fault.action)


def contexts(draft: Draft, resolver: Architectures) -> Iterator[Fault]:
    """Requests longer than their model's context; only where modes are derived. Relative positions (encoder-decoders) set no limit."""
    for at, model in draft.each("models"):
        if model.architecture is None or model.modes or model.traffic is None:
            continue
        try:
            facts = resolver.resolve(model.architecture)
        except ProblemError:
            continue  # told by `architectures`
        tokens = model.traffic.input_tokens + (model.traffic.output_tokens if facts.kind == "decoder" else 0.0)
        if facts.kind in ("decoder", "encoder") and 0 < facts.max_positions < tokens:
            cause = f"A request of {tokens:,g} tokens is longer than the context of {facts.name}, {facts.max_positions:,} tokens."
            where = draft.where("models", at, "traffic") + ".input_tokens"
            yield Fault("contradiction", where, f"{model.traffic.input_tokens:g}", cause, "State shorter requests, or a model with a longer context.")


def calibration(draft: Draft, resolver: Architectures) -> Iterator[Fault]:
    """The calibration that a problem names or holds."""
    try:
        calibration_of(draft.problem, resolver.base)
    except ProblemError as error:
        for fault in error.faults:
            inner = fault.where not in {"", "(top level)"} and fault.code == "bad_calibration"
            yield replace(
                fault, where=f"calibration.{fault.where}" if inner else "calibration", value=fault.value or shown(draft.problem.calibration)
            )


def precisions(draft: Draft) -> Iterator[Fault]:
    """Precisions from which modes are to be derived."""
    deriving = [(at, model) for at, model in draft.each("models") if model.architecture is not None and not model.modes]
    if not deriving:
        return
    from packing.capacity.precision import PRECISIONS

    for at, model in deriving:
        for place, names in ((("precision",), model.precision), (("degrade", "precision"), model.degrade.precision)):
            for name in names:
                if name not in PRECISIONS:
                    advice = did_you_mean(name, set(PRECISIONS), f"Use one of {', '.join(PRECISIONS)}.")
                    yield Fault("bad_value", draft.where("models", at, *place), name, "No law is known for this precision.", advice)
