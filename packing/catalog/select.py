"""The catalogue as rows that can be listed and filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, get_args

from packing.catalog.load import accelerators, architectures, offers
from packing.catalog.types import Accelerator, Architecture, Offer, Provenance
from packing.domain.faults import did_you_mean, shown
from packing.domain.units import UnitError, memory_fraction
from packing.errors import Fault, ProblemError

Kind = Literal["instances", "accelerators", "architectures"]
Row = dict[str, Any]
Test = Callable[[Row, Any], bool]


def _same(column: str) -> Test:
    return lambda row, wanted: str(row[column]).lower() == str(wanted).lower()


def _at_least(column: str) -> Test:
    return lambda row, least: row[column] is not None and row[column] >= least


def _at_most(column: str) -> Test:
    return lambda row, most: row[column] is not None and row[column] <= most


FILTERS: dict[str, dict[str, Test]] = {
    "instances": {
        "cloud": _same("cloud"),
        "region": _same("region"),
        "accelerator": lambda row, wanted: str(row["accelerator"] or "none").lower() == str(wanted or "none").lower(),
        "min_accelerators": _at_least("accelerators"),
        "max_accelerators": _at_most("accelerators"),
        "min_memory": _at_least("memory_per_accelerator"),
        "min_host_memory": _at_least("host_memory"),
        "min_vcpus": _at_least("vcpus"),
        "max_price": _at_most("price_per_hour"),
        "hosts_endpoints": lambda row, wanted: row["hosts_endpoints"] is bool(wanted),
    },
    "accelerators": {
        "vendor": _same("vendor"),
        "accelerator_kind": _same("kind"),
        "min_memory": _at_least("usable_memory"),
        "mig": lambda row, wanted: bool(row["mig_profiles"]) is bool(wanted),
    },
    "architectures": {
        "family": _same("family"),
        "architecture_kind": _same("kind"),
        "min_parameters": _at_least("parameters"),
        "max_parameters": _at_most("parameters"),
    },
}
"""By kind, what rows can be filtered by. Memory is bytes or text such as 40GiB, and that of one accelerator."""


def select(kind: Kind = "instances", text: str | None = None, **filters: Any) -> list[Row]:
    """Rows of the catalogue that match.

    Parameters
    ----------
    kind : ``instances``, ``accelerators`` or ``architectures``.
    text : words that must all occur in the row's name, aliases, accelerator or family; case does not matter.
    filters : see `FILTERS`; a filter that is None is as if it were not given. A row that lacks the figure that a
        filter compares (a price, say) does not match.

    Returns
    -------
    rows as plain mappings, by name. Memory in bytes, prices in USD per hour, bandwidths in bytes/s, compute in FLOP/s.

    Raises
    ------
    ProblemError : of an unknown kind or filter, or of an amount of memory that cannot be read.
    """
    if kind not in get_args(Kind):
        known = ", ".join(get_args(Kind))
        raise ProblemError([Fault("bad_option", "kind", shown(kind), "The catalogue has no such part.", f"One of: {known}.")])
    wanted = _read_filters(kind, {name: value for name, value in filters.items() if value is not None})
    words = (text or "").lower().split()
    return [row for row in _rows(kind) if all(FILTERS[kind][name](row, value) for name, value in wanted.items()) and _has(row, words)]


def _read_filters(kind: str, filters: dict[str, Any]) -> dict[str, Any]:
    faults, wanted = [], {}
    for name, value in filters.items():
        if name not in FILTERS[kind]:
            action = did_you_mean(name, FILTERS[kind], f"Known: {', '.join(FILTERS[kind])}.")
            faults.append(Fault("bad_option", name, shown(value), f"{kind.capitalize()} cannot be filtered by this.", action))
            continue
        try:
            wanted[name] = memory_fraction(value) if name.endswith("memory") else value
        except UnitError as error:
            faults.append(Fault(error.kind, name, shown(value), error.cause, error.action))
        if name.startswith(("min_", "max_")) and not name.endswith("memory") and not isinstance(value, int | float):
            faults.append(Fault("bad_option", name, shown(value), "A number is needed.", "Give a number."))
    if faults:
        raise ProblemError(faults)
    return wanted


def _has(row: Row, words: Iterable[str]) -> bool:
    parts = (row["name"], row.get("accelerator") or "", row.get("family", ""), row.get("huggingface", ""), *row.get("aliases", ()))
    searched = " ".join(parts).lower()
    return all(word in searched for word in words)


def _rows(kind: str) -> Iterable[Row]:
    if kind == "accelerators":
        return map(_accelerator_row, accelerators().values())
    if kind == "architectures":
        return map(_architecture_row, architectures().values())
    return map(_offer_row, offers().values())


def _offer_row(offer: Offer) -> Row:
    instance, price = offer.instance, offer.price_provenance
    return {
        "name": instance.name,
        "cloud": offer.cloud,
        "region": offer.region,
        "accelerator": instance.accelerator,
        "accelerators": instance.accelerators,
        "accelerator_kind": instance.accelerator_kind.value if instance.accelerator else None,
        "memory_per_accelerator": instance.memory_per_accelerator,
        "vcpus": instance.vcpus,
        "host_memory": instance.host_memory,
        "network": offer.network,
        "local_disk": offer.local_disk,
        "hosts_endpoints": offer.hosts_endpoints,
        "price_per_hour": instance.price_per_hour,
        "price_source": price.source if price else None,
        "price_date": price.date if price else None,
        "price_derived": price.derived if price else None,
        "shape_source": offer.shape_provenance.source,
        "shape_date": offer.shape_provenance.date,
    }


def _accelerator_row(accelerator: Accelerator) -> Row:
    return {
        "name": accelerator.name,
        "vendor": accelerator.vendor,
        "kind": accelerator.kind.value,
        "memory": accelerator.memory,
        "usable_memory": accelerator.usable_memory,
        "bandwidth": accelerator.bandwidth,
        "flops": dict(accelerator.flops),
        "link": accelerator.link,
        "host_link": accelerator.host_link,
        "mig_profiles": [profile.name for profile in accelerator.mig.profiles] if accelerator.mig else [],
        **_sources(accelerator.provenance),
    }


def _architecture_row(architecture: Architecture) -> Row:
    return {**architecture.model_dump(exclude={"provenance", "aliases"}), "aliases": list(architecture.aliases), **_sources(architecture.provenance)}


def _sources(provenance: Iterable[Provenance]) -> Row:
    """Where the figures are from: one line each, naming the figures where it does not speak for all of them."""
    found = list(provenance)
    return {
        "sources": [f"{', '.join(each.figures)}: {each.source}" if each.figures else each.source for each in found],
        "date": max((each.date for each in found), default=""),
        "derived": sorted({figure for each in found if each.derived for figure in each.figures or ("all",)}),
    }
