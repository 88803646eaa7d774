"""The rate limit of messages for those that come as forms; `realtime.hub.rate` counts both roads together."""

from functools import partial

from portal.access import BuyerSession, DeskSession, deal_for
from realtime.services import Services


async def count_message(services: Services, actor: BuyerSession | DeskSession, deal_id: str) -> None:
    """Count a message of the person behind a session. Raises TooFast, and the errors of `deal_for`."""
    deal = await services.database.read(partial(deal_for, actor=actor, deal_id=deal_id))
    services.hub.messages.take(deal.actor, deal_id)
