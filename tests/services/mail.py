"""A real SMTP server that keeps what it is given."""

from __future__ import annotations

import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.services.process import READY_WITHIN, free_port


class SmtpSink:
    """Messages in the order they were accepted. Set `refusal` to an SMTP answer ("451 Try later") to refuse them."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refusal: str | None = None
        self.refused = 0
        self._changed = threading.Condition()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=free_port(), ready_timeout=READY_WITHIN
        )
        self._controller.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        with self._changed:
            if self.refusal:
                self.refused += 1
            else:
                self.messages.append(message_from_bytes(envelope.content, policy=default))
            self._changed.notify_all()
        return self.refusal or "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.messages if address in message.get("To", "")]

    def wait_for(self, address: str, *, count: int = 1, seconds: float = 60) -> list[EmailMessage]:
        """The messages to `address`, once there are `count`; AssertionError with what did come otherwise."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.to(address)) >= count, timeout=seconds)
        if not came:
            subjects = [f"{message['To']}: {message['Subject']}" for message in self.messages]
            raise AssertionError(
                f"{address} got {len(self.to(address))} of {count} messages; the sink has {subjects}"
            )
        return self.to(address)

    def wait_for_refusal(self, *, count: int = 1, seconds: float = 60) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.refused >= count, timeout=seconds), (
                "nothing tried to send"
            )

    def stop(self) -> None:
        self._controller.stop()
