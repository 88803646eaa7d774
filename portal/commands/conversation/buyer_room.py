"""What the buyers say among themselves: a line in their room, and who of theirs is content with what.

It has addresses of its own and never travels up a socket: no missing or wrong field can publish it.
"""

from typing import get_args

from portal.access import Actor, deal_for
from portal.commands.conversation.post_message import Posted, say
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import buyer_events, ledger
from portal.errors import Invalid

LONGEST_TOPIC = 40


@command("draft_counteroffer.put_changes")
def confide(work: UnitOfWork, actor: Actor, deal_id: str, *, body: str, key: str | None = None) -> Posted:
    """The same key with the same text gives the first result; with another text, Conflict."""
    deal = deal_for(work, actor, deal_id)
    deal.require("confer")
    return say(work, deal, buyer_events.TeamMessagePosted(), body, key)


@command("draft_counteroffer.put_changes")
def sign_off(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    *,
    topic: str,
    verdict: str,
    note: str = "",
    key: str | None = None,
) -> Posted:
    """Say for `topic` (such as "legal") that it is fine, objects, or is waited for; the newest word on a topic holds."""
    deal = deal_for(work, actor, deal_id)
    deal.require("confer")
    event, said = _word(topic, verdict, deal.revision), _note(note)

    def run() -> Posted:
        appended = work.append(deal_id, deal.actor, event, ledger.Personal(note=said))
        return Posted(position=appended.buyer_seq or 0, key=key)

    return work.once(deal.actor, deal_id, "sign_off", key, [event, said], Posted, run)


def _word(topic: str, verdict: str, revision: int) -> buyer_events.SignOff:
    called = " ".join(written(topic, "topic", longest=LONGEST_TOPIC).split())
    for each in get_args(buyer_events.SignOffVerdict):
        if each == verdict:
            return buyer_events.SignOff(topic=called, verdict=each, revision=revision)
    raise Invalid.field("verdict", "Choose Approve, Reject or Request approval.")


def _note(note: str) -> str:
    return written(note, "note", longest=2_000, required=False)
