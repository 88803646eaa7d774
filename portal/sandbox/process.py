"""One child process, from its parent's side."""

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import portal
from portal.sandbox.frames import LAST, READY, read_frame, write_frame

# Seconds to start in: only a machine that is busy with much else takes so long.
START_WITHIN = 60.0
# What a child is told of the environment: no setting, no secret.
_PASSED = ("PATH", "LANG", "LC_ALL", "HOME", "SYSTEMROOT", "TMPDIR", "XDG_DATA_HOME", "XDG_DATA_DIRS")
# One thread: each would reserve address space of its own.
_THREADS = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


class Overrun(Exception):
    """The child took more time or memory than it may, or died, and was ended."""


@dataclass(frozen=True)
class Work:
    """What a child does ("module:function", from bytes to bytes), and what it may take for each request.

    `seconds` by the clock, `processor_seconds` of a processor, `memory` in bytes of address space.
    """

    function: str
    seconds: float
    processor_seconds: int
    memory: int


class Child:
    """A process for `work`; usable until `run` raises or `finished`."""

    def __init__(self, work: Work) -> None:
        self._work, self.finished, self._ready = work, False, False
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with arguments of our own
            [
                *(sys.executable, "-P", "-m", "portal.sandbox.child", work.function),
                *(str(work.processor_seconds), str(work.memory)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            # A Ctrl-C is the server's. The child ends with its standard input.
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def run(self, request: bytes) -> bytes:
        """Return the answer; Overrun when there is none in time. The child is ended then."""
        assert self._process.stdin and self._process.stdout  # noqa: PT018
        try:
            if not self._ready:
                with _Deadline(START_WITHIN, self._process):
                    self._ready = read_frame(self._process.stdout) == (READY, b"")
            with _Deadline(self._work.seconds, self._process):
                write_frame(self._process.stdin, READY, request)
                answer = read_frame(self._process.stdout)
        except OSError:
            answer = None
        if answer is None:
            self.end()
            raise Overrun(self._work.function)
        if answer[0] == LAST:
            self.end()
        return answer[1]

    def end(self) -> None:
        """End the process, whatever it is doing, and wait until it is gone."""
        self.finished = True
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(OSError):  # what was still to be written found nobody
                    stream.close()
        self._process.wait()


class _Deadline:
    """Kills the process after so many seconds; reading from it ends then."""

    def __init__(self, seconds: float, process: "subprocess.Popen[bytes]") -> None:
        self._timer = Timer(seconds, process.kill)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()


def _environment() -> dict[str, str]:
    here = str(Path(portal.__file__).parent.parent)
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return {**passed, **_THREADS, "PYTHONPATH": here}
