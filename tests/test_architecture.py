"""The rules of the house that a machine can check. A failing test here names the file and the rule."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import hatch_build
from portal.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("portal", "realtime")
COMMITTER = "portal/database/database.py"
# Read snapshots, on connections that refuse to write, and migrations, which run while nothing else does.
BEGINS = ("portal/storage/session.py", "portal/storage/migrate.py", "portal/storage/backup.py")
MIGRATIONS = "portal/storage/migrations/"
MOST_LINES, MOST_FILES = 300, 25

# From the ground up: a room imports from its own layer and from those above it in this list, never from one below.
LAYERS = (
    {"portal", "domain", "errors", "integers", "lru_cache"},
    {"settings", "signing", "seal", "sandbox"},
    {"storage"},
    {"access"},
    {"intake", "reading"},
    {"database"},
    {"commands"},
    {"rendering"},
    {"request", "session_cookies"},
    {"outbound", "worlds"},
    {"realtime"},
    {"web"},
    {"app", "cli"},
)
# What only the seller may know, and the code that buyers' pages, frames and files are made with.
PRIVATE = (
    "portal.domain.policy",
    "portal.domain.ledger.seller_events",
    "portal.reading.desk",
    "portal.rendering.live.desk_parts",
    "portal.storage.guard_rails",
    "portal.storage.private_documents",
    "portal.storage.signatures",
    "portal.web.desk",
)
FOR_BUYERS = (
    "portal/domain/offer/",
    "portal/domain/change/",
    "portal/domain/difference/",
    "portal/reading/deal_page/",
    "portal/reading/buyer/",
    "portal/rendering/live/buyer_parts.py",
    "portal/web/buyer/",
    "portal/web/public/",
)
# What the buyers keep among themselves, and the code that the desk's pages and frames are made with.
BUYERS_OWN = (
    "portal.commands.conversation.buyer_room",
    "portal.commands.negotiation.scenarios",
    "portal.commands.negotiation.send_scenario",
    "portal.commands.negotiation.share_scenario",
    "portal.domain.ledger.buyer_events",
    "portal.reading.buyer",
    "portal.rendering.live.buyer_parts",
    "portal.web.buyer",
)
FOR_THE_DESK = (
    "portal/cli/",
    "portal/reading/desk/",
    "portal/reading/operator/",
    "portal/rendering/live/desk_parts.py",
    "portal/web/desk/",
)
EXCUSED = {
    # The buyers' page that a rep previews is given an empty tray.
    ("portal/web/desk/preview.py", "portal.reading.buyer.tray.Tray"),
}
NOT_IN_DOMAIN = {
    *("asyncio", "threading", "socket", "subprocess", "os", "random", "secrets", "time"),
    *(
        "alembic",
        "httpx",
        "jinja2",
        "litestar",
        "lxml",
        "psycopg",
        "pydantic",
        "redis",
        "sqlalchemy",
        "uvicorn",
    ),
}
FILE_CALLS = ("read_text", "read_bytes", "write_text", "write_bytes", "open", "exists", "mkdir", "unlink")
CLOCKS = r"(datetime\.)?(datetime\.(now|utcnow|today)|date\.today)"


def sources() -> list[str]:
    return sorted(
        path.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("*.py")
    )


@cache
def tree(source: str) -> ast.Module:
    return ast.parse((ROOT / source).read_text(), filename=source)


def module_of(source: str) -> str:
    return source.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Line and absolute module of each import, those under TYPE_CHECKING and in functions included."""
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module_of(source).split(".")
                up = node.level - source.endswith("__init__.py")
                base = ".".join([*package[: len(package) - up], *filter(None, [base])])
            # `from portal import access` imports a module; `from portal.access import deal_for` a name in one.
            yield from (
                (node.lineno, f"{base}.{name.name}" if is_ours(base) else base) for name in node.names
            )


def is_ours(module: str) -> bool:
    return module.partition(".")[0] in PACKAGES


def part_of(module: str) -> str:
    """`portal.commands.accept` is of the part `commands`; everything of realtime is of the part `realtime`."""
    first, *rest = module.split(".")
    return rest[0] if first == "portal" and rest else first


def layer_of(part: str) -> int:
    for height, parts in enumerate(LAYERS):
        if part in parts:
            return height
    raise AssertionError(f"portal/{part} has no place in LAYERS; decide who may import it")


def calls(source: str, *methods: str) -> Iterator[int]:
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
            yield node.lineno


def test_a_part_imports_only_from_its_layer_and_those_beneath() -> None:
    wrong = [
        f"{source}:{line} imports {module}"
        for source in sources()
        for line, module in imports(source)
        if is_ours(module) and layer_of(part_of(module)) > layer_of(part_of(module_of(source)))
    ]
    assert wrong == []


def test_domain_imports_nothing_of_ours() -> None:
    """But the exceptions, which import nothing themselves."""
    wrong = [
        f"{source}:{line} imports {module}"
        for source in sources()
        if source.startswith("portal/domain/")
        for line, module in imports(source)
        if is_ours(module) and part_of(module) not in ("domain", "errors")
    ]
    assert wrong == []
    assert [module for line, module in imports("portal/errors.py") if is_ours(module)] == []


def test_domain_is_pure() -> None:
    """No I/O, no framework, no clock, no chance, no float."""
    wrong = []
    for source in (source for source in sources() if source.startswith("portal/domain/")):
        wrong += [
            f"{source}:{line} imports {m}" for line, m in imports(source) if m.split(".")[0] in NOT_IN_DOMAIN
        ]
        wrong += [f"{source}:{line} touches a file" for line in calls(source, *FILE_CALLS)]
        for node in ast.walk(tree(source)):
            if isinstance(node, ast.Attribute) and re.fullmatch(CLOCKS, ast.unparse(node)):
                wrong.append(f"{source}:{node.lineno} reads a clock")
            if isinstance(node, ast.Name) and node.id == "float":
                wrong.append(f"{source}:{node.lineno} names float")
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                wrong.append(f"{source}:{node.lineno} has the float {node.value}")
    assert wrong == []


