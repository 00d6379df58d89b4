"""What is said of models that would be over-committed and cannot be."""

from __future__ import annotations

import pytest

from packing.describe import expand
from packing.domain.problem import Problem

GOOD = {"traffic": 0.001, "cold_start_s": 60, "cold_start_quantile": 0.9}


def notices(model=None, mode=None):
    one = {"accelerator": "G", "memory_per_accelerator": 2**30, "requests_per_second": 1, "load_s": 10, **(mode or {})}
    kind = {"name": "lab.1g", "accelerator": "G", "accelerators": 1, "memory_per_accelerator": 2**34, "price_per_hour": 2}
    models = [{"name": "bot", **GOOD, **(model or {}), "modes": [one]}]
    return expand(Problem.model_validate({"instance_types": [kind], "fleet": [{"instance_type": "lab.1g"}], "models": models})).notices


def test_nothing_is_said_where_nothing_stands_in_the_way():
    assert notices() == ()
    assert notices({"cold_start_quantile": None, "traffic": 0}) == ()


@pytest.mark.parametrize(
    ("model", "mode", "why"),
    [
        ({"traffic": 0}, {}, "states no traffic"),
        ({"traffic": 1.5}, {}, "more than one copy"),
        ({"cold_start_s": 0}, {}, "cold_start_s is 0"),
        ({"streaming": True}, {}, "streams"),
        ({"hosting": ["single_model"]}, {}, "hosting"),
        ({}, {"load_s": None}, "load_s"),
        ({}, {"load_s": 61}, "take longer"),
        ({"cold_start_s": 1000}, {"load_s": 181}, "take longer"),
    ],
)
def test_each_reason_is_said(model, mode, why):
    (said,) = notices(model, mode)
    assert said.startswith("cold_start_quantile: bot will not be over-committed")
    assert why in said
