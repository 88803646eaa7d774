"""Turn pydantic's errors into problems with a place and a sentence for a person."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from portal.errors import Invalid, Problem, Sentence, either
from portal.intake.field_errors import format_value
from portal.intake.json_document import pointer

MAX_PROBLEMS = 1000
_SHAPES = {
    "list_type": ("This is not a list.", "Write it in square brackets: [ … ]."),
    "model_type": ("This is not an object.", "Write it in braces: { … }."),
    "bool_type": ("This is neither true nor false.", "Write true or false, without quotation marks."),
}
_OTHER = ("This does not have the form that is expected here.", "Look it up in the format's description.")


def refusal(problems: Iterable[Problem]) -> Invalid:
    """Return the error for a document with these problems. A list that is too long is cut, and says so."""
    # A number that cannot be read is reported twice: where it is used in a sum, and by its field.
    listed = list(dict.fromkeys(problems))
    count = len(listed)
    if count > MAX_PROBLEMS:
        listed = [
            *listed[:MAX_PROBLEMS],
            Problem("", Sentence("and %(count)s problems more.", count=count - MAX_PROBLEMS)),
        ]
    if count == 1:
        return Invalid(
            "The quote was not read, because of one problem. %(problem)s", listed, problem=listed[0].sentence
        )
    return Invalid("The quote was not read, because of %(count)s problems.", listed, count=count)


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Return every problem of a document that was validated against `model`, placed by RFC 6901 pointers."""
    details = enumerate(error.errors(include_url=False))
    return [
        problem
        for index, detail in details
        for problem in _problems_of(detail, model, hinted=index < MAX_PROBLEMS)
    ]


def _problems_of(detail: ErrorDetails, model: type[BaseModel], *, hinted: bool) -> Iterable[Problem]:
    loc = detail["loc"]
    place = _place(loc)
    context: Mapping[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "problems":
            for problem in context["problems"]:
                yield Problem(place + problem.place, problem.message, problem.hint)
        case "missing":
            yield Problem(
                place,
                Sentence("%(name)s is missing.", name=format_value(loc[-1])),
                "Add it; it has no default.",
            )
        case "extra_forbidden":
            # Searching the closest name is slow, so it is done only for the problems that are listed.
            hint = _suggest_name(str(loc[-1]), loc[:-1], model) if hinted else ""
            yield Problem(place, Sentence("%(name)s is not a field here.", name=format_value(loc[-1])), hint)
        case "literal_error":
            yield Problem(
                place,
                Sentence("%(value)s is not possible here.", value=format_value(detail["input"])),
                Sentence("Use %(expected)s.", expected=either(re.findall(r"'([^']*)'", context["expected"]))),
            )
        case "too_short":
            yield Problem(place, "The list is empty.", "A quote has at least one line.")
        case "too_long":
            most, length = context["max_length"], context["actual_length"]
            yield Problem(
                place,
                Sentence(
                    "The list has %(length)s entries; at most %(most)s are read.", length=length, most=most
                ),
                "Split the quote.",
            )
        case kind:
            message, hint = _SHAPES.get(kind, _OTHER)
            yield Problem(place, message, hint)


def _place(loc: tuple[int | str, ...]) -> str:
    place = ""
    for step in loc:
        place = pointer(place, step)
    return place


def _suggest_name(name: str, loc: tuple[int | str, ...], model: type[BaseModel]) -> str:
    for step in loc:
        if isinstance(step, str):
            model = _model_in(_fields(model)[step]) or model
    names = list(_fields(model))
    near = get_close_matches(name, names, n=1, cutoff=0.7)
    return (
        Sentence('Did you mean "%(near)s"?', near=near[0])
        if near
        else Sentence("Known here: %(names)s.", names=", ".join(names))
    )


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
