"""A process whose event loop stands still ends, and says where it stood; one that is only busy goes on."""

from __future__ import annotations

import subprocess
import sys

HANGS = """
import asyncio, re, time
from portal.cli import supervision
supervision.HANG_LIMIT = 2.0

async def main():
    watching = asyncio.create_task(supervision.exit_when_hanging())
    await asyncio.sleep(0)
    %s
    print("done", flush=True)
    watching.cancel()

asyncio.run(main())
"""


def run(what: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", HANGS % what]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_hang_that_keeps_the_interpreter_lock_ends_the_process() -> None:
    ended = run("re.fullmatch('(a*)*b', 'a' * 40)")
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "main" in ended.stderr
    assert "done" not in ended.stdout


def test_a_loop_that_goes_on_is_left_alone() -> None:
    ended = run("for _ in range(8): time.sleep(0.5); await asyncio.sleep(0.3)")
    assert (ended.returncode, ended.stdout) == (0, "done\n")
