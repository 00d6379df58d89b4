"""Reading a calibration, and putting it in the place of the name of its file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packing.describe.kinds import CALIBRATION
from packing.describe.written import Written
from packing.domain.calibration import CALIBRATION_SCHEMA_VERSION, Calibration
from packing.domain.faults import did_you_mean
from packing.domain.problem import Problem
from packing.errors import Fault, ProblemError

if TYPE_CHECKING:
    from packing.capacity.refit import Refit

MAX_CALIBRATION_BYTES = 20 * 10**6
_CALIBRATION = Written(Calibration, "calibration", CALIBRATION_SCHEMA_VERSION, "packing calibrate -o", MAX_CALIBRATION_BYTES, CALIBRATION)


def read_calibration(path: str | os.PathLike[str]) -> Calibration:
    """The calibration in a JSON (or YAML) file.

    Raises
    ------
    ProblemError : with all faults of the file, code ``bad_calibration``, or ``schema_version`` for a newer form.
    """
    return _checked(_CALIBRATION.read(path))


def calibration_from(data: Mapping[str, Any]) -> Calibration:
    """A calibration from plain data. Raises ProblemError with all faults."""
    return _checked(_CALIBRATION.of(data))


def calibration_of(problem: Problem, base: Path | None) -> Calibration | None:
    """What a problem states as its calibration, read from the file if it names one.

    Parameters
    ----------
    base : folder that the file is relative to; None: the current folder.

    Raises
    ------
    ProblemError : the file cannot be read, or is no calibration.
    """
    if not isinstance(problem.calibration, str):
        return None if problem.calibration is None else _checked(problem.calibration)
    return read_calibration((base or Path()) / Path(problem.calibration).expanduser())


def calibrate(measurements: str | os.PathLike[str] | Sequence[Mapping[str, Any]]) -> Refit:
    """Fit the capacity laws to own measurements (docs/calibration.md).

    Parameters
    ----------
    measurements : a file (CSV, YAML, JSON), or rows as mappings.

    Returns
    -------
    `.calibration` is for `Problem.calibration`; `.judged`, `.moved` and `.contradictions` say how it came about.

    Raises
    ------
    ProblemError : with all faults: row, column, value, cause, what to do.
    """
    from packing.capacity.refit import refit
    from packing.describe.measurements import measurements_from, read_measurements

    if isinstance(measurements, str | os.PathLike):
        return refit(read_measurements(measurements).points, source=Path(measurements).name)
    return refit(measurements_from(measurements).points)


def _checked(calibration: Calibration) -> Calibration:
    """The same, if its parameters are those of the laws."""
    from packing.capacity.calibration import Engine

    known = {field.name for field in fields(Engine)}
    faults = [
        Fault("bad_calibration", f"fits[{at}].parameters", name, "The laws have no such parameter.", did_you_mean(name, known, "Calibrate again."))
        for at, fit in enumerate(calibration.fits)
        for name in fit.parameters
        if name not in known
    ]
    faults += [
        Fault("bad_calibration", f"fits[{at}].parameters.{name}", str(value), "Parameters are greater than zero.", "Calibrate again.")
        for at, fit in enumerate(calibration.fits)
        for name, value in fit.parameters.items()
        if value <= 0
    ]
    if faults:
        raise ProblemError(faults)
    return calibration
