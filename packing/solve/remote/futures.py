"""A crew behind any executor: work goes out as a pure function, findings come back when it is done."""

from __future__ import annotations

import queue
from concurrent.futures import CancelledError, Executor, Future
from functools import partial

from packing.solve.context import Proof
from packing.solve.remote.crew import Ended, Event, Found, Lost
from packing.solve.remote.wire import FlatPlan
from packing.solve.remote.work import Findings, Work, do


class Futures:
    """Jobs as futures of an executor that belongs to the caller: it is neither changed nor shut down."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._arrived: queue.SimpleQueue[list[Event]] = queue.SimpleQueue()
        self._out: dict[int, Future[Findings]] = {}

    def start(self, job: int, work: Work, began: float) -> None:
        """Submit the job. Its clock starts where and when it does: `began` means nothing elsewhere."""
        del began
        try:
            future = self._executor.submit(do, work)
        except Exception as error:  # noqa: BLE001 - an executor that is broken or shut down says so in its own way
            self._arrived.put([Lost(job, f"was not accepted by the executor ({_said(error)})")])
            return
        self._out[job] = future
        future.add_done_callback(partial(self._done, job, work.role.strategy))

    def events(self, seconds: float) -> list[Event]:
        """What has come back, or was lost."""
        try:
            return self._arrived.get(timeout=seconds) if seconds > 0 else self._arrived.get_nowait()
        except queue.Empty:
            return []

    def tell(self, job: int, plan: FlatPlan | None, proof: Proof | None) -> None:
        """Nothing can be said to a function that runs: the next round will know."""

    def stop(self) -> None:
        """What has not begun need not begin."""
        for future in self._out.values():
            future.cancel()

    def close(self) -> None:
        """What still comes back is not waited for, and ignored."""
        self.stop()
        self._out.clear()

    def _done(self, job: int, name: str, future: Future[Findings]) -> None:
        """In whatever thread the executor calls back."""
        if self._out.get(job) is not future:
            return  # after the end, or of a job that was given out again
        try:
            found = future.result()
        except CancelledError:
            self._arrived.put([Lost(job, "was cancelled by the executor")])
        except Exception as error:  # noqa: BLE001 - a broken pool, a lost worker, an error there: all the same here
            self._arrived.put([Lost(job, f"was lost by the executor ({_said(error)})")])
        else:
            self._arrived.put([Found(job, found.plan, found.proof, name), Ended(job, found.limit, found.incidents, found.withdrawn)])


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:200] if text else type(error).__name__
