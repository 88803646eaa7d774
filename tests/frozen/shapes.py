"""What structs, packages, parsers and applications look like from outside, as names; nothing here knows ours."""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import pkgutil
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute


def fields(kind: type[msgspec.Struct], path: str = "") -> Iterator[tuple[str, str]]:
    """Such as ("offer.lines[].billing", "optional once|month|year"). A tag is a field that must be there."""
    if tag := kind.__struct_config__.tag:
        yield f"{path}{kind.__struct_config__.tag_field}", f"required {tag}"
    for each in msgspec.structs.fields(kind):
        words, parts = _inside(each.type)
        need = "required" if each.required else "optional"
        yield f"{path}{each.encode_name}", f"{need} {'|'.join(words)}".strip()
        for suffix, part in parts:
            yield from fields(part, f"{path}{each.encode_name}{suffix}.")


def _inside(kind: Any, suffix: str = "") -> tuple[list[str], list[tuple[str, type[msgspec.Struct]]]]:
    """The words that a field may hold, and the structs in it with how deep they lie: "[]" in a list, "{}" in a map."""
    origin = get_origin(kind)
    if origin is Literal:
        return sorted(map(str, get_args(kind))), []
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [], [(suffix, kind)]
    deeper = {tuple: "[]", list: "[]", dict: "{}", types.UnionType: "", Union: ""}.get(origin)
    found = [_inside(each, suffix + deeper) for each in get_args(kind)] if deeper is not None else []
    return sorted({word for words, _ in found for word in words}), [
        part for _, parts in found for part in parts
    ]


def functions(package: types.ModuleType) -> Iterator[Callable[..., Any]]:
    """The public functions of every module in it, each where it is defined."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == module.__name__:
                yield function


def literals(package: types.ModuleType, *, method: str, place: int) -> list[str]:
    """The constants that the package's code hands to a method at this place."""
    files = [path for folder in package.__path__ for path in Path(folder).rglob("*.py")]
    calls = [
        node
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    ]
    given = [call.args[place] for call in calls if len(call.args) > place]
    return sorted({str(each.value) for each in given if isinstance(each, ast.Constant)})


def routes(app: Litestar) -> list[str]:
    """ "GET /deals/{deal_id:str}"; OPTIONS is the framework's own."""
    found = []
    for route in app.routes:
        methods = route.methods - {"OPTIONS"} if isinstance(route, HTTPRoute) else {"SOCKET"}
        found += [f"{method} {route.path}" for method in methods]
    return sorted(found)


def verbs(of: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, list[str]]]:
    nested = [each for each in of._actions if isinstance(each, argparse._SubParsersAction)]
    for each in nested:
        for name, below in each.choices.items():
            yield from verbs(below, f"{path} {name}".strip())
    if not nested:
        asked = [each for each in of._actions if not isinstance(each, argparse._HelpAction)]
        yield path, sorted(" ".join(each.option_strings) or str(each.metavar or each.dest) for each in asked)
