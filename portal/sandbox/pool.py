"""A few child processes for one kind of work, kept ready; what overruns is ended and replaced."""

import asyncio
import atexit
import os
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from portal.errors import Overloaded
from portal.sandbox.process import Child, Overrun, Work

__all__ = ["Overrun", "Pool", "Work"]
BUSY = "More of this is being done right now than there is room for. Try again in a few seconds."


class Pool:
    """At most `size` requests are worked on at a time, and at most `queue` more wait; others get Overloaded at once.

    Children start when first needed, or with `warm`. A forked process has none of its parent's.
    """

    def __init__(self, work: Work, *, size: int = 2, queue: int = 8) -> None:
        self.work, self._size, self._most = work, size, size + queue
        self._idle: deque[Child] = deque()
        self._lock, self._pending = threading.Lock(), 0
        self._threads: ThreadPoolExecutor | None = None
        self._owner = 0

    async def run(self, request: bytes) -> bytes:
        """Return the answer of a child. Overrun when it took too much; Overloaded when too many wait."""
        return await asyncio.wrap_future(self._submit(request))

    def run_now(self, request: bytes) -> bytes:
        """The same outside of a loop."""
        return self._submit(request).result()

    def warm(self) -> None:
        """Start the children that are not there yet, without waiting for them."""
        with self._lock:
            self._claim()
            missing = self._size - len(self._idle) - self._pending
            self._idle.extend(Child(self.work) for _ in range(missing))

    def close(self) -> None:
        """End the children that wait for work; used again, the pool starts others."""
        with self._lock:
            children, self._idle = self._idle, deque()
            if self._owner != os.getpid():
                return
        for child in children:
            child.end()

    def _submit(self, request: bytes) -> "Future[bytes]":
        with self._lock:
            threads = self._claim()
            if self._pending >= self._most:
                raise Overloaded(BUSY)
            self._pending += 1
        return threads.submit(self._run, request)

    def _claim(self) -> ThreadPoolExecutor:
        if self._threads is None or self._owner != os.getpid():
            self._owner, self._idle, self._pending = os.getpid(), deque(), 0
            self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="sandbox")
            atexit.register(self.close)
        return self._threads

    def _run(self, request: bytes) -> bytes:
        with self._lock:
            child = self._idle.popleft() if self._idle else None
        try:
            child = child or Child(self.work)
            return child.run(request)
        finally:
            if child and child.finished:
                child = Child(self.work)
            with self._lock:
                self._pending -= 1
                if child:
                    self._idle.append(child)
