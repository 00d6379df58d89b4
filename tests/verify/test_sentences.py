"""What the checker says, word for word: in the units in which people write, whatever the checker counts in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from packing.domain.units import MICRO, MILLI, compute_short, memory_short, resource_short, show_micro, show_milli, show_usd, vcpus_short

from .test_corrupted import CORRUPTIONS

SENTENCES = json.loads((Path(__file__).parent / "sentences.json").read_text())
"""For each corruption of test_corrupted.py all that is said of it: [rule, where, detail]."""
INNER = re.compile(r"\bbytes\b|micro|milli|\b\d{7,}\b")
"""Units that nobody writes, and figures of seven digits without a comma."""


@pytest.mark.parametrize(("name", "corrupt"), [(name, corrupt) for name, _, corrupt in CORRUPTIONS], ids=[name for name, _, _ in CORRUPTIONS])
def test_each_corruption_is_told_in_the_sentence_expected(case, name, corrupt):
    corrupt(case)
    said = [[str(each.rule), each.where, each.detail] for each in case.verify().violations]
    assert said == SENTENCES[name]
    assert not [detail for _, _, detail in said if INNER.search(detail)]


def test_the_table_has_no_other_sentences():
    assert set(SENTENCES) == {name for name, _, _ in CORRUPTIONS}


def test_thousandths_and_millionths_are_told_as_they_were_written():
    assert [show_milli(amount) for amount in (6000, 500, 1, 0, 4_000_100)] == ["6", "0.5", "0.001", "0", "4,000.1"]
    assert [show_micro(amount) for amount in (1_500_000, 700_001, 12 * MICRO)] == ["1.5", "0.700001", "12"]
    assert [show_usd(amount) for amount in (1_500_000, 1, 0)] == ["1.5 USD", "0.000001 USD", "0 USD"]


def test_what_is_too_much_never_reads_as_enough():
    gib = 2**30
    assert memory_short(8 * gib + 1, 8 * gib) == "8 GiB needed, 8 GiB there (1 B too many)"
    assert memory_short(9 * gib, 8 * gib) == "9 GiB needed, 8 GiB there"
    assert resource_short(7 * MILLI, 6 * MILLI, "places") == "7 of 6 places"
    assert vcpus_short(6500, 4000) == "6.5 vCPUs needed, 4 there"
    assert compute_short(1_500_000, MICRO) == "a compute share of 1.5 needed, 1 there"
