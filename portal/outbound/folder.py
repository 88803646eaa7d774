"""Write a file into a receiver's folder atomically.

The file's name contains the id of the delivery, so that another attempt replaces the file instead of adding a second one.
"""

import os
from pathlib import Path

from portal.errors import Sentence
from portal.outbound.export import Export
from portal.outbound.undelivered import Undelivered

# Inside the installation's own files.
FOLDER = "handoffs"


def deliver(export: Export, target: str, *, delivery: str, files_dir: Path) -> Path:
    """Write the file durably and return its path. Undelivered when the folder cannot be written.

    A relative `target` lies inside the installation's own files, and is created when needed. An absolute one must exist:
    creating it would hide a share that is not mounted.
    """
    folder = Path(target)
    try:
        if not folder.is_absolute():
            folder = files_dir / FOLDER / folder
            folder.mkdir(parents=True, exist_ok=True)
        return _write_durably(folder, _name(export, delivery), export.content)
    except OSError as error:
        raise Undelivered(
            Sentence(
                "The folder %(target)s could not be written: %(reason)s.",
                target=target,
                reason=error.strerror or str(error),
            )
        ) from error


def _name(export: Export, delivery: str) -> str:
    stem, dot, suffix = export.name.rpartition(".")
    return f"{stem}-{delivery}{dot}{suffix}"


def _write_durably(folder: Path, name: str, content: bytes) -> Path:
    # Programs that watch the folder skip hidden files. Two workers may write the same file, with equal bytes.
    part = folder / f".{name}.part"
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / name)
    # The rename is durable once the folder is synced.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return folder / name
