"""FastAPI, Jinja2 and SQLAlchemy's asynchronous ORM; served by uvicorn."""

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Cookie, Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import ForeignKey, Numeric, event, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship

engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['DATABASE']}")
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI(openapi_url=None)
templates = Jinja2Templates("templates")


@event.listens_for(engine.sync_engine, "connect")
def durable(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


class Base(DeclarativeBase):
    pass


class Deal(Base):
    __tablename__ = "deal"
    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    company: Mapped[str]
    seller: Mapped[str]
    currency: Mapped[str]
    introduction: Mapped[str]
    revision: Mapped[int]
    valid_until: Mapped[date]


class Contact(Base):
    __tablename__ = "contact"
    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"))
    name: Mapped[str]
    role: Mapped[str]
    deal: Mapped[Deal] = relationship()


class Session(Base):
    __tablename__ = "session"
    id: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    contact: Mapped[Contact] = relationship()


class Line(Base):
    __tablename__ = "line"
    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"))
    position: Mapped[int]
    section: Mapped[str]
    sku: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 3))
    unit: Mapped[str]
    unit_price: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    list_price: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    discount_percent: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(18, 2))

    @property
    def net(self) -> Decimal:
        return self.quantity * self.unit_price * (100 - self.discount_percent) / 100


class Message(Base):
    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"))
    author: Mapped[str]
    body: Mapped[str]
    at: Mapped[datetime]


async def opened() -> AsyncIterator[AsyncSession]:
    async with sessions() as database:
        yield database


@app.get("/deals/{deal_id}")
async def deal(
    request: Request,
    deal_id: str,
    database: Annotated[AsyncSession, Depends(opened)],
    session: Annotated[str, Cookie()] = "",
) -> HTMLResponse:
    viewer = await contact(database, session, deal_id)
    lines = list(await database.scalars(select(Line).where(Line.deal_id == deal_id).order_by(Line.position)))
    newest = select(Message).where(Message.deal_id == deal_id).order_by(Message.id.desc()).limit(50)
    messages = list(await database.scalars(newest))[::-1]
    net = sum((line.net for line in lines), Decimal())
    tax = sum((line.net * line.tax_rate / 100 for line in lines), Decimal())
    shown = {
        "deal": viewer.deal,
        "viewer": viewer,
        "currency": viewer.deal.currency,
        "lines": lines,
        "messages": messages,
        "net": net,
        "tax": tax,
        "total": net + tax,
    }
    return templates.TemplateResponse(request, "deal.html", shown)


async def contact(database: AsyncSession, token: str, deal_id: str) -> Contact:
    held = select(Session).where(Session.id == hashlib.sha256(token.encode()).hexdigest())
    session = await database.scalar(held.options(joinedload(Session.contact).joinedload(Contact.deal)))
    if session is None or session.contact.deal_id != deal_id:
        raise HTTPException(404)
    return session.contact
