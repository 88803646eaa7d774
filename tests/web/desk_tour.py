"""What the desk reads: while it answers, sets its rules, ends deals and keeps house."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import msgspec
from sqlalchemy import update

from portal.commands.negotiation import open_asks as asks
from portal.reading.operator import mailbox
from portal.rendering import mail
from portal.storage import tables
from tests.quotes import day_ahead, quote
from tests.web.page import Page
from tests.web.reader import HTMX, SAID, Reader

STANDING = {
    "standing_offer_label": SAID[0],
    "standing_offer_if_1": "line:press",
    "standing_offer_least_1": "5",
    "standing_offer_if_2": "line:install",
    "standing_offer_if_3": "term:payment",
    "standing_offer_then_1": "press",
    "standing_offer_measure_1": "percent",
    "standing_offer_figure_1": "4",
}


# What the tour answers a request with, by its field.
COUNTERS = {"quantity": "4"}


class DeskTour(Reader):
    def answer(self) -> None:
        table, here = self.table, f"/desk/deals/{self.table.deal_id}"
        table.rita.notes(SAID[2])
        self.get(table.rita, here)
        for part in ("answers", "activity", "moves", "lines/press/change", "lines/press/comment"):
            self.get(table.rita, f"{here}/{part}", **HTMX)
        self.get(table.rita, f"{here}/preview")
        for part in ("wishes/_", "adjustments/_", "offers/_"):
            self.get(table.rita, f"{here}/{part}/change", **HTMX)
            self.post(table.rita, f"{here}/{part}/change", 422)
        payment = table.rita.offer.term("payment")
        assert payment is not None
        self.post(table.rita, f"{here}/offers/_/preview", **STANDING, standing_offer_least_3=payment.value)
        self.post(table.rita, f"{here}/lines/install/change", unit_price="150", quantity="40")
        self.post(table.rita, f"{here}/publish", 422, base=str(table.rita.deal.revision))
        self.get(table.rita, "/desk")
        open_asks = self.site.database.read_now(partial(asks.open_asks, deal_id=table.deal_id))
        verdicts = {f"verdict:{change.id}": "decline" for each in open_asks for change in each.changes}
        for ask in open_asks:
            for change in ask.changes:
                if change.field == "quantity" or ask.package:
                    verdicts |= {
                        f"verdict:{change.id}": "counter",
                        f"value:{change.id}": COUNTERS.get(change.field, "17300"),
                    }
        form = {"base": str(table.rita.deal.revision), "note": SAID[3], "key": "k1", **verdicts}
        self.post(table.rita, f"{here}/outcome", **form)
        answer = self.browser(table.rita).post(f"{here}/publish", form)
        assert answer.status_code == 303, answer.text
        number = table.bea.deal.revision
        self.get(table.bea, f"/deals/{table.deal_id}")
        self.get(table.bea, f"/deals/{table.deal_id}/revisions/1")
        self.get(table.bea, f"/deals/{table.deal_id}/compare?from=1&to={number}")
        self.get(table.bea, f"/deals/{table.deal_id}/compare?from=1&to=1")
        self.get(table.rita, f"{here}/compare?from=1&to={number}")
        self.get(table.rita, f"{here}/concessions")
        self.settle(number)
        self.browser(table.rita).post(f"{here}/lines/press/change", {"unit_price": "1000", "quantity": "2"})
        self.browser(table.rita).post(f"{here}/publish", {"base": str(number), "note": "", "key": "k2"})
        self.get(table.rita, here)
        self.get(table.rita, "/desk/approvals")
        page = Page(self.get(table.mia, "/desk/approvals"))
        (decide,) = page.root.xpath('//form[contains(@action, "/approvals/")]/@action')
        self.browser(table.mia).post(decide, {"decision": "refuse", "note": SAID[1]})
        self.get(table.rita, "/desk/approvals")
        self.policies()
        self.get(table.rita, f"{here}/activity", **HTMX)

    def policies(self) -> None:
        """A manager writes one, looks at what it would have answered, and sets limits; a rep reads them."""
        mia, form = self.browser(self.table.mia), {"name": SAID[3], "discount_percent": "9", "uses": "3"}
        form |= {"concession_percent": "9", "terms": "Payment: 30 days net -> 60 days net", "active": "1"}
        self.get(self.table.mia, "/desk/policies/new")
        mia.post("/desk/policies/new", form | {"step": "preview"})
        assert mia.post("/desk/policies/new", form | {"step": "save"}).status_code == 303
        rep = self.table.rita.deal.actor.removeprefix("rep:")
        mia.post(f"/desk/policies/reps/{rep}", {"discount_percent": "90"})
        mia.post("/desk/policies/caps", {"uses": "9", "concession_percent": "x"})
        page = Page(self.get(self.table.rita, "/desk/policies"))
        self.get(self.table.rita, page.root.xpath('//article[@class="rule"]//a/@href')[0])
        self.get(self.table.mia, "/desk/policies")

    def settle(self, number: int) -> None:
        """What was answered is looked at on the board, agreed to there and on the proposal's page."""
        table, here = self.table, f"/deals/{self.table.deal_id}"
        for who, path in ((table.bea, here), (table.vic, here), (table.rita, f"/desk{here}")):
            self.get(who, f"{path}/board")
        agreed = {"subject": "line:press", "revision": str(number)}
        self.post(table.bea, f"{here}/agree", 409, board="1", **{**agreed, "revision": "1"})
        self.post(table.bea, f"{here}/agree", 422, **{**agreed, "subject": "line:none"})
        self.post(table.bea, f"{here}/agree", board="1", **agreed)
        self.get(table.bea, here)
        self.get(table.rita, f"/desk{here}/board")

    def end(self) -> None:
        """The rival's deal is declined, reopened, and runs out."""
        table, here, desk = (
            self.table,
            f"/deals/{self.table.rival_deal_id}",
            f"/desk/deals/{self.table.rival_deal_id}",
        )
        table.ravn.declines(SAID[1])
        self.get(table.ravn, here)
        self.get(table.rita, desk)
        self.get(table.rita, "/desk?tab=lost")
        self.browser(table.rita).post(
            f"{desk}/reopen", {"valid_until": day_ahead(90).isoformat(), "key": "k3"}
        )
        self.get(table.ravn, here)
        deal, now = tables.deal, self.site.database.clock()
        past = (
            update(deal).where(deal.c.id == table.rival_deal_id).values(valid_until=now - timedelta(hours=1))
        )
        self.site.database.write_now(lambda work: work.connection.execute(past).rowcount)
        self.get(table.ravn, here)
        self.post(table.ravn, f"{here}/more-time")
        self.get(table.ravn, here)
        self.get(table.rita, desk)
        self.browser(table.rita).post(
            f"{desk}/more-time", {"valid_until": day_ahead(120).isoformat(), "key": "k4"}
        )
        self.browser(table.rita).post(f"{desk}/withdraw", {"reason": SAID[1], "key": "k5"})
        self.get(table.ravn, here)
        self.get(table.rita, f"{desk}/activity", **HTMX)

    def keep_house(self) -> None:
        table = self.table
        document = json.dumps(quote(external_id="CPQ-9", title="Filling line", valid_until=None))
        self.get(table.rita, "/desk/quotes/new")
        self.post(table.rita, "/desk/quotes/new", htmx=False, text=document, do="check")
        self.post(table.rita, "/desk/quotes/new", 422, htmx=False, text="no quote", do="check")
        imported = self.browser(table.rita).post("/desk/quotes/new", {"text": document, "do": "import"})
        assert imported.status_code == 303, imported.text
        draft = imported.headers["location"]
        self.get(table.rita, draft)
        self.post(table.rita, f"{draft}/contacts", 422, htmx=False, email="nobody")
        for query in ("", "?tab=won", "?tab=waiting", "?search=nothing+like+it"):
            self.get(table.rita, f"/desk{query}")
        admin = self.browser(table.mia)
        admin.post("/desk/settings/receivers", receiver("folder", "warehouse/in"))
        self.get(table.mia, "/desk/settings")
        self.get(table.rita, "/desk/settings")
        added = admin.post("/desk/settings/receivers", receiver("webhook", "https://erp.example.com/orders"))
        self.look("a secret", added)
        self.get(table.rita, "/desk/handoffs")
        self.get(table.rita, "/desk/handoffs?mail=1")
        self.get(table.rita, "/desk/insights")
        self.seen["mailbox"] = self.mailbox()

    def mailbox(self) -> str:
        """As /dev/mailbox shows it to its own machine."""
        services = self.site.app.state.services
        letters = self.site.database.read_now(mailbox.letters)
        in_language = [msgspec.structs.replace(each.mail, language=self.language) for each in letters]
        rendered = [
            (letter, mail.render(each, self.site.settings), [])
            for letter, each in zip(letters, in_language, strict=True)
        ]
        html: str = services.partial("mailbox/list.html", self.language, letters=rendered)
        return html


def receiver(transport: str, target: str) -> dict[str, str]:
    return {"kind": "operations", "transport": transport, "format": "json", "target": target}
