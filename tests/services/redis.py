"""A Redis of the tests' own: no persistence, a free port, and ways to make it fail."""

from __future__ import annotations

import shutil
from pathlib import Path

from redis import Redis

from tests.services.process import Process, accepts_connections, free_port


class RedisServer:
    """Keeps its port over `kill` and `restart`, so that clients can come back to it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: Process | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise RuntimeError("redis-server is not installed; `make services` installs it")
        self._process = Process(
            "redis-server",
            [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=self._folder,
            log=self._folder / "redis.log",
        )
        self._process.wait_until(lambda: accepts_connections(self.port))

    def stop(self) -> None:
        if self._process:
            self._process.stop(seconds=3)

    def kill(self) -> None:
        if self._process:
            self._process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def pause(self) -> None:
        """Connections stay open, nothing is answered."""
        if self._process:
            self._process.pause()

    def resume(self) -> None:
        if self._process:
            self._process.resume()

    def cut_connections(self) -> None:
        """Close every client's connection, publish/subscribe included; clients may reconnect at once."""
        with Redis(port=self.port) as client:
            client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
