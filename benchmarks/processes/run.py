"""What child processes cost: per solve, cold and warm; bytes sent; and how long a cancellation takes.

PYTHONPATH=. python benchmarks/processes/run.py
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import threading
import time

import packing as pk
from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.generate import generate, random_problem
from packing.solve.context import SearchContext
from packing.solve.greedy.strategy import first_pass
from packing.solve.remote import pool
from packing.solve.remote.roles import Role
from packing.solve.remote.wire import flat, frame
from packing.solve.remote.work import Work

FRESH = """
import sys, time
import packing as pk
from packing.generate import random_problem
problem = random_problem(7)
pk.solve_placement(problem, time_limit=0)
start = time.perf_counter()
pk.solve_placement(problem, strategy="cp_sat", time_limit=20, processes=sys.argv[1] == "True")
print(time.perf_counter() - start)
"""


def seconds(problem: pk.Problem, **options: object) -> float:
    """Of one solve."""
    start = time.perf_counter()
    pk.solve_placement(problem, time_limit=20, **options)
    return time.perf_counter() - start


def first_solve() -> None:
    """The first solve of an interpreter that needs a linear program: a child starts, or the solvers are imported here."""
    for processes in (True, False):
        command = [sys.executable, "-c", FRESH, str(processes)]
        runs = [float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(5)]
        print(f"| first solve, {'child' if processes else 'in process'} | {statistics.median(runs):.2f} s | {min(runs):.2f}-{max(runs):.2f} |")


def warm() -> None:
    """The same small problems with a warm child and in process, in turn."""
    for strategy in ("greedy", "cp_sat"):
        differences = []
        for seed in range(60):
            problem = random_problem(seed, tiny=True)
            seconds(problem, strategy=strategy, processes=False)
            differences.append(1000 * (seconds(problem, strategy=strategy) - seconds(problem, strategy=strategy, processes=False)))
        quartiles = statistics.quantiles(differences, n=4)
        print(f"| warm child, {strategy}, over in process | {quartiles[1]:.1f} ms | {quartiles[0]:.1f}-{quartiles[2]:.1f} (quartiles) |")


def sent() -> None:
    """Bytes and seconds of what goes to a child, once a solve, and of a plan that comes back."""
    for models, shapes, copies in ((50, 20, 100), (300, 100, 10_000), (3000, 300, 100_000)):
        compiled = compile_problem(expand(generate(models=models, shapes=shapes, copies=copies)).problem)
        plan = first_pass(compiled, SearchContext(0))
        start = time.perf_counter()
        work = frame(Work(compiled, Role("auto"), 60, 0, 0, first=flat(plan)))
        spent = time.perf_counter() - start
        print(f"| {copies:,} copies: work sent | {len(work):,} B | {spent:.3f} s; a plan: {len(frame(flat(plan))):,} B |")


def cancelled() -> None:
    """From the event to the end of the search, checks of the answer included, in the middle of solvers' calls."""
    problem = generate(models=50, shapes=40, copies=200, seed=1)
    for strategy in ("cp_sat", "patterns", "ruin", "auto"):
        spent = []
        for _ in range(5):
            cancel, when = threading.Event(), []

            def stop(cancel: threading.Event = cancel, when: list[float] = when) -> None:
                when.append(time.perf_counter())
                cancel.set()

            threading.Timer(1.0, stop).start()
            result = pk.solve_placement(problem, strategy=strategy, time_limit=60, cancel=cancel)
            if result.limit == "cancelled":
                spent.append(time.perf_counter() - when[0])
        if spent:
            print(f"| cancelled: {strategy} | {statistics.median(spent):.2f} s | {min(spent):.2f}-{max(spent):.2f} |")


def main() -> None:
    """Print one table."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, commit {commit}")
    print("| what | median | range |\n|---|---|---|")
    first_solve()
    seconds(random_problem(7), strategy="cp_sat")
    warm()
    sent()
    cancelled()
    pool.close()


if __name__ == "__main__":
    main()
