"""A contact of the buyer, as a quote or the command line names them."""

import re

import msgspec
from pydantic import ValidationError

from portal.errors import Invalid, Problem, Sentence
from portal.intake.parts import Contact, Role
from portal.intake.problems import problems_of

_CONTACT = re.compile(r"(?:(?P<name>[^<>]*)<(?P<boxed>[^<>]*)>|(?P<bare>[^<>:\s]+))\s*(?::\s*(?P<role>\w+))?")


class NewContact(msgspec.Struct, frozen=True, kw_only=True):
    """`email` is spelled as in the source. Two contacts are the same when their addresses differ only in case."""

    email: str
    name: str = ""
    role: Role = "negotiator"


def parse_contact(text: str) -> NewContact:
    """Parse `Name <address>:role`. Name, brackets and role are optional. Invalid when it is something else."""
    match = _CONTACT.fullmatch(text.strip())
    if match is None:
        raise Invalid.field(
            "--contact",
            '"%(text)s" is not a contact.',
            'Write "Anna Berg <anna@example.com>:signer".',
            text=text,
        )
    fields = {
        "name": (match["name"] or "").strip().strip('"'),
        "email": match["boxed"] or match["bare"] or "",
        "role": match["role"],
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


def contact_of(contact: Contact) -> NewContact:
    return NewContact(email=contact.email, name=contact.name, role=contact.role)
