"""One row of measurements: values, names, and whether such figures can be at all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packing.describe.architectures import Architectures
from packing.describe.known import accelerators
from packing.domain.faults import did_you_mean, shown
from packing.errors import Fault, ProblemError

if TYPE_CHECKING:
    from packing.capacity.fit import Measurement
    from packing.catalog.types import Accelerator, Architecture

ALSO_CALLED = {"h100_sxm": "H100", "h100-80gb": "H100", "h100-sxm": "H100", "a100_sxm": "A100-80GB", "h200_sxm": "H200", "b200_sxm": "B200"}
"""Names of accelerators in public data sets."""
OF_A_SERVER = 0.9
"""Share of an accelerator's nominal memory that servers take by default (gpu_memory_utilization)."""
IMPOSSIBLE = 0.05
"""A figure below this share of what the data sheet allows was not measured so (speculative decoding and prefix caches are above it)."""
ABSURD = 2000.0
"""A token that takes this many times as long as the data sheet allows was not measured in the unit stated."""
MEANS = {"", "mean", "avg", "average", "median"}
LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be read. `left_out`: why it is not used; empty: it is."""

    architecture: Architecture
    accelerator: Accelerator
    engine: str
    precision: str
    parallel: int
    prompt: float
    output: float
    clients: int
    served: bool
    ttft_s: float
    tpot_s: float
    rate: float | None
    left_out: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for measurements of one situation."""
        names = (self.architecture.name, self.accelerator.name, self.engine, self.precision)
        return (*names, self.parallel, self.prompt, self.output, self.clients, self.served)

    def measurement(self) -> Measurement:
        """As the capacity laws take it."""
        from packing.capacity.fit import Measurement
        from packing.capacity.target import chip_of

        return Measurement(
            "own", self.engine, self.architecture, chip_of(self.accelerator), int(self.accelerator.memory * OF_A_SERVER), self.precision,
            self.parallel, self.prompt, self.output, self.clients, self.served, self.ttft_s, self.tpot_s,
        )  # fmt: skip


class RowReader:
    """Reads rows; names are looked up once."""

    def __init__(self, resolver: Architectures) -> None:
        self._known = _Known(resolver)

    def read(self, number: int, values: Mapping[str, Any]) -> tuple[Row | None, list[Fault]]:
        """The row with this number, or None and everything that is wrong with it."""
        return _Reading(number, values, self._known).row()


class _Known:
    """What names mean and what hardware allows, looked up once for all rows."""

    def __init__(self, resolver: Architectures) -> None:
        self.resolver = resolver
        self.architectures: dict[str, Architecture] = {}
        self.accelerators = accelerators()
        own = {each.lower(): each for each in self.accelerators}
        self.spelled = own | {other: name for other, name in ALSO_CALLED.items() if name in self.accelerators}
        self._least: dict[tuple[object, ...], tuple[float, float]] = {}

    def least(self, row: Row) -> tuple[float, float]:
        """Seconds that computing the prompt and reading the weights once take at the figures of the data sheet."""
        key = (row.architecture.name, row.accelerator.name, row.precision, row.parallel)
        if key not in self._least:
            from packing.capacity.memory import weight_bytes
            from packing.capacity.precision import PRECISIONS, peak_flops

            facts, chip = row.architecture, row.accelerator
            active = min(1.0, facts.active_parameters / facts.parameters)
            peak = peak_flops(chip.flops, PRECISIONS[row.precision]) or math.inf
            token = weight_bytes(facts, row.precision) * active / (row.parallel * chip.bandwidth)
            self._least[key] = (2 * facts.active_parameters / (row.parallel * peak), token)
        prompt_token, token = self._least[key]
        return prompt_token * row.prompt, token


