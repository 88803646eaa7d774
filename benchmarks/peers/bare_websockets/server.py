"""The upper limit: the websockets library alone, without storage, checks or Redis."""

import asyncio
import os
from collections import defaultdict

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

rooms: dict[str, set[ServerConnection]] = defaultdict(set)


async def chat(socket: ServerConnection) -> None:
    assert socket.request is not None
    room = rooms[socket.request.path]
    room.add(socket)
    try:
        await socket.send('{"ready":true}')
        async for text in socket:
            broadcast(room, text)
    finally:
        room.discard(socket)


async def main() -> None:
    async with serve(chat, "127.0.0.1", int(os.environ["PORT"]), compression=None):
        await asyncio.get_running_loop().create_future()


uvloop.run(main())
