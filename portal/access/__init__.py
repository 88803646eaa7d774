"""Who may see which deal: actors, the one way to get a deal, sessions, and tokens.

`deal_for(transaction, actor, id)` is the only way to get a deal, for pages, sockets, the API and the command line alike.
"""

from portal.access.actors import Actor, BuyerSession, DeskSession, Rep, System
from portal.access.deal import Deal
from portal.access.deal_lookup import deal_for, deals_for
from portal.access.sessions import csrf_for, rep_for, require, seller_role
from portal.access.tokens import new_id, new_token, token_hash

__all__ = [
    "Actor",
    "BuyerSession",
    "Deal",
    "DeskSession",
    "Rep",
    "System",
    "csrf_for",
    "deal_for",
    "deals_for",
    "new_id",
    "new_token",
    "rep_for",
    "require",
    "seller_role",
    "token_hash",
]
