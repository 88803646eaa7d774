"""python-socketio with its Redis manager, messages stored through SQLAlchemy's asynchronous ORM; served by uvicorn."""

import os
from datetime import UTC, datetime
from typing import Any

import socketio
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


# Run the handlers of a client one after the other, so that its messages keep their order.
server = socketio.AsyncServer(
    async_mode="asgi",
    async_handlers=False,
    client_manager=socketio.AsyncRedisManager(os.environ["REDIS_URL"]),
    transports=["websocket"],
)


@server.on("join")
async def join(client: str, room: str) -> None:
    await server.enter_room(client, room)
    await server.save_session(client, {"room": room})


@server.on("message")
async def message(client: str, said: dict[str, str]) -> None:
    room = (await server.get_session(client))["room"]
    async with session.begin() as storing:
        stored = Message(room=room, key=said["key"], body=said["body"], at=datetime.now(UTC))
        storing.add(stored)
    shown = {
        "id": stored.id,
        "room": room,
        "key": stored.key,
        "body": stored.body,
        "at": stored.at.isoformat(),
    }
    await server.emit("message", shown, room=room)


async def start() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


app = socketio.ASGIApp(server, on_startup=start)