def test_what_is_shown_never_changes_anything() -> None:
    wrong = [
        f"{source}:{line} imports {module}"
        for source in sources()
        if source.startswith("portal/reading/")
        for line, module in imports(source)
        if part_of(module) == "commands"
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("for_whom", "hidden"), [(FOR_BUYERS, PRIVATE), (FOR_THE_DESK, BUYERS_OWN)], ids=["buyers", "the desk"]
)
def test_what_a_party_may_not_know_is_not_imported_for_it(
    for_whom: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    wrong = [
        f"{source}:{line} imports {module}"
        for source in sources()
        if source.startswith(for_whom)
        for line, module in imports(source)
        if f"{module}.".startswith(tuple(f"{each}." for each in hidden)) and (source, module) not in EXCUSED
    ]
    assert wrong == []


def test_no_package_imports_in_a_circle() -> None:
    """A room is a folder of `portal`, or all of `realtime`; its modules count as one."""
    known = {module_of(source) for source in sources()}
    graph: dict[str, set[str]] = {}
    for source in sources():
        room = part_of(module_of(source))
        graph.setdefault(room, set()).update(
            part_of(module)
            for _, module in imports(source)
            if is_ours(module) and ({module, module.rpartition(".")[0]} & known) and part_of(module) != room
        )
    # Whatever imports nothing that is left is taken away, until nothing is left, or a circle.
    while free := {room for room, others in graph.items() if not others & graph.keys()}:
        graph = {room: others for room, others in graph.items() if room not in free}
    assert graph == {}


def test_realtime_knows_nothing_of_web() -> None:
    wrong = [
        f"{source}:{line} imports {module}"
        for source in sources()
        if source.startswith("realtime/")
        for line, module in imports(source)
        if module.startswith("portal.web")
    ]
    assert wrong == []


def test_no_folder_is_crowded() -> None:
    folders = Counter(str(Path(source).parent) for source in sources() if not source.startswith(MIGRATIONS))
    assert {folder: count for folder, count in folders.items() if count > MOST_FILES} == {}


def test_the_edges_never_see_a_table() -> None:
    wrong = [
        f"{source}:{line} imports {module}"
        for source in sources()
        if source.startswith(("portal/web/", "realtime/"))
        for line, module in imports(source)
        if module.startswith("portal.storage.tables")
    ]
    assert wrong == []


def test_one_file_commits_and_rings() -> None:
    """`with connection.begin()` commits as much as `.commit()` does; a savepoint does not."""
    others = [source for source in sources() if source != COMMITTER and not source.startswith(MIGRATIONS)]
    wrong = [f"{source}:{line} commits" for source in others for line in calls(source, "commit")]
    in_portal = [source for source in others if source.startswith("portal/")]
    wrong += [
        f"{source}:{line} commits"
        for source in in_portal
        if source not in BEGINS
        for line in calls(source, "begin")
    ]
    wrong += [f"{source}:{line} rings the doorbell" for source in in_portal for line in calls(source, "ring")]
    assert wrong == []
    assert list(calls(COMMITTER, "commit", "begin")), (
        "nothing commits any more: does this test look in the right place?"
    )
    assert list(calls(COMMITTER, "ring"))


def test_no_file_is_too_long() -> None:
    written = [source for source in sources() if not source.startswith(MIGRATIONS)]
    lengths = {source: len((ROOT / source).read_text().splitlines()) for source in written}
    too_long = {source: lines for source, lines in lengths.items() if lines > MOST_LINES}
    assert too_long == {}, "is a verb hiding in there?"


def test_no_file_is_a_drawer_for_anything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "managers", "manager", "misc", "common"}
    assert [source for source in sources() if drawers & set(module_of(source).split("."))] == []


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_setting_is_documented(field: str) -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert not documents or any(
        re.search(rf"\bPORTAL_{field.upper()}\b", text.read_text()) for text in documents
    )


def test_locks_name_no_addresses() -> None:
    locks = [ROOT / "package-lock.json", ROOT / ".npmrc", *(ROOT / "requirements").glob("*.txt")]
    assert len(locks) >= 5
    addresses = [
        f"{lock.name}: {found[0]}"
        for lock in locks
        for found in re.finditer(
            r"(?:https?|file|git\+\w+)://\S*|\"resolved\"|--\S*index-url\S*", lock.read_text()
        )
    ]
    assert addresses == []


def test_what_is_imported_is_declared() -> None:
    """A package that is there only because another needs it may be gone with that one's next release."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project.get("optional-dependencies", {}).values()]
    declared = {canonical(re.split(r"[^\w.-]", requirement)[0]) for group in groups for requirement in group}
    declared.add("pydantic-core")  # pydantic's own documentation takes its error types from there
    homes = packages_distributions()
    wrong = {
        f"{source} imports {module}"
        for source in sources()
        for line, module in imports(source)
        if (top := module.partition(".")[0]) not in (*sys.stdlib_module_names, *PACKAGES)
        if not declared & {canonical(home) for home in homes.get(top, [])}
    }
    assert wrong == set()


def canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize(("served", "published"), sorted(hatch_build.FILES.items()))
def test_browser_files_are_the_published_ones(served: str, published: str) -> None:
    ours, theirs = hatch_build.VENDOR / served, hatch_build.NODE_MODULES / published
    assert sha256(ours.read_bytes()).digest() == sha256(theirs.read_bytes()).digest()
