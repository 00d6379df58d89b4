"""What every solving strategy has to satisfy, as checks to run over a strategy's name.

>>> from packing.testing.conformance import CHECKS, check_strategy
>>> check_strategy("greedy")

or, one test per check::

    @pytest.mark.parametrize("check", CHECKS, ids=str)
    def test_my_strategy(check):
        check.run("my_strategy")
"""

from packing.testing.conformance.figures import FIGURES
from packing.testing.conformance.limits import LIMITS
from packing.testing.conformance.optimum import OPTIMUM
from packing.testing.conformance.protocol import PROTOCOL
from packing.testing.conformance.reproducible import REPRODUCIBLE
from packing.testing.conformance.rules import RULES
from packing.testing.conformance.runner import Check, ConformanceError, run_all

CHECKS: tuple[Check, ...] = (*RULES, *FIGURES, *OPTIMUM, *REPRODUCIBLE, *LIMITS, *PROTOCOL)
"""All checks, in the order of importance."""

__all__ = ["CHECKS", "Check", "ConformanceError", "check_strategy"]


def check_strategy(name: str) -> None:
    """Run all checks on the strategy `name` (one of `packing.solve.strategies()`).

    Raises
    ------
    ConformanceError : names every check that failed, with what was seen.
    """
    run_all(name, CHECKS)
