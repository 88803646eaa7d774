"""Litestar's ChannelsPlugin over Redis, messages stored through SQLAlchemy's asynchronous ORM; served by uvicorn."""

import os
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar, WebSocket, websocket
from litestar.channels import ChannelsPlugin
from litestar.channels.backends.redis import RedisChannelsPubSubBackend
from litestar.exceptions import WebSocketDisconnect
from redis.asyncio import Redis
from sqlalchemy import event
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# SQLite has one writer: one connection with a queue is several times faster than many that compete for the lock.
engine = create_async_engine(
    f"sqlite+aiosqlite:///{os.environ['DATABASE']}", pool_size=1, max_overflow=0, pool_timeout=600
)
session = async_sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine.sync_engine, "connect")
def durable(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


class Base(DeclarativeBase):
    pass


class Message(Base):
    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str]
    key: Mapped[str]
    body: Mapped[str]
    at: Mapped[datetime]


@websocket("/rooms/{room:str}")
async def chat(socket: WebSocket[Any, Any, Any], room: str, channels: ChannelsPlugin) -> None:
    await socket.accept()
    async with channels.start_subscription([room]) as mine, mine.run_in_background(socket.send_text):
        await socket.send_text('{"ready":true}')
        try:
            while True:
                await say(channels, room, await socket.receive_json())
        except WebSocketDisconnect:
            return


async def say(channels: ChannelsPlugin, room: str, said: dict[str, str]) -> None:
    async with session.begin() as storing:
        stored = Message(room=room, key=said["key"], body=said["body"], at=datetime.now(UTC))
        storing.add(stored)
    shown = {"id": stored.id, "room": room, "key": stored.key, "body": stored.body, "at": stored.at}
    await channels.wait_published(shown, [room])


async def start() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


backend = RedisChannelsPubSubBackend(redis=Redis.from_url(os.environ["REDIS_URL"]))
app = Litestar(
    [chat],
    plugins=[ChannelsPlugin(backend=backend, arbitrary_channels_allowed=True)],
    on_startup=[start],
    openapi_config=None,
)
