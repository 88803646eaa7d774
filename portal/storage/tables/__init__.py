"""All tables. Amounts are integers (minor units), instants are microseconds UTC, documents are canonical bytes.

Migrations are generated from these tables; a test compares the two.
"""

from portal.storage.tables.base import Instant, metadata
from portal.storage.tables.deals import deal, draft, event, revision, revision_private
from portal.storage.tables.installation import command_key, counter, installation
from portal.storage.tables.ledger_queries import kind_is, own_after, own_before, own_number, sort_by_seq
from portal.storage.tables.negotiation import approval, counteroffer, imported_quote, revision_draft, scenario
from portal.storage.tables.orders import acceptance, order, outbox, receiver, work_order
from portal.storage.tables.people import api_token, contact, grant, rep, session, session_grant, sign_in_link
from portal.storage.tables.policies import (
    guard_rail,
    policy,
    policy_failure,
    policy_try,
    policy_use,
    rail_change,
)
from portal.storage.tables.reminders import reminder, reminder_off

__all__ = [
    "Instant",
    "acceptance",
    "api_token",
    "approval",
    "command_key",
    "contact",
    "counter",
    "counteroffer",
    "deal",
    "draft",
    "event",
    "grant",
    "guard_rail",
    "imported_quote",
    "installation",
    "kind_is",
    "metadata",
    "order",
    "outbox",
    "own_after",
    "own_before",
    "own_number",
    "policy",
    "policy_failure",
    "policy_try",
    "policy_use",
    "rail_change",
    "receiver",
    "reminder",
    "reminder_off",
    "rep",
    "revision",
    "revision_draft",
    "revision_private",
    "scenario",
    "session",
    "session_grant",
    "sign_in_link",
    "sort_by_seq",
    "work_order",
]
