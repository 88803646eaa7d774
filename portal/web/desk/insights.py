"""Figures of how negotiating goes."""

from collections.abc import Mapping
from typing import Any

from babel.dates import format_timedelta
from litestar import Response, get

from portal.reading.desk import insights
from portal.reading.desk.frame import Frame
from portal.rendering import language
from portal.storage.session import Transaction
from portal.web.desk.request import Desk


@get("/desk/insights")
async def show_insights(desk: Desk) -> Response[str]:
    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        frame.require("see_insights")
        found, locale = insights.load(transaction), language.locale(desk.language)
        time = format_timedelta(found.answer_time, locale=locale) if found.answer_time is not None else ""
        return {"insights": found, "answer_time": time}

    return await desk.page("desk/insights.html", read)


routes = [show_insights]
