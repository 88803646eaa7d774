"""Every command that an edge runs has a name in the metrics; tests/frozen/names.json holds the names."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import portal.commands
from portal.access import System
from portal.commands.conversation.post_message import Message
from portal.commands.order.accept import accept
from portal.database.command_metrics import OTHER, name_of

ROOT = Path(__file__).parents[2]
MODULES = {
    found.name: importlib.import_module(found.name)
    for found in pkgutil.walk_packages(portal.commands.__path__, "portal.commands.")
}


def test_whatever_the_edges_run_is_a_command_with_a_name() -> None:
    ran = [verb for file in edges() for verb in imported(ast.parse(file.read_text())) if writes(verb)]
    assert len(ran) > 50
    assert {verb.__qualname__ for verb in ran if name_of(verb) == OTHER} == set()


def test_a_command_is_found_behind_what_wraps_it() -> None:
    def with_actor(work: Any) -> object:
        return bound(work)

    bound = partial(accept, actor="someone")
    message = Message(actor=System("cli"), deal_id="1", body="Hello")
    assert name_of(partial(with_actor)) == "accept"
    assert name_of(message) == "post_message"
    assert name_of(lambda work: None) == OTHER


def edges() -> Iterator[Path]:
    for folder in ("portal", "realtime"):
        yield from (
            file for file in (ROOT / folder).rglob("*.py") if ROOT / "portal/commands" not in file.parents
        )


def imported(tree: ast.Module) -> Iterator[Callable[..., Any]]:
    """What a module takes from portal.commands: by name, or as an attribute of a module that it imports."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("portal.commands"):
            for alias in node.names:
                if module := MODULES.get(f"{node.module}.{alias.name}"):
                    modules[alias.asname or alias.name] = module
                else:
                    yield getattr(MODULES[str(node.module)], alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield getattr(modules[node.value.id], node.attr)


def writes(verb: object) -> bool:
    return inspect.isfunction(verb) and next(iter(inspect.signature(verb).parameters), None) == "work"
