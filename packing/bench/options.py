"""What can be set from outside for every suite."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Options that suites read as far as they concern them.

    Parameters
    ----------
    quick : tiny parameters, to see that a suite runs; its targets mean nothing then.
    count : number of random problems; None: the suite's own.
    seeds : number of seeds where a suite repeats itself; None: the suite's own.
    time_limit : seconds for each solve; None: the suite's own.
    workers : of each solve.
    strategy : for suites about one strategy.
    file : fleet file for the suite `platform`; None: the example support_platform.yaml.
    rows : rows of the suite `scale`; None: all.
    data : folder with public instances, which are no part of the project; None: suites about them say so.
    """

    quick: bool = False
    count: int | None = None
    seeds: int | None = None
    time_limit: float | None = None
    workers: int = 2
    strategy: str = "auto"
    file: Path | None = None
    data: Path | None = None
    rows: tuple[str, ...] | None = None

    def number(self, own: int, quick: int) -> int:
        """How many problems: what was asked for, else the suite's own number, else the quick one."""
        return self.count if self.count is not None else quick if self.quick else own

    def repeats(self, own: int, quick: int = 1) -> int:
        """How many seeds."""
        return self.seeds if self.seeds is not None else quick if self.quick else own

    def seconds(self, own: float, quick: float = 1.0) -> float:
        """Time limit of one solve."""
        return self.time_limit if self.time_limit is not None else quick if self.quick else own
