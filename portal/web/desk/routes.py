"""The desk's addresses: behind a rep's session, and behind its token where they change something."""

from litestar import Router
from litestar.di import Provide

from portal.web.desk import (
    answers,
    approvals,
    board,
    changes,
    contacts,
    conversation,
    deal,
    handoffs,
    inbox,
    insights,
    lifecycle,
    policies,
    preview,
    quotes,
    request,
    revisions,
    settings,
)
from portal.web.http import sessions
from portal.web.public import documents, sign_in


def desk_router() -> Router:
    return Router(
        "/",
        route_handlers=[
            *answers.routes,
            *approvals.routes,
            *board.routes,
            *changes.routes,
            *contacts.routes,
            *deal.routes,
            *handoffs.routes,
            *inbox.routes,
            *insights.routes,
            *policies.routes,
            *lifecycle.routes,
            *preview.routes,
            *quotes.routes,
            *revisions.routes,
            *settings.routes,
            *conversation.routes,
            *documents.desk_routes,
            *sign_in.desk_routes,
        ],
        guards=[sessions.desk_guard],
        dependencies={
            "actor": Provide(sessions.provide_desk),
            "desk": Provide(request.provide_desk, sync_to_thread=False),
        },
        opt={"audience": "desk"},
    )
