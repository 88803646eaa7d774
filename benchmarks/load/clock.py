"""How busy this process and the server's are, and how much memory the server holds."""

from __future__ import annotations

import time
from pathlib import Path

import psutil


class Clock:
    """Shares of one core since `begin`: (the generator's, the server's with its children)."""

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
        """Bytes of the server that are in memory."""
        return sum(process.memory_info().rss for process in self._family())

    def _family(self) -> list[psutil.Process]:
        return [self._server, *self._server.children(recursive=True)]


def _used(process: psutil.Process) -> float:
    """Seconds of CPU; by the nanosecond where the kernel tells, else by its ticks of ten milliseconds."""
    try:
        tasks = Path(f"/proc/{process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except (OSError, ValueError, IndexError):
        times = process.cpu_times()
        return float(times.user + times.system)
