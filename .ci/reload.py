#!/usr/bin/env python3
"""Run a command, and start it again whenever a source file below this folder changes: `.ci/reload.py portal demo`.

Pages follow by themselves: their sockets close with 1012, and they connect to the new process. A command that ends by
itself (a syntax error, say) is started again at the next change.
"""

import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

FOLDERS = ("portal", "realtime", "static", "templates")
SUFFIXES = {".css", ".html", ".js", ".mo", ".py", ".svg", ".txt"}
LOOK_EVERY = 0.5  # seconds


def changed_at() -> dict[Path, int]:
    """When each source file was written last. A file that is being replaced counts as changed."""
    found: dict[Path, int] = {}
    for folder in FOLDERS:
        for path in Path(folder).rglob("*"):
            with suppress(FileNotFoundError):
                if path.suffix in SUFFIXES:
                    found[path] = path.stat().st_mtime_ns
    return found


def wait_for_change(known: dict[Path, int]) -> str:
    """Return the name of the first file that differs from what was known."""
    while True:
        time.sleep(LOOK_EVERY)
        differing = {path for path, _ in changed_at().items() ^ known.items()}
        if differing:
            return min(differing).as_posix()


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    while True:
        known = changed_at()
        process = subprocess.Popen(sys.argv[1:])
        try:
            name = wait_for_change(known)
        except KeyboardInterrupt:
            return
        finally:
            process.terminate()
            process.wait()
        print(f"{name} changed; starting again.", flush=True)


if __name__ == "__main__":
    main()
