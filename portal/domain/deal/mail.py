"""A mail as a command leaves it in the outbox: who gets which template, and the words for its blanks.

Rendering and sending are the worker's (portal/outbound). Nothing here names a price: subjects and previews are read on
lock screens.
"""

from datetime import timedelta
from typing import Literal, get_args

import msgspec

Template = Literal[
    "invitation",  # a contact is invited to a proposal: url, seller, title, number, revision, valid_until, sender
    "new_link",  # a contact asked for a fresh link: url, seller, title, number
    "sign_in_link",  # a rep signs in: url
    # The seller published a revision: url, seller, title, number, revision, note, how many requests were accepted,
    # countered and declined; who, where a colleague made it; and where figures may be mailed, answers, changes and more.
    "new_answer",
    "new_message",  # the other side wrote: url, title, number, sender, company
    "order_confirmation",  # the buyer's side: url, seller, title, order, revision, digest, signer, statement
    "order_notice",  # the seller's side: url, title, company, order, number, revision, signer
    "seller_notice",  # the buyer did something: url, title, company, number, who, happened, count, revision, offers
    "approval_needed",  # a manager must decide: url, title, company, number, sender
    "approval_decided",  # a manager decided: url, title, company, number, sender, decision, note, revision
    "reminder_expiry",  # an offer ends soon: url, seller, title, company, number, revision, valid_until
    "reminder_unread",  # an answer was not opened: as above
    "reminder_waiting",  # a buyer waits: url, title, company, number
]
TEMPLATES: tuple[Template, ...] = get_args(Template)
# What a contact gets; the rest goes to the seller's people.
TO_BUYERS: frozenset[Template] = frozenset(
    ("invitation", "new_link", "new_answer", "order_confirmation", "reminder_expiry", "reminder_unread")
)


class Mail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`language` is BCP 47; `context` fills the template, and a name it lacks reads as empty.

    `happened` is counteroffer, answered, composed, declined or more_time_asked, `decision` granted, edited or refused:
    the sentence is made in the reader's language. `count` is of changes.

    `context["url"]` is what the one button opens. When it carries a token it is a secret, and leaves the outbox with
    the mail.
    """

    template: Template
    to_name: str
    to_email: str
    language: str
    context: dict[str, str] = {}
    # Whose reminders of which kind the mail's own link switches off; None for mail that has to be sent.
    unsubscribe: tuple[str, str] | None = None


# What a mail about a revision tells of its figures, and of what the rep and the revision say at all.
FIGURES = ("answers", "changes")
CONTENT = (*FIGURES, "more", "note", "accepted", "countered", "declined")
# How long such a mail waits, so that the revision can still be taken back.
FIGURES_WAIT = timedelta(minutes=2)


def carries_figures(mail: Mail) -> bool:
    return any(mail.context.get(name) for name in FIGURES)


def is_about(mail: Mail, revision: int) -> bool:
    """Whether the mail tells the buyers of this revision."""
    return mail.template in ("new_answer", "reminder_unread") and mail.context.get("revision") == str(
        revision
    )


def without_content(mail: Mail) -> Mail:
    """The mail without anything that a revision says."""
    context = {name: value for name, value in mail.context.items() if name not in CONTENT}
    return msgspec.structs.replace(mail, context=context)
