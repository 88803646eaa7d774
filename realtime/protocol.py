"""uvicorn's protocol for sockets, with an end: `uvicorn.run(…, ws="realtime.protocol:SocketProtocol")`.

As it comes, a connection whose handler has ended waits until its buffer is read, and a reader that never reads keeps it
for ever. Here it is dropped after the time that a closing handshake is given anyway.
"""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class SocketProtocol(WebSocketsSansIOProtocol):
    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        super().on_task_complete(task)
        self.loop.call_later(self.close_timeout, self.transport.abort)
