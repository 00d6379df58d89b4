"""The rows of the target table: fixed problems, and verdicts that follow from the figures."""

from __future__ import annotations

import pytest

from benchmarks.profiling import by_place
from packing.bench import main
from packing.bench.options import Options
from packing.bench.scale_rows import ROW_NAMES, SCALE_ROWS, equal_nodes
from packing.bench.spread import Spread
from packing.bench.suites import scale

DIGESTS = {
    "a": "sha256:447f4f87d121aae1baee8470d2e7bd27cad4d0c1e155c0b4adcaaf33915ad0ba",
    "b": "sha256:eeff84e7f40f99c497884f655a6c00d86a2774231cb7ff82071449bf93f902eb",
    "f": "sha256:262725a02f19348c427e7cf2a1048416dad5357e0e954db48d7971fe54024de2",
}


def test_medians_count_what_is_unknown_as_worst():
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert Spread.of([3.0, 1.0]) == Spread(2.0, 1.0, 3.0)
    assert Spread.of([None, 1.0, 2.0]) == Spread(2.0, 1.0, None)
    assert Spread.of([None, None, 2.0]) == Spread(None, 2.0, None)
    assert Spread.of([None, 1.0, 2.0]).text("{:.1f}", " s") == "2.0 s (1.0 to never)"


@pytest.mark.parametrize("name", DIGESTS)
def test_the_problems_are_those_that_were_fixed(name):
    """Figures of different versions are compared: another problem under the same name would make them meaningless."""
    assert SCALE_ROWS[name].problem(0).digest() == DIGESTS[name]


def test_sizes_are_as_the_table_says():
    for name, copies, shapes in (("b", 1_000, 100), ("c", 10_000, 100), ("d", 10_000, 1_000)):
        models = SCALE_ROWS[name].problem(1).models
        assert sum(model.copies.min for model in models) == copies
        assert len({repr(model.modes) for model in models}) == shapes
    assert sum(model.copies.min for model in equal_nodes(1).models) == 10_000
    assert SCALE_ROWS["e"].knobs.copies == 100_000
    assert SCALE_ROWS["d"].knobs.tenants == 200


def found(gap, seconds=5.0, nodes=100, in_hand=4.0, peak=50.0, above=None):
    return {
        "gap": gap, "seconds": seconds, "nodes": nodes, "objective": 1.0, "bound": None if gap is None else 1 - gap, "unplaced": 0,
        "usd_per_hour": 1.0, "violations": 0, "peak_mib": peak, "in_hand_s": in_hand, "above": above,
    }  # fmt: skip


def test_a_row_is_reached_by_its_median_only():
    row = SCALE_ROWS["d"]
    good, late = found(0.005), found(0.005, in_hand=None)
    assert [target.reached for target in scale._summary(row, [good, good, late], 120.0)[1]] == [True, True]
    assert [target.reached for target in scale._summary(row, [good, late, late], 120.0)[1]] == [False, True]
    assert [target.reached for target in scale._summary(row, [found(0.005, peak=4_000.0)], 120.0)[1]] == [True, False]
    assert not scale._summary(row, [found(0.005, in_hand=122.0)], 120.0)[1][0].reached


def test_nodes_above_the_bound():
    assert scale._nodes_above(found(0.009)) == 0  # 99.1 nodes are needed, that is 100
    assert scale._nodes_above(found(0.011)) == 1
    assert scale._nodes_above(found(0.01 + 1e-12)) == 1
    assert scale._nodes_above(found(0.01 - 1e-12)) == 1  # a rounding error above 99 is 99
    assert scale._nodes_above(found(None)) is None
    assert scale._gap_of_one_node(found(0.02)) == pytest.approx(1 - 98 / 99)


def test_finite_stock_is_beside_the_table():
    summary, targets = scale._summary(SCALE_ROWS["c-stock"], [found(0.5)], 60.0)
    assert targets == []
    assert summary["gap_%"] == 50


def test_rows_can_be_chosen(capsys):
    assert scale.chosen(Options(rows=("b", "c"))) == ("b", "c")
    assert scale.chosen(Options()) == ROW_NAMES
    assert main(["scale", "--rows", "b,zebra"]) == 1
    assert "zebra" in capsys.readouterr().err


def test_time_of_the_standard_library_goes_to_the_file_that_asked_for_it():
    mine, helper, builtin = ("/x/packing/solve/a.py", 1, "f"), ("/lib/json.py", 1, "dumps"), ("~", 0, "<built-in max>")
    theirs, solver = ("/x/packing/verify/b.py", 1, "g"), ("/site/ortools/math_opt/solve.py", 1, "solve")
    stats = {
        mine: (1, 1, 2.0, 9.0, {}),
        theirs: (1, 1, 1.0, 3.0, {}),
        helper: (1, 1, 1.0, 4.0, {mine: (1, 1, 1.0, 4.0)}),
        builtin: (4, 4, 4.0, 4.0, {helper: (3, 3, 3.0, 3.0), theirs: (1, 1, 1.0, 1.0)}),
        solver: (1, 1, 5.0, 5.0, {mine: (1, 1, 5.0, 5.0)}),
    }
    expected = {"packing/solve/a.py": 6.0, "packing/verify/b.py": 2.0, "OR-Tools: linear and integer programs": 5.0, "elsewhere": 0.0}
    assert by_place(stats) == pytest.approx(expected)
