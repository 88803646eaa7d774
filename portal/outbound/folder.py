"""Put a file into a receiver's folder: complete or not there at all.

Its name carries the delivery's id, so that another attempt replaces the same file instead of adding a second one.
"""

import os
from pathlib import Path

from portal.errors import Sentence
from portal.outbound.export import Export
from portal.outbound.undelivered import Undelivered

INSIDE = "handoffs"


def deliver(export: Export, target: str, *, delivery: str, files_dir: Path) -> Path:
    """The file, durable when this returns; Undelivered when the folder cannot be written.

    A relative `target` lies inside the installation's own files and is made when needed. An absolute one must be there:
    making it would hide a share that is not mounted.
    """
    folder = Path(target)
    try:
        if not folder.is_absolute():
            folder = files_dir / INSIDE / folder
            folder.mkdir(parents=True, exist_ok=True)
        return _written(folder, _name(export, delivery), export.content)
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


def _written(folder: Path, name: str, content: bytes) -> Path:
    # A name that readers of the folder pass over, and that two workers would share: the last one wins, with equal bytes.
    part = folder / f".{name}.part"
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / name)
    # The rename itself is durable only with its folder.
    entry = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
    return folder / name
