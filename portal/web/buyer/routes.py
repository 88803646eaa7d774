"""The buyer's addresses: behind a buyer's session, and behind its token where they change something."""

from litestar import Router
from litestar.di import Provide

from portal.web.buyer import (
    board,
    choices,
    closing,
    conversation,
    counteroffer,
    deal,
    revisions,
    room,
    scenarios,
    sheet,
    visit,
)
from portal.web.http import sessions
from portal.web.public import documents, reminders


def buyer_router() -> Router:
    return Router(
        "/",
        route_handlers=[
            *deal.routes,
            *board.routes,
            *choices.routes,
            *closing.routes,
            *counteroffer.routes,
            *revisions.routes,
            *room.routes,
            *scenarios.routes,
            *sheet.routes,
            *conversation.routes,
            *documents.buyer_routes,
            *reminders.buyer_routes,
        ],
        guards=[sessions.buyer_guard],
        dependencies={
            "actor": Provide(sessions.provide_buyer),
            "visit": Provide(visit.provide_visit, sync_to_thread=False),
        },
        opt={"audience": "buyer"},
    )
