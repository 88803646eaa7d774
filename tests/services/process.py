"""Start a program, wait until it is ready, show what it said when it dies, end it by its pid."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

RESERVATIONS = 128  # ports, the latest ones: each takes a file descriptor
READY_WITHIN = 30.0  # seconds; generous, because CI machines have two slow cores
LOOK_EVERY = 0.01  # seconds

_RESERVED: deque[socket.socket] = deque()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, to start a program at, again and again if need be.

    On Linux a bound socket that does not listen keeps the port from everybody who asks for any free one, other test
    processes and outgoing connections included, but not from a server that names it, as each sets SO_REUSEADDR.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port = int(probe.getsockname()[1])
    _RESERVED.append(probe)
    if sys.platform != "linux" or len(_RESERVED) > RESERVATIONS:
        _RESERVED.popleft().close()
    return port


def accepts_connections(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def answers(url: str) -> bool:
    """Whether a GET of url gets any answer below 500."""
    with suppress(httpx.TransportError):
        return httpx.get(url, timeout=2, follow_redirects=False).status_code < 500
    return False


class Process:
    """One running program.

    Its output goes to `log`, which a full pipe can never block. Start it from the thread that will outlive it: on
    Linux the program is ended when that thread is gone, so a killed test run leaves nothing behind.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
    ) -> None:
        """`env` is added to this process's environment; `user` is a system user's name, only for root."""
        self.name = name
        self.log = log
        identity = {} if user is None else {"user": user, "group": _group_of(user), "extra_groups": []}
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [*_end_with_parent(), *(str(part) for part in command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,  # Ctrl+C reaches the test run, which ends its programs in order
                **identity,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    @property
    def exit_status(self) -> int | None:
        return self._popen.poll()

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = READY_WITHIN) -> None:
        """Return once `ready()` is true; RuntimeError with the program's output if it dies or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            # Waiting for the program itself: its death is seen at once, not at the deadline.
            with suppress(subprocess.TimeoutExpired):
                status = self._popen.wait(timeout=LOOK_EVERY)
                raise RuntimeError(f"{self.name} ended with status {status}. It said:\n{self.output()}")
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(
                    f"{self.name} was not ready after {seconds:g} s. It said:\n{self.output()}"
                )

    def wait_for_exit(self, *, seconds: float = READY_WITHIN) -> int:
        """Its exit status; RuntimeError with its output if it is still running after `seconds`."""
        try:
            return self._popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(
                f"{self.name} did not end in {seconds:g} s. It said:\n{self.output()}"
            ) from None

    def pause(self) -> None:
        """Stop it where it stands: connections stay open and nothing is answered."""
        self._popen.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._popen.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it and its children at once, with no chance to tidy up."""
        self._end(signal.SIGKILL, seconds=READY_WITHIN)

    def stop(self, how: signal.Signals = signal.SIGTERM, *, seconds: float = 10.0) -> int:
        """Ask it to end, and insist after `seconds`; its exit status. Safe to call twice."""
        self._end(how, seconds=seconds)
        return self._popen.wait()

    def _end(self, how: signal.Signals, *, seconds: float) -> None:
        if not self.running:
            return
        family = [psutil.Process(self.pid)]
        with suppress(psutil.NoSuchProcess):
            family += family[0].children(recursive=True)
        for process in family if how == signal.SIGKILL else family[:1]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(how)
        self.resume()  # a paused program takes no signal but SIGKILL
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=seconds)
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._popen.wait(timeout=READY_WITHIN)
        while remaining := [process for process in family if _is_alive(process)]:
            psutil.wait_procs(remaining, timeout=LOOK_EVERY)


def _is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _end_with_parent() -> list[str]:
    """A prefix that changes neither pid nor user, and has Linux end the program when this thread is gone."""
    if sys.platform != "linux" or not shutil.which("setpriv"):
        return []
    return ["setpriv", "--pdeathsig", "TERM", "--"]


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
