"""The machine of a run: cores, the folder of the databases, Redis, and the cost of a durable commit."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.services.process import Process, accepts_connections, free_port

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cores:
    """The core of the server, and the core of generator and Redis. None with a single core or without taskset."""

    server: int | None
    generator: int | None

    @classmethod
    def of_this_machine(cls) -> Cores:
        if not hasattr(os, "sched_getaffinity") or not shutil.which("taskset"):
            return cls(None, None)
        cores = sorted(os.sched_getaffinity(0))
        return cls(cores[-1], cores[0]) if len(cores) > 1 else cls(None, None)


def pinned(core: int | None, command: Sequence[str | Path]) -> list[str]:
    """Return the command, pinned to a core. taskset keeps the pid."""
    prefix = [] if core is None else ["taskset", "--cpu-list", str(core)]
    return [*prefix, *(str(part) for part in command)]


def memory_folder() -> Path | None:
    """Return a folder in memory, where a commit costs no disk time; None when there is none."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and os.access(shared, os.W_OK) else None


def commits_per_second(folder: Path, seconds: float = 0.3) -> float:
    """Measure single durable commits of one row a second in SQLite (WAL, synchronous=FULL)."""
    path = folder / "probe.db"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE row (body TEXT)")
    began, count = time.perf_counter(), 0
    while time.perf_counter() < began + seconds:
        database.execute("INSERT INTO row VALUES (?)", ("x" * 120,))
        count += 1
    rate = count / (time.perf_counter() - began)
    database.close()
    path.unlink()
    return rate


def described(folder: Path) -> str:
    lie = "in memory" if memory_folder() and folder.is_relative_to(Path("/dev/shm")) else "on disk"
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; databases {lie}, "
        f"where SQLite does {commits_per_second(folder):,.0f} single commits a second at synchronous=FULL"
    )


def working_folder(wanted: Path | None) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(
        prefix="parley-bench-", dir=wanted or memory_folder(), ignore_cleanup_errors=True
    )


class Redis:
    """A Redis for this run, without persistence, on the generator's core: no server shares its core with it."""

    def __init__(self, folder: Path, core: int | None) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise SystemExit("redis-server is not installed; `make services` installs it.")
        self.port = free_port()
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command = pinned(core, [program, *arguments])
        self._process = Process("redis-server", command, cwd=folder, log=folder / "redis.log")
        self._process.wait_until(lambda: accepts_connections(self.port))

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        self._process.stop(seconds=3)


def generate(job: Path, core: int | None, seconds: float) -> str:
    """Run the load generator on its core and return its output. RuntimeError when it fails or takes too long."""
    command = pinned(core, [sys.executable, "-m", "benchmarks.load", job])
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"the generator had not finished after {seconds:g} s") from None
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no reason given")
    return done.stdout
