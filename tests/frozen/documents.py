"""Everything that is stored or sent as JSON, by a name that stays: as what it is read, and how it is written again.

With `current` these are the places that know where the code keeps things.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

import msgspec

from portal.commands.conversation.post_message import Posted
from portal.commands.deal.ask_more_time import Asked
from portal.commands.deal.decline import Closed
from portal.commands.negotiation.agree_to import Agreed
from portal.commands.negotiation.draft_counteroffer import Entry
from portal.commands.negotiation.make_counteroffer import Made
from portal.commands.order.place_order import Placed
from portal.commands.revision.publish import Published
from portal.commands.revision.publish_revision import Publication
from portal.domain.change.change import Change
from portal.domain.deal.mail import Mail
from portal.domain.ledger import ledger
from portal.domain.offer import revision
from portal.domain.offer.revision import PrivateFigures, Revision
from portal.domain.offer.totals import revise
from portal.domain.order import work_order
from portal.domain.order.acceptance import Evidence
from portal.domain.order.bill import Bill
from portal.domain.order.hand_off import HandOff
from portal.domain.order.order import OrderDocument
from portal.domain.order.receipt import Sealed
from portal.domain.order.work_order import Analysis, WorkOrder
from portal.domain.policy.authority import Authority
from portal.domain.policy.policy import Caps, Policy
from portal.outbound.export import export
from realtime.hub import presence_messages, redis_doorbell
from realtime.sockets import client_frames, frames

STORED: Mapping[str, type[msgspec.Struct]] = {
    "revision": Revision,
    "private figures": PrivateFigures,
    "personal": ledger.Personal,
    "chained event": ledger.Link,
    "change": Change,
    "drafted change": Entry,
    "publication": Publication,
    "policy": Policy,
    "caps": Caps,
    "authority": Authority,
    "evidence": Evidence,
    "receipt": Sealed,
    "order": OrderDocument,
    "work order": WorkOrder,
    "bill": Bill,
    "analysis": Analysis,
    "mail": Mail,
    "hand-off": HandOff,
    **{f"event {kind.__struct_config__.tag}": kind for kind in get_args(ledger.AnyBody)},
}
# What `once` keeps of a command, for whoever sends it again.
RESULTS: Mapping[str, type[msgspec.Struct]] = {
    "accept": Placed,
    "agree_to": Agreed,
    "ask_more_time": Asked,
    "sign_off": Posted,
    **dict.fromkeys(("decline", "withdraw"), Closed),
    **dict.fromkeys(("make_counteroffer", "send_scenario"), Made),
    **dict.fromkeys(("choose", "give_more_time", "publish_revision", "reopen"), Published),
    **dict.fromkeys(("take_back_revision", "take_offer"), Published),
}
FRAMES: Mapping[str, type[msgspec.Struct]] = {
    "event": frames.Frame,
    "heartbeat": frames.Heartbeat,
    "acknowledged": frames.Acknowledged,
    "refusal": frames.Refusal,
    "reload": frames.Reload,
    "person": presence_messages.Person,
    "typing": presence_messages.Typing,
    "ring": redis_doorbell.Ring,
    "note": redis_doorbell.Note,
    "word": presence_messages.PresenceMessage,
    **{f"client {kind.__struct_config__.tag}": kind for kind in get_args(client_frames.ClientFrame)},
}

Spell = Callable[[bytes], bytes]


def canonical(kind: Any) -> Spell:
    return lambda stored: revision.canonical_bytes(msgspec.json.decode(stored, type=kind))


def plain(kind: Any) -> Spell:
    return lambda stored: msgspec.json.encode(msgspec.json.decode(stored, type=kind))


def each(kind: type[msgspec.Struct]) -> Spell:
    return plain(tuple.__class_getitem__((kind, ...)))


def _published_again(stored: bytes) -> bytes:
    return revision.canonical_bytes(revise(revision.decode(stored).offer))


def _part(kind: str) -> Spell:
    return lambda stored: export(work_order.decode(kind, stored), "json").content


# What a digest or a seal binds, or what is handed on: read and written again it has the same bytes.
BOUND: dict[str, Spell] = {
    "SELECT document FROM revision": lambda stored: revision.canonical_bytes(revision.decode(stored)),
    "SELECT document FROM revision -- published again": _published_again,
    "SELECT document FROM draft": _published_again,
    "SELECT evidence FROM acceptance": canonical(Evidence),
    "SELECT document FROM order_": canonical(OrderDocument),
    **{f"SELECT document FROM work_order WHERE kind = '{kind}'": _part(kind) for kind in work_order.KINDS},
}
# What is read and never written again (the chains bind the stored bytes of events): nothing of it is lost.
READ: dict[str, Spell] = {
    "SELECT document FROM revision_private": canonical(PrivateFigures),
    "SELECT private FROM draft": canonical(PrivateFigures),
    "SELECT body FROM event": lambda stored: ledger.encode_body(ledger.decode_body(stored)),
    "SELECT personal FROM event WHERE personal IS NOT NULL": plain(ledger.Personal),
    "SELECT changes FROM counteroffer": each(Change),
    "SELECT changes FROM revision_draft": each(Change),
    "SELECT changes FROM scenario": each(Entry),
    "SELECT reasons FROM scenario": plain(dict[str, str]),
    "SELECT publication FROM approval": plain(Publication),
    "SELECT edits FROM approval": each(Change),
    "SELECT document FROM policy": plain(Policy),
    "SELECT document FROM rail_change WHERE subject LIKE 'policy:%'": plain(Policy),
    "SELECT document FROM guard_rail WHERE subject = 'caps'": plain(Caps),
    "SELECT document FROM guard_rail WHERE subject LIKE 'rep:%'": plain(Authority),
    "SELECT payload FROM outbox WHERE transport = 'mail'": plain(Mail),
    "SELECT payload FROM outbox WHERE transport IN ('folder', 'webhook')": plain(HandOff),
    **{
        f"SELECT result FROM command_key WHERE command = '{command}'": plain(kind)
        for command, kind in RESULTS.items()
    },
}
