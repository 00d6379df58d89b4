"""Request logs, good and bad."""

from __future__ import annotations

import pytest

from packing.act.rehearse import read_log, rehearse
from packing.errors import ProblemError

from .common import model, placement, problem

HEAD = "time,model,input_tokens,output_tokens\n"


@pytest.fixture
def write(tmp_path):
    def written(text: str, name: str = "log.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return written


def two():
    return problem([model("a", 1.0), model("b", 1.0)], slots=24)


def faults(path, of) -> list[tuple[str, str]]:
    with pytest.raises(ProblemError) as error:
        read_log(path, of)
    return [(fault.code, fault.value) for fault in error.value.faults]


def test_seconds_since_the_beginning(write):
    path = write(HEAD + "7201,a,100,1\n7200.5,b,200,1\n7210,a,300,5\n")
    streams = read_log(path, two())
    assert streams.first_slot == 2
    assert streams.by_model["a"].at.tolist() == [1.0, 10.0]
    assert streams.by_model["a"].inputs.tolist() == [100, 300]
    assert streams.by_model["b"].outputs.tolist() == [1]
    assert not streams.notices


def test_timestamps_begin_with_their_hour(write):
    path = write("timestamp,model\n2026-11-16T18:15:46.5,a\n2026-11-16T19:00:00,b\n")
    streams = read_log(path, two())
    assert streams.by_model["a"].at.tolist() == pytest.approx([15 * 60 + 46.5])
    assert streams.by_model["b"].at.tolist() == pytest.approx([3600.0])
    assert (streams.by_model["a"].inputs, streams.first_slot) == (None, 18)


def test_it_is_replayed(write):
    of = two()
    path = write(HEAD + "".join(f"{at},{'ab'[at % 2]},{100 + at},1\n" for at in range(100)))
    done = rehearse(of, placement(of, [["a"], ["b"]]), streams=read_log(path, of))
    assert (done.requests, done.served, done.hours, done.requests_from) == (100, 100, 1, "log")
    assert rehearse(of, placement(of, [["a"], ["b"]]), streams=read_log(path, of), hours=50 / 3600).requests == 50


def test_a_log_without_models_is_for_the_only_one(write):
    path = write("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n")
    only = problem([model("a", 1.0)])
    assert read_log(path, only).by_model["a"].outputs.tolist() == [44]
    assert [code for code, _ in faults(path, two())] == ["missing_field"]


def test_models_that_the_problem_does_not_have(write):
    path = write(HEAD + "1,a,1,1\n2,aa,1,1\n3,x,1,1\n4,x,1,1\n")
    assert faults(path, two()) == [("unknown_model", "aa"), ("unknown_model", "x")]


def test_clocks_that_go_back_are_sorted_and_said(write):
    streams = read_log(write(HEAD + "100,a,1,1\n50,a,1,1\n101,a,1,1\n"), two())
    assert streams.by_model["a"].at.tolist() == [50, 100, 101]
    assert "goes back 1 times, by up to 50 s (first in line 3)" in streams.notices[0]


def test_lines_that_cannot_be_read_are_left_out_and_said(write):
    of = two()
    streams = read_log(write(HEAD + "100,a,1,1\nyesterday,a,1,1\nnan,a,1,1\n-5,a,1,1\n101,a,many,-1\n"), of)
    assert len(streams.by_model["a"].at) == 2
    assert streams.notices[0].startswith("3 lines of the log could not be read")
    assert "2 lengths" in streams.notices[1]
    done = rehearse(of, placement(of, [["a"], ["b"]]), streams=streams)
    assert done.served == 2
    assert streams.notices[0] in done.notices


@pytest.mark.parametrize(
    ("text", "code"), [("", "no_history"), (HEAD, "no_history"), (HEAD + "x,a,1,1\n", "no_history"), ("when,what\n1,a\n", "missing_field")]
)
def test_logs_of_nothing(write, text, code):
    assert code in [found for found, _ in faults(write(text), two())]


def test_streams_of_unknown_models_in_python():
    import numpy as np

    from packing.act.rehearse import Stream, Streams

    of = two()
    with pytest.raises(ProblemError) as error:
        rehearse(of, placement(of, [["a"], ["b"]]), streams=Streams({"c": Stream(np.array([1.0]))}))
    assert [fault.code for fault in error.value.faults] == ["unknown_model"]
