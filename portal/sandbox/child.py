"""The child process: it answers bytes with bytes by one function, until its standard input ends.

`python -m portal.sandbox.child MODULE:FUNCTION SECONDS BYTES`: seconds of processor time for each request, and bytes of
address space. A request that exceeds them ends the process. It knows no setting, and has no connection to anything.
"""

import contextlib
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from portal.sandbox.frames import LAST, NEXT, READY, read_frame, write_frame

# A process that has answered so often is replaced, so that nothing gathers in it.
MOST_REQUESTS = 50
# One that has grown to this part of its memory, too: the next request finds all of it.
LARGE = 4
# Below the server, which has others to serve.
NICENESS = 5


def main(name: str, seconds: int, memory: int) -> None:
    # Whatever prints does not print among the answers.
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    module, _, function = name.partition(":")
    answer: Callable[[bytes], bytes] = getattr(importlib.import_module(module), function)
    _limit_memory(memory)
    write_frame(answers, READY)
    try:
        _serve(requests, answers, answer, seconds, memory)
    except BaseException as error:
        # The kind alone: a message may quote the document.
        sys.stderr.write(f"A child process for {function} ended: {type(error).__name__}\n")
        sys.stderr.flush()
    os._exit(0)


def _serve(
    requests: IO[bytes], answers: IO[bytes], answer: Callable[[bytes], bytes], seconds: int, memory: int
) -> None:
    for left in range(MOST_REQUESTS - 1, -1, -1):
        request = read_frame(requests)
        if request is None:
            return
        _limit_time(seconds)
        content = answer(request[1])
        last = left == 0 or _size() > memory // LARGE
        write_frame(answers, LAST if last else NEXT, content)
        if last:
            return


if sys.platform != "win32":
    import resource

    def _limit_memory(memory: int) -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError):
            os.nice(NICENESS)

    def _limit_time(seconds: int) -> None:
        """From now on. The kernel ends the process (SIGXCPU), whatever it is doing."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))

    def _size() -> int:
        """Bytes of memory that the process has. (`ru_maxrss` counts what its parent had when it started.)"""
        try:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
        except OSError:
            return 0
        return pages * resource.getpagesize()

else:

    def _limit_memory(memory: int) -> None:
        """Windows has no such limit; the parent's clock ends the process there."""

    def _limit_time(seconds: int) -> None:
        """Neither this one."""

    def _size() -> int:
        return 0


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
