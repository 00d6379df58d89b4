"""The child's end of the connection: a thread reads what the parent says and sends what has waited long enough."""

from __future__ import annotations

import os
import queue
import select
import socket
import threading
import time
from typing import Any

from packing.domain.words import Limit
from packing.solve.context import Proof, SearchContext
from packing.solve.plan import Plan
from packing.solve.remote.wire import Inbox, flat, frame, whole
from packing.solve.remote.work import Work, context_options

SHORTEST_S = 0.02
"""Improvements follow one another no faster than this, and take no more than a tenth of the child's time to send."""
IDLE_S = 300.0
"""After so long without work the child ends by itself."""
PIECE = 1 << 20


class Link:
    """Jobs come in, findings go out."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._lock = threading.RLock()
        self._jobs: queue.SimpleQueue[tuple[int, Work, float]] = queue.SimpleQueue()
        self._context: LinkedContext | None = None
        self._dropped: set[int] = set()
        self._next = 0.0
        self._reader = threading.Thread(target=self._read, name="packing-link", daemon=True)

    def open(self) -> None:
        """Begin to listen."""
        self._reader.start()

    def job(self) -> tuple[int, Work, float]:
        """The next job: its number, the work, and when the solve began on the clock of both processes. Ends the process if none comes."""
        try:
            while True:
                job = self._jobs.get(timeout=IDLE_S)
                if job[0] not in self._dropped:
                    return job
        except queue.Empty:
            os._exit(0)

    def send(self, message: object) -> None:
        """Send at once. Where nobody listens any more the process ends."""
        data = frame(message)
        with self._lock:
            try:
                self._socket.sendall(data)
            except OSError:
                os._exit(0)

    def attach(self, context: LinkedContext | None) -> None:
        """The search that stop and news are for."""
        with self._lock:
            self._context = context
            if context is not None and context.job in self._dropped:
                context.interrupt()

    def post(self, context: LinkedContext) -> None:
        """Something is new: sent now, or by the reader once it is time."""
        if time.monotonic() >= self._next:
            self.flush(context)

    def flush(self, context: LinkedContext) -> None:
        """Send what is new, if anything is. Never called with the context's own lock held: this one comes first."""
        with self._lock:
            started = time.monotonic()
            news = context.take_news()
            if news is not None:
                self.send(("found", context.job, *news))
                ended = time.monotonic()
                self._next = ended + max(SHORTEST_S, 9 * (ended - started))

    def _read(self) -> None:
        inbox = Inbox()
        while True:
            ready, _, _ = select.select([self._socket], [], [], None if self._context is None else SHORTEST_S)
            with self._lock:
                context = self._context
            if context is not None and time.monotonic() >= self._next:
                self.flush(context)
            if not ready:
                continue
            try:
                piece = self._socket.recv(PIECE)
            except OSError:
                piece = b""
            if not piece:
                os._exit(0)  # the parent is gone, or wants no more: nothing of a child may survive it
            for message in inbox.feed(piece):
                self._take(message)

    def _take(self, message: Any) -> None:
        kind, number, *rest = message
        if kind == "job":
            self._jobs.put((number, *rest))
            return
        with self._lock:
            context = self._context if self._context is not None and self._context.job == number else None
            if kind == "stop":
                self._dropped.add(number)  # it may not have begun
        if context is None:
            return
        if kind == "stop":
            context.interrupt()
        else:
            context.hear(*rest)


class LinkedContext(SearchContext):
    """A search context whose improvements go to the parent, and that takes over what others have found."""

    def __init__(self, link: Link, job: int, work: Work, began: float) -> None:
        super().__init__(**context_options(work), spent=time.monotonic() - began)  # type: ignore[arg-type]
        self.job = job
        self._link: Link | None = None
        self._to_link = link
        self._change = threading.RLock()
        self._heard: queue.SimpleQueue[tuple[Plan | None, Proof | None]] = queue.SimpleQueue()
        self._told: tuple[Plan | None, Proof | None] = (None, None)
        self._source, self._new = "", False

    def connect(self) -> None:
        """From now on the parent is told; what is known already came from there."""
        self._told, self._new = self._known(), False
        self._link = self._to_link

    def hear(self, plan: Any, proof: Proof | None) -> None:
        """News from others, taken over when the search next asks for its limit."""
        self._heard.put((whole(plan), proof))

    def limit(self) -> Limit | None:
        """As ever, with what others have found meanwhile."""
        while True:
            try:
                plan, proof = self._heard.get_nowait()  # not asked first whether it is empty: solvers call this from threads of theirs
            except queue.Empty:
                break
            with self._change:
                # Whoever told this need not be told it.
                if plan is not None and super().offer(plan, "another process"):
                    self._told = (plan, self._told[1])
                if proof is not None:
                    super().raise_bound(*proof, "another process")
                    self._told = (self._told[0], proof)
        return super().limit()

    def offer(self, plan: Plan, source: str) -> bool:
        """As ever; solvers call it from threads of theirs."""
        with self._change:
            better = super().offer(plan, source)
        self._post()
        return better

    def raise_bound(self, missing: tuple[int, ...], bound: int, source: str) -> None:
        """As ever; solvers call it from threads of theirs."""
        with self._change:
            super().raise_bound(missing, bound, source)
        self._post()

    def take_news(self) -> tuple[Any, Proof | None, str] | None:
        """(plan, proof, source) of what the parent has not been told; None if nothing is new."""
        with self._change:
            known, told = self._known(), self._told
            self._told, self._new = known, False
        plan = known[0] if known[0] is not told[0] else None
        proof = known[1] if known[1] != told[1] else None
        return None if plan is None and proof is None else (flat(plan), proof, self._source)

    def _known(self) -> tuple[Plan | None, Proof | None]:
        return self.incumbent, self.proof

    def _report(self, source: str) -> None:
        self._source, self._new = source, True

    def _post(self) -> None:
        """Tell the parent if something is new, with no lock held."""
        if self._new and self._link is not None:
            self._link.post(self)
