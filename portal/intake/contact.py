"""A person on the buyer's side as a quote or a command line names them."""

import re

import msgspec
from pydantic import ValidationError

from portal.errors import Invalid, Problem, Sentence
from portal.intake.parts import Contact, Role
from portal.intake.problems import problems_of

_WRITTEN = re.compile(r"(?:(?P<name>[^<>]*)<(?P<boxed>[^<>]*)>|(?P<bare>[^<>:\s]+))\s*(?::\s*(?P<role>\w+))?")


class NewContact(msgspec.Struct, frozen=True, kw_only=True):
    """`email` as it was written; two contacts are the same when their addresses differ in capitals only."""

    email: str
    name: str = ""
    role: Role = "negotiator"


def parse_contact(text: str) -> NewContact:
    """`Name <address>:role`, where name, brackets and role may be missing; Invalid when it is something else."""
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise Invalid.field(
            "--contact",
            '"%(text)s" is not a contact.',
            'Write "Anna Berg <anna@example.com>:signer".',
            text=text,
        )
    fields = {
        "name": (written["name"] or "").strip().strip('"'),
        "email": written["boxed"] or written["bare"] or "",
        "role": written["role"],
    }
    try:
        return contact_of(Contact.model_validate(fields))
    except ValidationError as error:
        problems = [
            Problem("--contact", problem.message, problem.hint) for problem in problems_of(error, Contact)
        ]
        raise Invalid(
            '"%(text)s" is not a contact. %(message)s',
            problems,
            text=text,
            message=Sentence(problems[0].message),
        ) from None


def contact_of(written: Contact) -> NewContact:
    return NewContact(email=written.email, name=written.name, role=written.role)
