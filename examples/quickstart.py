"""From plain Python objects to a verified placement: three models of a catalogue on two kinds of machine."""

# ruff: noqa: T201 - an example prints
from __future__ import annotations

import packing as pk


def main() -> None:
    """Describe, solve, look at the answer, check it."""
    problem = pk.Problem(
        name="quickstart",
        tenants=(pk.Tenant(name="acme", isolation="instance"), pk.Tenant(name="globex")),
        fleet=(pk.Pool(instance_type="ml.g5.12xlarge", count=4), pk.Pool(instance_type="ml.g5.xlarge", count=4)),
        models=(
            pk.Model(name="acme-chat", tenant="acme", architecture="llama-2-7b", traffic={"requests_per_second": 0.5}, streaming=True),
            pk.Model(name="globex-chat", tenant="globex", architecture="llama-2-7b", traffic={"requests_per_second": 0.5}, streaming=True),
            pk.Model(name="globex-search", tenant="globex", architecture="bge-large-en", traffic={"requests_per_second": 5.0}),
        ),
        weights=pk.Weights(cost=0.7, performance=0.3),
    )
    result = pk.solve_placement(problem, time_limit=5.0)

    print(f"{result.status}: {result.cost_per_hour:.2f} USD/hour, bound {result.bound}, gap {result.gap}")
    for endpoint in result.placement.endpoints:
        print(f"  {endpoint.hosting} on {len(endpoint.nodes)} x {endpoint.instance_type}: {', '.join(endpoint.models)}")
    print("scores:", result.fitness.whole)

    verification = pk.verify_placement(problem, result.placement)
    print("violations:", len(verification.violations))


if __name__ == "__main__":
    main()
