"""The addresses of the sockets, where origin and session are checked."""

import re

from litestar import websocket
from litestar.handlers import WebsocketRouteHandler
from litestar.params import FromPath

from portal.access import BuyerSession, DeskSession
from portal.request import Socket
from portal.session_cookies import buyer_session, desk_session
from realtime.close_codes import SIGN_IN
from realtime.sockets.deal_socket import DealSocket
from realtime.sockets.handshake import accept, close
from realtime.sockets.inbox_socket import InboxSocket

_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


@websocket("/deals/{deal_id:str}/live")
async def buyer_live(socket: Socket, deal_id: FromPath[str]) -> None:
    await _serve(socket, deal_id, buyer_session(socket))


@websocket("/desk/deals/{deal_id:str}/live")
async def rep_live(socket: Socket, deal_id: FromPath[str]) -> None:
    await _serve(socket, deal_id, desk_session(socket))


async def _serve(socket: Socket, deal_id: str, actor: BuyerSession | DeskSession | None) -> None:
    if not await accept(socket):
        return
    if actor is None:
        await close(socket, SIGN_IN)
    else:
        # An id that no deal can have is looked up all the same, so that it takes as long as any other.
        valid_id = deal_id if _ID.fullmatch(deal_id) else "-"
        await DealSocket(socket, socket.app.state.services, actor, valid_id).run()


@websocket("/desk/live")
async def desk_live(socket: Socket) -> None:
    if not await accept(socket):
        return
    actor = desk_session(socket)
    if actor is None:
        await close(socket, SIGN_IN)
    else:
        await InboxSocket(socket, socket.app.state.services, actor).run()


routes: list[WebsocketRouteHandler] = [buyer_live, rep_live, desk_live]
