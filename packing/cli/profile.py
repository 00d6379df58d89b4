"""`packing profile`: from a request log or a table of rates to the traffic of a fleet file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packing.cli import options
from packing.cli.files import FLEET_FORMATS, refuse_unwritable, write_file
from packing.cli.output import emit, say
from packing.domain.json_text import json_text

if TYPE_CHECKING:
    from fractions import Fraction

    from packing.domain.problem import Problem
    from packing.forecast import Forecast


FILES = (*FLEET_FORMATS, "")
"""Endings of what is written; without one it is YAML."""


class Silence(StrEnum):
    """What a slot without a line means."""

    UNKNOWN = "unknown"
    ZERO = "zero"


class Of(StrEnum):
    """What a quantile is a share of."""

    SLOTS = "slots"
    REQUESTS = "requests"


class Lengths(StrEnum):
    """Which length of the requests goes into the traffic."""

    MEAN = "mean"
    QUANTILE = "quantile"


def command(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="Request log or table of rates (CSV or JSON lines, also .gz).", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT", help="Write the profiles (with --into: the fleet).", show_default=False)
    ] = None,
    into: Annotated[
        Path | None, typer.Option(metavar="FLEET", help="Fleet file whose traffic is replaced; written to OUT.", show_default=False)
    ] = None,
    slots: Annotated[int, typer.Option(metavar="N", help="Slots in a cycle: 24 for a day of hours, 168 for a week.")] = 24,
    slot_hours: Annotated[float, typer.Option(metavar="H", help="Length of a slot.")] = 1.0,
    last: Annotated[float | None, typer.Option(metavar="H", help="Plan from the last so many hours only; default: all.", show_default=False)] = None,
    quantile: Annotated[
        float, typer.Option(metavar="Q", help="Share of the slots (or requests, see --of) that is to lie within the profile.")
    ] = 0.95,
    of: Annotated[Of, typer.Option(help="What the quantile is a share of: slots, or requests within the profile.")] = Of.SLOTS,
    neighbours: Annotated[int, typer.Option(metavar="N", help="Slots before and after that count as observations of a slot.")] = 0,
    margin: Annotated[str, typer.Option(metavar="F", help="Factor on top, or 'backtest': what days left out would have needed.")] = "1",
    pooled: Annotated[bool, typer.Option("--pooled", help="Plan the sum of all models (shared nodes), and give each its part.")] = False,
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="Of the slots, and of times without an offset.")] = "UTC",
    silence: Annotated[Silence, typer.Option(help="What a slot without a line between the first and the last means.")] = Silence.ZERO,
    lengths: Annotated[Lengths, typer.Option(help="Which input and output lengths are planned with.")] = Lengths.MEAN,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="MEANING=NAME", help="A column: time, model, tenant, input, output, rate, id.", show_default=False),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The model of a log that names none; default: the file's name.", show_default=False)
    ] = None,
    tolerance: Annotated[float, typer.Option(metavar="S", help="Seconds that a line may be out of order without being mentioned.")] = 60.0,
    as_json: options.AsJson = False,
    everything: options.All = False,
    quiet: options.Quiet = False,
) -> None:
    """Turn a history of requests into traffic profiles per model, with margins; see docs/profile.md."""
    from packing.errors import ProblemError
    from packing.forecast import forecast, read_history
    from packing.forecast.document import document

    columns, factor = _checked(log, output, into, column or [], margin)
    fleet = _fleet(into) if into is not None else None
    history = read_history(
        log, slots=slots, slot_hours=slot_hours, time_zone=time_zone, quantile=quantile, columns=columns, name=name,
        silence_is_zero=silence is Silence.ZERO, tolerance_s=tolerance,
    )  # fmt: skip
    history = history if last is None else history.last(last)
    made = forecast(history, quantile, of=of.value, neighbours=neighbours, margin=factor)
    weights, shared = (None, history.models) if fleet is None or not pooled else _weights(fleet[1], history.models)
    rates: dict[str, Any] = {each: found.rates for each, found in made.models.items()}
    if pooled:
        rates |= made.pooled(shared, weights)
    data = document(made, rates, pooled=pooled, typical=lengths is Lengths.MEAN)
    text = _dump(data, output)
    if fleet is not None and into is not None:
        text = _merged(fleet[0], data, into, output, quiet=quiet)
    if output is not None:
        write_file(output, text)
    if as_json:
        emit(json_text(data))
    elif not quiet:
        _show(made, rates, shared, weights, everything=everything, pooled=pooled)
    if output is not None and not quiet:
        say(f"written to {output}")
    if quiet and not as_json and output is None:
        raise ProblemError([_nothing_to_do()])


def _checked(log: Path, output: Path | None, into: Path | None, column: list[str], margin: str) -> tuple[dict[str, str], float | str]:
    """Meaning → column, and the margin; or all that is wrong with the options."""
    from packing.errors import Fault, ProblemError

    faults = refuse_unwritable(output, "--output", FILES, inputs=[log, into])
    if into is not None and output is None:
        faults.append(Fault("bad_option", "--into", str(into), "The fleet with the new traffic has to be written somewhere.", "Say -o NEW.yaml."))
    columns = {}
    for each in column:
        meaning, equals, named = each.partition("=")
        if not equals or not meaning or not named:
            faults.append(Fault("bad_option", "--column", each, "This does not say which column means what.", "Write --column time=created."))
        columns[meaning] = named
    factor: float | str = margin
    if margin != "backtest":
        try:
            factor = float(margin)
        except ValueError:
            faults.append(Fault("bad_option", "--margin", margin, "This is neither a factor nor the word backtest.", "Give 1.1 for 10 % more."))
    if faults:
        raise ProblemError(faults)
    return columns, factor


def _fleet(path: Path) -> tuple[Any, Problem]:
    """The plain data of a fleet file, and the problem that it describes."""
    from packing.describe import read_problem
    from packing.describe.parsing import parse
    from packing.describe.text import read_text

    problem = read_problem(path)
    return parse(read_text(path), str(path))[0], problem


def _weights(problem: Problem, models: tuple[str, ...]) -> tuple[dict[str, Fraction], tuple[str, ...]]:
    """By model of both, bytes of accelerator memory per request/s, in the mode that needs the fewest; and who they are."""
    from fractions import Fraction

    from packing.describe import expand
    from packing.domain.units import MICRO
    from packing.errors import Fault, ProblemError

    found: dict[str, Fraction] = {}
    faults = []
    for model in expand(problem).problem.models:
        if model.name not in models:
            continue
        needs = [Fraction(mode.size * MICRO, mode.rps_micro) for mode in model.modes if mode.rps_micro]
        if needs:
            found[model.name] = min(needs)
        else:
            cause = "None of its modes says how many requests it serves, so that its part of a pool has no size."
            faults.append(
                Fault("throughput_unknown", f"models {model.name}", "", cause, "Give requests_per_second in its modes, or leave out --pooled.")
            )
    if faults:
        raise ProblemError(faults)
    return found, tuple(each for each in models if each in found)


def _merged(data: Any, profiles: dict[str, Any], into: Path, output: Path | None, *, quiet: bool) -> str:
    """The fleet file with the new traffic, checked as any fleet file is."""
    from packing.describe.problem import read
    from packing.errors import ProblemError
    from packing.forecast.document import into_fleet

    made, said = into_fleet(data, profiles)
    _, faults = read(made, into.parent)
    if faults:
        raise ProblemError(faults)
    for each in said if not quiet else []:
        say(f"note: {each}")
    return _dump(made, output)


def _dump(data: dict[str, Any], output: Path | None) -> str:
    """YAML, or JSON where the name says so; inner lists on one line."""
    if output is not None and output.suffix.lower() == ".json":
        return json_text(data) + "\n"
    import yaml

    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=150, default_flow_style=None)
    return text


def _show(
    made: Forecast, rates: dict[str, Any], shared: tuple[str, ...], weights: dict[str, Fraction] | None, *, everything: bool, pooled: bool
) -> None:
    from packing.cli.account import page
    from packing.report.profile import profile_lines

    how = page(everything=everything)
    peak = made.peak_of_sum(shared, weights)
    emit(how.render(profile_lines(made, rates, peak, how, memory=weights is not None, pooled=pooled)))


def _nothing_to_do() -> Any:
    from packing.errors import Fault

    return Fault("bad_option", "--quiet", "", "Nothing is written and nothing is shown.", "Say -o FILE, or leave out --quiet.")
