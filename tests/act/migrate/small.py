"""Small platforms by hand: one accelerator kind, placements written as ``{"n0": "a b@1"}``."""

from __future__ import annotations

from typing import Any

from packing.act.migrate import plan_migration, replay_migration
from packing.describe import expand
from packing.describe.expand import Expanded
from packing.domain.migration import Migration, MigrationOptions, Step, StepKind
from packing.domain.placement import Placement
from packing.domain.problem import Problem

GIB = 2**30
NOTHING = dict.fromkeys(("model_size", "performance", "isolation", "cost", "scalability"), 0.0)


def mode(gib: int = 10, accelerators: int = 1, **more: Any) -> dict[str, Any]:
    return {"accelerator": "G", "accelerators": accelerators, "memory_per_accelerator": gib * GIB, "load_s": 20.0, **more}


class Platform:
    """A problem, and placements of it.

    Parameters
    ----------
    models : fields by name; `mode` (or `modes`), `copies` 1 and inference components by default.
    pools : stock by name (None: no limit); every pool is of the type `kind`, or of the type in `kinds`.
    """

    def __init__(self, models: dict[str, dict[str, Any]], pools: dict[str, int | None], kind: dict[str, Any] | None = None, **more: Any) -> None:
        kinds = more.pop("kinds", {})
        zones = more.pop("zones", {})
        standard = {"accelerator": "G", "accelerators": 1, "memory_per_accelerator": 16 * GIB, "price_per_hour": 1.0, "sharing": "exclusive"}
        types = {name: {**standard, **(kind or {}), **kinds.get(name, {})} for name in pools}
        self.problem: Expanded = expand(
            Problem.model_validate(
                {
                    "instance_types": [{"name": f"type-{name}", **fields} for name, fields in types.items()],
                    "fleet": [
                        {"name": name, "instance_type": f"type-{name}", "count": count, "zone": zones.get(name, "")} for name, count in pools.items()
                    ],
                    "models": [
                        {
                            "name": name,
                            "copies": 1,
                            "hosting": ["inference_component"],
                            "modes": fields.pop("modes", [fields.pop("mode", mode())]),
                            **fields,
                        }
                        for name, fields in ((name, dict(fields)) for name, fields in models.items())
                    ],
                    **more,
                }
            )
        )
        self.modes = {model.name: model.modes for model in self.problem.problem.models}
        self.zones = zones

    def place(self, nodes: dict[str, str], *, pools: dict[str, str] | None = None, endpoints: dict[str, tuple[str, str]] | None = None) -> Placement:
        """A placement.

        Parameters
        ----------
        nodes : copies by node: ``model`` (accelerator 0), ``model@2``, ``model@0,1``, ``model:1@2`` (its second mode), ``model@`` (no accelerator).
        pools : pool of each node; default: the only (first) one.
        endpoints : (name, hosting) of each node; default: one endpoint of inference components for each pool.
        """
        first = self.problem.problem.fleet[0].label
        of = {node: (pools or {}).get(node, first) for node in nodes}
        behind = {node: (endpoints or {}).get(node, (f"ep-{of[node]}", "inference_component")) for node in nodes}
        copies: list[dict[str, Any]] = []
        for node, text in nodes.items():
            for word in text.split():
                name, at, where = word.partition("@")
                model, _, number = name.partition(":")
                accelerators = [int(each) for each in where.split(",") if each] if at else [0]
                count = sum(copy["model"] == model for copy in copies)
                copies.append(
                    {"model": model, "copy": count, "node": node, "accelerators": accelerators, "mode": self.modes[model][int(number or 0)]}
                )
        hosts = dict(behind.values())
        return Placement.model_validate(
            {
                "problem": self.problem.digest, "status": "feasible", "cost_per_hour": 0.0, "fitness": NOTHING, "copies": copies,
                "nodes": [
                    {"id": node, "instance_type": f"type-{of[node]}", "zone": self.zones.get(of[node], ""), "endpoint": behind[node][0], "pool": of[node]}
                    for node in nodes
                ],
                "endpoints": [
                    {
                        "name": name, "hosting": hosting, "instance_type": next(f"type-{of[node]}" for node in nodes if behind[node][0] == name),
                        "nodes": [node for node in nodes if behind[node][0] == name],
                        "models": sorted({copy["model"] for copy in copies if behind[copy["node"]][0] == name}),
                    }
                    for name, hosting in hosts.items()
                ],
            }
        )  # fmt: skip

    def migrate(self, old: Placement, new: Placement, **more: Any) -> Migration:
        """A plan by name, replayed with every prefix of every wave."""
        more.setdefault("by_name", True)
        full = {key: value for key, value in more.items() if key == "old_problem"}
        options = MigrationOptions(**more.pop("options", {}))
        migration = plan_migration(self.problem, old, new, options=options, **more)
        replayed = replay_migration(self.problem, old, new, migration, full=True, **full)
        assert replayed.violations == ()
        return migration


def steps(migration: Migration, kind: StepKind) -> list[Step]:
    return [step for wave in migration.waves for step in wave.steps if step.kind is kind]


def said(migration: Migration) -> list[list[str]]:
    """Waves as short texts, e.g. ``load a n1``."""
    short = {StepKind.LOAD_COPY: "load", StepKind.UNLOAD: "unload", StepKind.START_NODE: "start", StepKind.STOP_NODE: "stop"}
    return [
        [" ".join(filter(None, (short[step.kind], step.model, step.node))) for step in wave.steps if step.kind in short] for wave in migration.waves
    ]
