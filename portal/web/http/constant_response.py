"""Requests that must not tell who is known here: one answer, at one pace, and not too many from one address."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from portal.database.unit_of_work import UnitOfWork
from portal.request import HttpRequest, address_of
from realtime.services import Services

# Seconds: longer than writing a mail's row takes, so that the time does not tell whether one was written.
PACE = 0.05
# Requests for links a second from one client address. How many a person is mailed is the command's to limit.
LINKS = 5


async def answered_alike(
    request: HttpRequest, services: Services, command: Callable[[UnitOfWork], Any]
) -> None:
    """Run a command whose outcome nobody may learn."""
    began = time.monotonic()
    services.link_requests.take(address_of(request), "")
    await services.database.write(command)
    await asyncio.sleep(max(0.0, began + PACE - time.monotonic()))
