"""`packing coldstart`: how often and how long requests wait for their model behind the multi-model endpoints of a placement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packing.cli import options
from packing.cli.both import read_both
from packing.cli.exits import ExitCode
from packing.cli.output import emit, say
from packing.domain.json_text import json_text

if TYPE_CHECKING:
    from packing.coldstart.answer import ModelFigures
    from packing.coldstart.placement import NodeColdStarts

QUANTILES = (0.5, 0.95, 0.99)


def command(
    file: options.Problem,
    placement: options.Placement,
    simulate: Annotated[bool, typer.Option("--simulate", help="Simulate event by event instead of predicting.")] = False,
    requests: Annotated[int, typer.Option(metavar="N", help="Requests simulated on each node, at least.")] = 200_000,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the simulation.")] = 0,
    as_json: options.AsJson = False,
    everything: options.All = False,
) -> None:
    """Predict the cold starts of the multi-model endpoints of PLACEMENT, which answers FILE; exit code 1 if a promise is broken."""
    from packing.describe import expand, read_placement, read_problem

    problem, answer = read_both(read_problem, file, read_placement, placement)
    expanded = expand(problem)
    if not answer.answers(expanded.digest):
        say("note: the placement was made for another problem than this file states; traffic and limits are the file's")
    from packing.coldstart.endpoint import SharedNode
    from packing.coldstart.placement import of_placement
    from packing.coldstart.prediction import predict
    from packing.coldstart.simulate import simulate_endpoint

    def judge(node: SharedNode) -> Any:
        return simulate_endpoint(node, requests=requests, seed=seed) if simulate else predict(node)

    nodes = of_placement(expanded.problem, answer, judge=judge)
    if as_json:
        emit(json_text({"schema_version": 1, "nodes": [_data(each) for each in nodes]}))
    else:
        from packing.cli.account import page
        from packing.report.coldstart import cold_start_report

        emit(cold_start_report(nodes, page(everything=everything)))
    raise typer.Exit(_code(nodes))


def _code(nodes: Sequence[NodeColdStarts]) -> ExitCode:
    """A broken promise is a violation; a node that thrashes without one is only named."""
    return ExitCode.FAULT if any(promise.kept is False for each in nodes for promise in each.promises) else ExitCode.DONE


def _data(each: NodeColdStarts) -> dict[str, Any]:
    figures = each.figures
    return {
        "endpoint": each.endpoint,
        "node": each.node,
        "how": figures.how,
        "capacity": each.shared.capacity,
        "over_commit": figures.over_commit,
        "load_bytes_per_s": figures.load_bytes_per_s,
        "total": asdict(figures.total),
        "slots": [asdict(slot) for slot in figures.slots],
        "thrashing": list(figures.thrashing),
        "models": [
            {
                "model": model.name, "size": model.size, "load_s": model.load_s, "total": _figures(model.total),
                "slots": [_figures(slot) for slot in model.slots],
            }
            for model in figures.models
        ],
        "promises": [{**asdict(promise), "kept": promise.kept} for promise in each.promises],
        "notices": [*each.notices, *figures.notices],
    }  # fmt: skip


def _figures(figures: ModelFigures) -> dict[str, Any]:
    waits = figures.waits
    return {
        "requests_per_second": figures.requests_per_second,
        "hit": figures.hit,
        "hit_error": figures.hit_error,
        "requests": figures.requests,
        "cold_starts_per_hour": figures.cold_starts_per_hour,
        "no_wait": None if waits is None else waits.within(0.0),
        "wait_s": None if waits is None else {f"p{100 * share:g}": waits.quantile(share) for share in QUANTILES},
        "promise_s": None if waits is None or figures.requests is not None else {f"p{100 * share:g}": waits.promise(share) for share in QUANTILES},
    }
