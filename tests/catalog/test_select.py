"""The catalogue as rows."""

from typing import Any

import pytest

from packing.catalog import accelerators, architectures, offers, select
from packing.errors import ProblemError


def names(*args: Any, **filters: Any) -> list[str]:
    return [row["name"] for row in select(*args, **filters)]


def test_without_filters_everything() -> None:
    assert names("instances") == list(offers())
    assert names("accelerators") == list(accelerators())
    assert names("architectures") == list(architectures())


def test_instances_by_cloud_accelerator_and_price() -> None:
    rows = select("instances", cloud="aws-sagemaker", accelerator="a10g", max_price=2.0)
    assert [row["name"] for row in rows] == ["ml.g5.2xlarge", "ml.g5.xlarge"]
    assert all(row["price_source"] and row["price_date"] and row["price_derived"] is False for row in rows)


def test_derived_prices_say_so() -> None:
    (row,) = select("instances", "ml.g6e.16xlarge")
    assert row["price_derived"] is True
    assert "ratio" in row["price_source"]


def test_memory_is_read_as_text_or_bytes() -> None:
    large = names("instances", cloud="aws-ec2", min_memory="140GB")
    assert large == names("instances", cloud="aws-ec2", min_memory=140 * 10**9)
    assert "p5en.48xlarge" in large
    assert "p5.48xlarge" not in large


def test_types_without_accelerators() -> None:
    rows = select("instances", accelerator="none", hosts_endpoints=True)
    assert rows
    assert all(row["accelerator"] is None and row["name"].startswith("ml.") for row in rows)


def test_no_price_matches_no_limit() -> None:
    assert "ml.trn2.48xlarge" in names("instances", cloud="aws-sagemaker")
    assert "ml.trn2.48xlarge" not in names("instances", cloud="aws-sagemaker", max_price=1e6)


def test_text_means_all_words_anywhere() -> None:
    assert names("architectures", "FLAN xxl") == ["flan-t5-xxl"]
    assert "llama-3.1-70b" in names("architectures", "hermes")
    assert names("instances", "no such thing") == []


def test_architectures_by_family_and_size() -> None:
    rows = select("architectures", family="gemma", max_parameters=3e9)
    assert {row["name"] for row in rows} == {"gemma-2b", "gemma-2-2b", "gemma-3-1b"}
    assert all("parameters" in row["derived"] for row in rows)


def test_accelerators_with_partitions() -> None:
    assert "A100-80GB" in names("accelerators", mig=True)
    assert "A10G" in names("accelerators", mig=False)
    assert "1g.10gb" in select("accelerators", "A100-80GB", mig=True)[0]["mig_profiles"]


def test_a_filter_that_is_none_is_none() -> None:
    assert names("accelerators", vendor=None) == list(accelerators())


@pytest.mark.parametrize(
    ("kind", "filters", "code"),
    [
        ("instance", {}, "bad_option"),
        ("instances", {"colour": "red"}, "bad_option"),
        ("architectures", {"max_price": 3}, "bad_option"),
        ("instances", {"min_memory": "lots"}, "bad_unit"),
        ("instances", {"max_price": "cheap"}, "bad_option"),
    ],
)
def test_what_cannot_be_asked(kind: Any, filters: dict[str, Any], code: str) -> None:
    with pytest.raises(ProblemError) as caught:
        select(kind, **filters)
    assert [fault.code for fault in caught.value.faults] == [code]
