"""Rules across the parts of a quote document: keys are unique, and a choice group has one selected line.

They check the unvalidated document, so that their problems are reported together with those of single fields.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from portal.domain.offer.capacity import MOST_RUNS
from portal.errors import Problem, Sentence
from portal.intake.field_errors import format_value


def problems_across(fields: Any) -> list[Problem]:
    """Return problems between parts, placed by RFC 6901 pointers. Parts of a wrong type are left to pydantic."""
    buyer = fields.get("buyer") if isinstance(fields, dict) else None
    return [
        *_problems_of_repeated(fields, "lines", "key"),
        *_problems_of_repeated(fields, "terms", "key"),
        *_problems_of_repeated(fields, "adjustments", "key"),
        *_problems_of_repeated(fields, "standing_offers", "key"),
        *_problems_of_repeated(buyer, "contacts", "email", prefix="/buyer"),
        *_problems_of_choices(fields),
        *_problems_of_runs(fields),
    ]


def _entries(parent: Any, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    entries = parent.get(name) if isinstance(parent, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def _problems_of_repeated(parent: Any, name: str, field: str, prefix: str = "") -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, entry in _entries(parent, name):
        value = entry.get(field)
        if not isinstance(value, str):
            continue
        # Mail addresses are compared without case, keys exactly.
        normalised = value.strip().casefold() if field == "email" else value.strip()
        if normalised in first:
            yield Problem.of(
                f"{prefix}/{name}/{index}/{field}",
                "%(value)s is already the %(field)s of %(place)s.",
                Sentence("Every one of the %(name)s has a %(field)s of its own.", name=name, field=field),
                value=format_value(value),
                field=field,
                place=f"{prefix}/{name}/{first[normalised]}",
            )
        first.setdefault(normalised, index)


def _problems_of_choices(fields: Any) -> Iterator[Problem]:
    groups: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for index, line in _entries(fields, "lines"):
        group = line.get("choice_group")
        if isinstance(group, str) and group.strip():
            groups[group.strip()].append((index, line.get("selected")))
    for group, members in groups.items():
        chosen = [index for index, selected in members if selected is True]
        # Without any "selected" the first line is selected; see `offer_parts`.
        if len(chosen) == 1 or all(selected is None for _, selected in members):
            continue
        place = f"/lines/{chosen[1] if chosen else members[0][0]}/selected"
        if chosen:
            message = Sentence(
                "%(count)s lines of choice group %(group)s are selected.",
                count=len(chosen),
                group=format_value(group),
            )
        else:
            message = Sentence("No line of choice group %(group)s is selected.", group=format_value(group))
        yield Problem(
            place,
            message,
            'Set "selected" to true on exactly one.',
        )


def _problems_of_runs(fields: Any) -> Iterator[Problem]:
    """Limit the phases of the contract: each different number of periods has its own totals."""
    periods = [(index, line.get("periods")) for index, line in _entries(fields, "lines")]
    different: list[int] = []
    for index, number in periods:
        if isinstance(number, int) and number not in different:
            different.append(number)
            if len(different) > MOST_RUNS:
                yield Problem.of(
                    f"/lines/{index}/periods",
                    "The lines run for more than %(limit)s different numbers of periods.",
                    "Let lines run equally long, or split the quote.",
                    limit=MOST_RUNS,
                )
                return
