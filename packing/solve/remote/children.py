"""The default crew: child processes of this machine, watched while they work."""

from __future__ import annotations

import itertools
import selectors
import time
from dataclasses import dataclass

from packing.solve.context import Proof
from packing.solve.remote import pool
from packing.solve.remote.crew import Ended, Event, Found, Lost
from packing.solve.remote.memory import default_limit, resident
from packing.solve.remote.process import Child
from packing.solve.remote.wire import FlatPlan
from packing.solve.remote.work import Work

WATCH_S = 0.05
"""How often memory is looked at."""
STOPPED_S = 1.0
"""A child that has been stopped (SIGSTOP) for so long is given up."""


@dataclass
class _AtWork:
    child: Child
    job: int
    number: int
    """What parent and child call the job: no two jobs of a process are called the same."""
    stopped_since: float | None = None
    news: tuple[FlatPlan | None, Proof | None] | None = None
    """What it has not been told yet."""


_numbers = itertools.count()


class Children:
    """Child processes at work on one solve.

    Parameters
    ----------
    memory_limit : bytes that they may hold together; None: a large share of what is available now. Beyond it, the
        largest is ended.
    """

    def __init__(self, memory_limit: int | None = None) -> None:
        self._limit = memory_limit if memory_limit is not None else default_limit()
        self._at: dict[int, _AtWork] = {}
        self._selector = selectors.DefaultSelector()
        self._watched = 0.0

    def start(self, job: int, work: Work, began: float) -> None:
        """Give the job to a waiting child, or to a new one."""
        child = pool.take()
        each = self._at[job] = _AtWork(child, job, next(_numbers))
        child.send(("job", each.number, work, began))
        self._selector.register(child.socket, selectors.EVENT_READ, job)

    def events(self, seconds: float) -> list[Event]:
        """What children have sent, and which are no more."""
        found: list[Event] = []
        for each in self._at.values():
            if each.news is not None and not each.child.waiting:
                each.child.send(("news", each.number, *each.news))
                each.news = None
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if each.child.waiting else 0)
            self._selector.modify(each.child.socket, wanted, each.job)
        for key, _ in self._selector.select(min(seconds, WATCH_S)):
            each = self._at[key.data]
            each.child.push()
            found += self._read(each)
        if time.monotonic() - self._watched >= WATCH_S:
            found += self._watch()
            self._watched = time.monotonic()
        return found

    def tell(self, job: int, plan: FlatPlan | None, proof: Proof | None) -> None:
        """Pass on what others have found, once the child has taken what was sent before."""
        each = self._at.get(job)
        if each is not None:
            former = each.news or (None, None)
            each.news = (plan or former[0], proof or former[1])

    def stop(self) -> None:
        """Ask them to stop; they do when they next look. One that has not begun need not be waited for: it will not begin."""
        for each in list(self._at.values()):
            each.child.send(("stop", each.number))
            if not each.child.busy:
                pool.give_back(self._leave(each.job))

    def close(self) -> None:
        """End those who still work."""
        for job in list(self._at):
            self._leave(job).kill()
        self._selector.close()

    def _leave(self, job: int) -> Child:
        child = self._at.pop(job).child
        self._selector.unregister(child.socket)
        child.busy = False
        return child

    def _read(self, each: _AtWork) -> list[Event]:
        found: list[Event] = []
        try:
            for kind, number, *rest in each.child.fetch():
                if number != each.number:
                    continue  # of a job before
                if kind == "begun":
                    each.child.busy = True
                elif kind == "found":
                    found.append(Found(each.job, *rest))
                elif kind == "end":
                    found.append(Ended(each.job, *rest))
                    pool.give_back(self._leave(each.job))
                    break
                else:
                    found.append(Lost(each.job, f"stopped with {rest[0]}", error=rest[0]))
                    self._leave(each.job).kill()
                    break
        except EOFError:
            found.append(self._lost(each))
        except Exception as error:  # noqa: BLE001 - whatever cannot be read means that the child is not what it was
            self._leave(each.job).kill()
            found.append(Lost(each.job, f"sent what cannot be read ({type(error).__name__})"))
        return found

    def _lost(self, each: _AtWork) -> Lost:
        child = self._leave(each.job)
        cause = child.obituary()
        return Lost(each.job, cause, never_began=not child.ready and not child.killed)

    def _watch(self) -> list[Event]:
        """Those who hold too much memory together lose the largest of them; those who have been stopped are given up."""
        found: list[Event] = []
        held: dict[int, int] = {}
        now = time.monotonic()
        for each in list(self._at.values()):
            seen = resident(each.child.pid)
            if seen is None:
                continue
            held[each.job], stopped = seen
            each.stopped_since = (each.stopped_since or now) if stopped else None
            if each.stopped_since is not None and now - each.stopped_since >= STOPPED_S:
                self._leave(each.job).kill()
                found.append(Lost(each.job, "had been stopped by a signal"))
                del held[each.job]
        if self._limit is not None and held and sum(held.values()) > self._limit:
            largest = max(held, key=lambda job: held[job])
            self._leave(largest).kill()
            cause = f"held {held[largest] / 2**20:,.0f} MiB of memory where all may hold {self._limit / 2**20:,.0f} MiB"
            found.append(Lost(largest, cause, memory=True))
        return found