class _Reading:
    """One row being read."""

    def __init__(self, number: int, values: Mapping[str, Any], known: _Known) -> None:
        self._number, self._values, self._known = number, values, known
        self._faults: list[Fault] = []

    def _fault(self, code: str, column: str, cause: str, action: str) -> None:
        self._faults.append(Fault(code, f"row {self._number}.{column}", shown(self._values.get(column, "")), cause, action))

    def row(self) -> tuple[Row | None, list[Fault]]:
        """The whole of it."""
        architecture, accelerator = self._architecture(), self._accelerator()
        engine, precision = self._engine(), self._precision(accelerator)
        parallel = self._whole("accelerators", 1, 1024, default=1)
        prompt, output = self._number_of("input_tokens", 1, 1e7), self._number_of("output_tokens", 1, 1e7)
        bare = bool(self._values["bare"])
        ttft, tpot = self._seconds("ttft_ms", "prompt_time", bare=bare), self._seconds("tpot_ms", "token_time", bare=bare)
        rate = self._number_of("requests_per_second", 1e-9, 1e9) if "requests_per_second" in self._values else None
        clients = self._clients(rate, ttft, tpot, output)
        left_out = self._quantile()
        if self._faults or None in (architecture, accelerator, precision, parallel, prompt, output, ttft, tpot, clients):
            return None, self._faults
        row = Row(
            architecture, accelerator, "eager" if bare and "engine" not in self._values else engine, precision, parallel,  # type: ignore[arg-type]
            prompt, output, clients, not bare, ttft, tpot, rate, left_out,  # type: ignore[arg-type]
        )  # fmt: skip
        if not left_out:
            self._possible(row)
        return (None if self._faults else row), self._faults

    def _architecture(self) -> Architecture | None:
        name = self._values.get("model")
        if name is None:
            self._fault("missing_field", "model", "The value is missing.", "Name a model of the catalogue, or a folder with a config.json.")
            return None
        if isinstance(name, str) and name in self._known.architectures:
            return self._known.architectures[name]
        try:
            found = self._known.resolver.resolve(name if isinstance(name, dict) else str(name).strip())
        except ProblemError as error:
            for fault in error.faults:
                self._fault(fault.code, "model", fault.cause, fault.action)
            return None
        if found.kind not in ("decoder", "encoder_decoder"):
            self._fault("bad_value", "model", f"This is {found.kind}: the laws that are fitted are those of decoders.", "Leave such rows out.")
            return None
        if isinstance(name, str):
            self._known.architectures[name] = found
        return found

    def _accelerator(self) -> Accelerator | None:
        name = str(self._values.get("accelerator", "")).strip()
        known, found = self._known.accelerators, self._known.spelled.get(name.lower())
        if found is None:
            advice = did_you_mean(name, known, "See `packing catalog accelerators`.") if name else "Name the accelerator, e.g. H100."
            self._fault("unknown_accelerator", "accelerator", "The catalogue does not have this accelerator.", advice)
            return None
        return known[found]

    def _engine(self) -> str:
        from packing.capacity.calibration import engine_name

        return engine_name(str(self._values.get("engine", "")).strip() or None)

    def _precision(self, accelerator: Accelerator | None) -> str | None:
        from packing.capacity.precision import PRECISIONS, peak_flops

        name = str(self._values.get("precision", "bf16")).strip().lower()
        if name not in PRECISIONS:
            self._fault(
                "bad_value", "precision", "No law is known for this precision.", did_you_mean(name, PRECISIONS, f"Use {', '.join(PRECISIONS)}.")
            )
            return None
        if accelerator is not None and not peak_flops(accelerator.flops, PRECISIONS[name]):
            self._fault("bad_value", "precision", f"{accelerator.name} cannot compute in {name}.", "Check precision and accelerator.")
            return None
        return name

    def _number_of(self, column: str, least: float, most: float) -> float | None:
        """A number of a column within limits."""
        given = self._values.get(column)
        if given is None:
            self._fault("missing_field", column, "The value is missing.", "Give one, or leave the row out.")
            return None
        try:
            value = math.nan if isinstance(given, bool) else float(given)
        except (TypeError, ValueError, OverflowError):
            self._fault("wrong_type", column, "This is not a number.", "Give a number without a unit, with a point for decimals.")
            return None
        if not least <= value <= most:
            wrong = (
                "negative"
                if value < 0
                else "zero"
                if value == 0
                else "not finite"
                if not math.isfinite(value)
                else f"not between {least:g} and {most:g}"
            )
            self._fault("bad_number", column, f"The number is {wrong}.", "Give what was measured, in the unit of the column.")
            return None
        return value

    def _whole(self, column: str, least: int, most: int, default: int | None = None) -> int | None:
        if column not in self._values and default is not None:
            return default
        value = self._number_of(column, least, most)
        if value is not None and value != int(value):
            self._fault("wrong_type", column, "This is not a whole number.", "Give a whole number.")
            return None
        return None if value is None else int(value)

    def _seconds(self, column: str, bare_column: str, *, bare: bool) -> float | None:
        read = bare_column if bare else column
        value = self._number_of(read, 1e-6, 1e8)
        return None if value is None else value if column in self._values["in_seconds"] else value / 1000

    def _clients(self, rate: float | None, ttft: float | None, tpot: float | None, output: float | None) -> int | None:
        """Requests in flight: stated, or by Little's law what the rate and the time that each request stays come to."""
        if "concurrency" in self._values:
            return self._whole("concurrency", 1, 100_000)
        if "requests_per_second" not in self._values:
            self._fault("missing_field", "concurrency", "Neither concurrency nor requests_per_second is given.", "Give one of them.")
        if rate is None or ttft is None or tpot is None or output is None:
            return None
        return max(1, round(rate * (ttft + max(output - 1, 0) * tpot)))

    def _quantile(self) -> str:
        text = str(self._values.get("quantile", "")).strip().lower()
        if text in MEANS:
            return ""
        try:
            share = float(text.removeprefix("p").removesuffix("%"))
        except ValueError:
            self._fault("bad_value", "quantile", "This is not a quantile.", "Write mean, median, or a share such as 0.95.")
            return ""
        share = share / 100 if share > 1 else share
        if not 0 < share < 1:
            self._fault("bad_number", "quantile", "A quantile lies between 0 and 1.", "Write mean, median, or a share such as 0.95.")
            return ""
        return "" if share == 0.5 else "the laws speak of means; other quantiles are not fitted"

    def _possible(self, row: Row) -> None:
        """Figures that no such hardware can deliver were measured in another unit, or elsewhere."""
        prompt, token = self._known.least(row)
        bare = bool(self._values["bare"])
        self._against("prompt_time" if bare else "ttft_ms", row.ttft_s, prompt, "compute such a prompt")
        self._against("token_time" if bare else "tpot_ms", row.tpot_s, token, "read the weights once")
        if row.tpot_s > max(ABSURD * token, LONGEST_S / 60):
            advice = "If it is microseconds, divide by 1000."
            self._fault(
                "bad_unit", "token_time" if bare else "tpot_ms", f"Reading the weights takes {1000 * token:.3g} ms, this is far more.", advice
            )

    def _against(self, column: str, measured: float, least: float, what: str) -> None:
        if measured >= IMPOSSIBLE * least:
            return
        looks = 1000 * measured >= IMPOSSIBLE * least and column not in self._values["in_seconds"]
        advice = (
            "It looks like seconds: give milliseconds, or call the column ttft_s or tpot_s." if looks else "Check accelerator, precision and unit."
        )
        self._fault("bad_unit", column, f"{row_time(least)} is the least that the hardware takes to {what}.", advice)


def row_time(seconds: float) -> str:
    """A time in milliseconds for people."""
    return f"{1000 * seconds:.3g} ms"
