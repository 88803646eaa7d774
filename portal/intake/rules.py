"""Rules across the parts of a quote document: keys are unique, and a choice group has one chosen line.

They look at the document as it was written, so that their problems are told together with those of single fields.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from portal.errors import Problem, Sentence
from portal.intake.fields import shown

MOST_RUNS = 24


def across(fields: Any) -> list[Problem]:
    """Problems between parts, placed by RFC 6901 pointers; parts of a wrong kind are left to the fields' own checks."""
    buyer = fields.get("buyer") if isinstance(fields, dict) else None
    return [
        *_repeated(fields, "lines", "key"),
        *_repeated(fields, "terms", "key"),
        *_repeated(fields, "adjustments", "key"),
        *_repeated(fields, "standing_offers", "key"),
        *_repeated(buyer, "contacts", "email", prefix="/buyer"),
        *_choices(fields),
        *_runs(fields),
    ]


def _entries(parent: Any, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    entries = parent.get(name) if isinstance(parent, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def _repeated(parent: Any, name: str, field: str, prefix: str = "") -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, entry in _entries(parent, name):
        value = entry.get(field)
        if not isinstance(value, str):
            continue
        # Mail addresses differ in more than capitals; keys are told apart exactly.
        same = value.strip().casefold() if field == "email" else value.strip()
        if same in first:
            yield Problem(
                f"{prefix}/{name}/{index}/{field}",
                Sentence(
                    "%(value)s is already the %(field)s of %(place)s.",
                    value=shown(value),
                    field=field,
                    place=f"{prefix}/{name}/{first[same]}",
                ),
                Sentence("Every one of the %(name)s has a %(field)s of its own.", name=name, field=field),
            )
        first.setdefault(same, index)


def _choices(fields: Any) -> Iterator[Problem]:
    groups: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for index, line in _entries(fields, "lines"):
        group = line.get("choice_group")
        if isinstance(group, str) and group.strip():
            groups[group.strip()].append((index, line.get("selected")))
    for group, members in groups.items():
        chosen = [index for index, selected in members if selected is True]
        # Silence chooses the first line; see `offering`.
        if len(chosen) == 1 or all(selected is None for _, selected in members):
            continue
        place = f"/lines/{chosen[1] if chosen else members[0][0]}/selected"
        told = (
            Sentence(
                "%(count)s lines of choice group %(group)s are selected.",
                count=len(chosen),
                group=shown(group),
            )
            if chosen
            else Sentence("No line of choice group %(group)s is selected.", group=shown(group))
        )
        yield Problem(
            place,
            told,
            'Set "selected" to true on exactly one.',
        )


def _runs(fields: Any) -> Iterator[Problem]:
    """Each number of periods begins another phase of the contract, with totals of its own."""
    periods = [(index, line.get("periods")) for index, line in _entries(fields, "lines")]
    different: list[int] = []
    for index, number in periods:
        if isinstance(number, int) and number not in different:
            different.append(number)
            if len(different) > MOST_RUNS:
                yield Problem(
                    f"/lines/{index}/periods",
                    Sentence(
                        "The lines run for more than %(limit)s different numbers of periods.",
                        limit=MOST_RUNS,
                    ),
                    "Let lines run equally long, or split the quote.",
                )
                return
