"""Style sheets and scripts: joined at start into one of each, named by hash, cached by browsers for ever.

static/css/ORDER and static/js/ORDER list the files of each, one a line; without one, the alphabet decides. What begins
with "desk" makes files of its own, which buyers never load. Files of others (static/vendor) come first. Pages work as
plain forms when they are missing, so that is a line in the log only.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger()
VENDOR = ("htmx.min.js", "ext/hx-ws.min.js", "ext/hx-upsert.min.js")
# A line that is only a comment, or the space before one: our scripts hold no text over several lines.
_COMMENT_OR_INDENT = re.compile(rb"^[ \t]*(?://.*\n?)?", re.MULTILINE)
_SOURCE_MAP = re.compile(rb"^//# sourceMappingURL=.*$", re.MULTILINE)
_PICTURES = {".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon"}


@dataclass(frozen=True)
class StaticFile:
    """One file as it is sent, plain and compressed."""

    content: bytes
    media_type: str
    digest: str = field(init=False)
    packed: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.content).hexdigest()[:16])
        object.__setattr__(self, "packed", gzip.compress(self.content, 9, mtime=0))


class StaticFiles:
    """Every file by its name: app.css and app.js, desk.css and desk.js, and the pictures of static/img."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, StaticFile] = {}
        vendor = [_SOURCE_MAP.sub(b"", path.read_bytes()) for path in _vendor(folder / "vendor")]
        for name, before in (("app", vendor), ("desk", [])):
            css = [path.read_bytes() for path in _in_order(folder / "css", ".css") if _bundle(path) == name]
            scripts = [path for path in _in_order(folder / "js", ".js") if _bundle(path) == name]
            own = [_COMMENT_OR_INDENT.sub(b"", path.read_bytes()) for path in scripts]
            self.files[f"{name}.css"] = StaticFile(b"\n".join(css), "text/css")
            self.files[f"{name}.js"] = StaticFile(b"\n;\n".join([*before, *own]), "text/javascript")
        for path in sorted((folder / "img").glob("*")):
            if path.suffix in _PICTURES:
                self.files[path.name] = StaticFile(path.read_bytes(), _PICTURES[path.suffix])

    def url(self, name: str) -> str:
        """The file's address, which changes with its content; KeyError when there is no such file."""
        return f"/static/{self.files[name].digest}/{name}"


def _bundle(path: Path) -> str:
    return "desk" if path.name.startswith("desk") else "app"


def _in_order(folder: Path, suffix: str) -> list[Path]:
    order = folder / "ORDER"
    if not order.exists():
        return sorted(folder.glob(f"*{suffix}"))
    names = (line.partition("#")[0].strip() for line in order.read_text().splitlines())
    return [folder / name for name in names if name]


def _vendor(folder: Path) -> list[Path]:
    found = [folder / name for name in VENDOR if (folder / name).exists()]
    if len(found) < len(VENDOR):
        missing = ", ".join(name for name in VENDOR if folder / name not in found)
        log.warning(
            "Browser files are missing; pages work as plain forms. Run `make setup`.", missing=missing
        )
    return found
