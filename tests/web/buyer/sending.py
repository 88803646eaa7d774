"""What a buyer's browser sends, with a plain form and as htmx does, and what lies in the draft then."""

from typing import Any

import httpx

from portal.reading.buyer import tray
from tests.cast import Seat
from tests.web.conftest import Site


def send(site: Site, who: Seat, path: str, **fields: Any) -> httpx.Response:
    return site.browser(who).post(f"/deals/{site.table.deal_id}{path}", fields)


def send_by_htmx(site: Site, who: Seat, path: str, **fields: Any) -> httpx.Response:
    return site.browser(who).post(f"/deals/{site.table.deal_id}{path}", fields, HX_Request="true")


def in_tray(site: Site, who: Seat) -> dict[str, str]:
    drafted = site.database.read_now(lambda transaction: tray.load(transaction, who.deal, who.offer))
    return {change.id: change.value for change in drafted.asked}


def changing(**changes: str) -> dict[str, str]:
    return {"quantity": "2", "unit_price": "18,450.00", "reason": "", **changes}
