"""The CPU use of this process and the server's, and the server's memory."""

from __future__ import annotations

import time
from pathlib import Path

import psutil


class Clock:
    """CPU use since `begin`, as shares of one core: the generator's, and the server's with its children."""

    def __init__(self, pid: int) -> None:
        self._own, self._server = psutil.Process(), psutil.Process(pid)
        self.begin()

    def begin(self) -> None:
        self._at, self._before = time.perf_counter(), (_used(self._own), self.server_seconds())

    def busy(self) -> tuple[float, float]:
        took = time.perf_counter() - self._at
        own, server = _used(self._own) - self._before[0], self.server_seconds() - self._before[1]
        return round(own / took, 3), round(server / took, 3)

    def server_seconds(self) -> float:
        return sum(_used(process) for process in self._family())

    def resident(self) -> int:
        """Return the server's resident memory in bytes."""
        return sum(process.memory_info().rss for process in self._family())

    def _family(self) -> list[psutil.Process]:
        return [self._server, *self._server.children(recursive=True)]


def _used(process: psutil.Process) -> float:
    """Return the CPU seconds of a process: in nanoseconds where the kernel has them, else in ticks of 10 ms."""
    try:
        tasks = Path(f"/proc/{process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except (OSError, ValueError, IndexError):
        times = process.cpu_times()
        return float(times.user + times.system)
