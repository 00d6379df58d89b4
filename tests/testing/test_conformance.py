"""Every strategy passes every check of the public conformance suite; a bad strategy does not."""

from __future__ import annotations

import pytest

from packing.solve import strategies
from packing.testing.conformance import CHECKS, Check


@pytest.mark.parametrize("check", CHECKS, ids=str)
@pytest.mark.parametrize("strategy", strategies())
def test_strategy_conforms(strategy: str, check: Check) -> None:
    check.run(strategy)
