"""What the code says once: no package that nothing uses, no second parser, no second cache, no condition twice."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from tests.test_architecture import ROOT, canonical, imports, sources, tree

OWN = (".ci", "benchmarks", "portal", "realtime", "tests")
MINE = "test_written_once.py"
# Used without an import: by other packages, at run time or on the command line.
UNSEEN = {
    "httptools": "uvicorn parses HTTP with it",
    "uvloop": "uvicorn's event loop",
    "tzdata": "zoneinfo reads it",
    "editables": "hatchling's editable installs",
    "lxml-stubs": "mypy reads them",
    "types-openpyxl": "mypy reads them",
    "mypy": "make check",
    "ruff": "make check",
    "pip-audit": "make check",
    "pytest-xdist": "make test",
    "pytest-cov": "make fast",
}
# Each may spell its own, for the reason beside it.
DIGITS = {
    "portal/integers.py": "the one parser of whole numbers",
    "portal/domain/offer/money.py": "decimals, digit by digit",
    "portal/intake/ubl/draft.py": "whether a step of a path is an index",
}


def test_what_is_declared_is_used() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, groups = document["project"], document["dependency-groups"]
    extras = project.get("optional-dependencies", {}).values()
    stated = [*project["dependencies"], *groups["dev"], *(each for extra in extras for each in extra)]
    declared = {canonical(re.split(r"[^\w.-]", requirement)[0]) for requirement in stated}
    assert declared - set(UNSEEN) - set(used()) == set()
    assert set(UNSEEN) <= declared


def used() -> Iterator[str]:
    """The packages that Python files of the repository import."""
    homes = packages_distributions()
    files = [*ROOT.glob("*.py"), *(file for folder in OWN for file in (ROOT / folder).rglob("*.py"))]
    for file in files:
        for _, module in imports(str(file.relative_to(ROOT))):
            yield from (canonical(home) for home in homes.get(module.partition(".")[0], ()))


def test_whole_numbers_are_parsed_in_one_place() -> None:
    assert {source for source, name in attributes() if name in ("isdigit", "isdecimal", "isnumeric")} == set(
        DIGITS
    )


def test_there_is_one_lru_cache() -> None:
    cache = "portal/lru_cache.py"
    assert {source for source, name in attributes() if name in ("popitem", "move_to_end")} == {cache}


def attributes() -> Iterator[tuple[str, str]]:
    for source in sources():
        yield from ((source, node.attr) for node in ast.walk(tree(source)) if isinstance(node, ast.Attribute))


@pytest.mark.parametrize("source", sources())
def test_no_condition_stands_twice(source: str) -> None:
    """In one `and`, `or` or list of conditions: the second was meant to be another."""
    for node in ast.walk(tree(source)):
        operands = {ast.BoolOp: "values", ast.List: "elts", ast.Set: "elts"}.get(type(node))
        parts = [ast.unparse(each) for each in getattr(node, operands or "", ()) if asks(each)]
        assert [part for part, times in Counter(parts).items() if times > 1] == []


def asks(node: ast.expr) -> bool:
    return any(isinstance(each, ast.Compare | ast.Call) for each in ast.walk(node))


def test_what_is_cited_is_in_the_project() -> None:
    """These documents are the authors' own; a reader has to be told what they say."""
    cited = re.compile(r"\b(CONTRACT|DESIGN|EXAMPLES|FACTS|SCREENS|TARGETS|WORDING)\b")
    files = [file for folder in (*OWN, "docs", "templates") for file in (ROOT / folder).rglob("*.*")]
    texts = [file for file in files if file.suffix in (".py", ".md", ".html") and file.name != MINE]
    assert [file for file in texts if cited.search(file.read_text())] == []
