"""uvicorn's protocol for sockets, with an end: `uvicorn.run(…, ws="realtime.protocol:SocketProtocol")`.

As it comes, a connection whose handler has ended waits until its buffer is read, and a reader that never reads keeps it
for ever. Here it is dropped.
"""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class SocketProtocol(WebSocketsSansIOProtocol):
    """`last_patience`: seconds from the handler's end to the connection's, at most."""

    last_patience = 10.0

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        super().on_task_complete(task)
        self.loop.call_later(self.last_patience, self.transport.abort)
