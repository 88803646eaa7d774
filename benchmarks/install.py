"""Install the peers, separate from the project: into benchmarks/.venv, and a node_modules in each Node peer."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.servers import PEERS, PYTHON, VENV, node

LOCK = PEERS.parent / "requirements.txt"


def peers() -> None:
    """Install what is missing or differs from its lock. SystemExit when that fails."""
    try:
        _python(VENV / ".installed", LOCK)
        for lock in sorted(PEERS.glob("*/package-lock.json")):
            _node(lock.parent / "node_modules" / ".installed", lock)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"The peers could not be installed: {error}") from error


def _python(stamp: Path, lock: Path) -> None:
    if _is_current(stamp, lock):
        return
    print("Setting up benchmarks/.venv ...", file=sys.stderr)
    if uv := shutil.which("uv"):
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)])
        _run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON), str(lock)])
    else:
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--require-hashes", "-r", str(lock)])
    stamp.write_text(_digest(lock))


def _node(stamp: Path, lock: Path) -> None:
    """Install with the npm of the Node.js that the peers run on."""
    if _is_current(stamp, lock):
        return
    print(f"Setting up {lock.parent.name} ...", file=sys.stderr)
    program = node()
    npm = program.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _run([str(program), str(npm), "ci", "--loglevel=error"], cwd=lock.parent)
    stamp.write_text(_digest(lock))


def _run(command: list[str], cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, env=_without_venv())


def _without_venv() -> dict[str, str]:
    """Return the environment without VIRTUAL_ENV, which uv would use instead of the given one."""
    return {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}


def _is_current(stamp: Path, lock: Path) -> bool:
    return stamp.exists() and stamp.read_text() == _digest(lock)


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()
