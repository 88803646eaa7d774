"""What buyers read: on the way in, at the table, among themselves and offline, and at the signing."""

from __future__ import annotations

from functools import partial

from portal.access import System
from portal.commands.negotiation import open_asks
from portal.commands.people.issue_link import issue_link
from portal.commands.people.sign_in import issue_sign_in_link
from portal.domain.deal.mail import Mail
from portal.rendering import mail
from tests.web.page import Page
from tests.web.reader import HTMX, SAID, Reader

CLI = System("cli")


class BuyersTour(Reader):
    def arrive(self) -> None:
        link = self.site.database.write_now(
            partial(
                issue_link,
                actor=CLI,
                deal_id=self.table.deal_id,
                contact_id=self.table.bea.contact_id,
                channel="shown",
            )
        ).url
        path = link.removeprefix(self.site.settings.public_url)
        self.get(None, path)
        self.post(None, path, 403, htmx=False)
        self.get(None, "/j/" + "A" * 43, 404)
        self.get(None, "/links/sent")
        self.get(None, "/nowhere", 404)
        self.get(None, f"/deals/{self.table.deal_id}", 401)
        self.get(None, "/desk/sign-in")
        self.post(None, "/desk/sign-in", 403, htmx=False)
        form = Page(self.browser().get("/desk/sign-in").text).root.forms[0].form_values()
        self.post(None, "/desk/sign-in", 200, False, **{**dict(form), "email": "nobody@kestrel.example"})
        signing_in = self.site.database.write_now(
            lambda work: issue_sign_in_link(work, "rita@kestrel.example")
        )
        self.get(None, signing_in.url.removeprefix(self.site.settings.public_url))

    def negotiate(self) -> None:
        table, here = self.table, f"/deals/{self.table.deal_id}"
        table.bea.says(SAID[0], anchor="line:press")
        self.get(table.bea, here)
        self.get(table.vic, here)
        self.get(table.bea, f"{here}?change=line:press")
        self.get(table.bea, f"{here}?change=term:payment")
        self.get(table.bea, f"{here}?comment=line:press")
        for subject in ("lines/press", "lines/training", "terms/payment"):
            self.get(table.bea, f"{here}/{subject}/change", **HTMX)
            self.get(table.bea, f"{here}/{subject}/comment", **HTMX)
        for subject in ("whole/total", "wishes/_"):
            self.get(table.bea, f"{here}/{subject}/change", **HTMX)
            self.post(table.bea, f"{here}/{subject}/preview")
        self.post(table.bea, f"{here}/wishes/_/change", 422, wish_quantity="x", wish_words="")
        asked = {"quantity": "5", "unit_price": "17200", "reason": SAID[1]}
        self.post(table.bea, f"{here}/lines/press/preview", **asked)
        self.post(table.bea, f"{here}/lines/press/change", **asked)
        self.post(table.bea, f"{here}/terms/payment/change", value="60 days net")
        training = {"choice": "line:training:selected:true", "revision": "1"}
        self.post(table.bea, f"{here}/choices", **training)
        self.get(table.bea, f"{here}/composition")
        self.post(table.bea, f"{here}/composition", **training)
        self.post(table.bea, f"{here}/lines/press/preview", quantity="-1")
        page = self.get(table.bea, here)
        self.post(table.bea, f"{here}/counteroffer", **Page(page).form("tray-form"))
        self.post(table.bea, f"{here}/counteroffer", 422, revision=str(table.bea.deal.revision))
        self.post(table.bea, f"{here}/messages", 422, body="")
        self.get(table.sol, here)
        table.bea.proposes("install", quantity="30")
        (first, *_rest) = self.site.database.read_now(partial(open_asks.open_asks, deal_id=table.deal_id))
        self.get(table.bea, f"{here}/conversation?before=3")
        self.get(table.bea, f"{here}/conversation?before=3", **HTMX)
        self.get(table.bea, f"{here}/lines/none/comment", 404, **HTMX)
        self.get(table.bea, f"{here}/changes?after=0")
        self.post(table.bea, f"{here}/counteroffers/{first.id}/withdraw")
        table.bea.proposes("press", quantity="5", unit_price="17200", package=True)
        self.post(table.bea, f"{here}/whole/total/change", target="50000")
        self.post(table.bea, f"{here}/counteroffer", **Page(self.get(table.bea, here)).form("tray-form"))

    def confer(self) -> None:
        """What the buyers have for themselves."""
        table, here = self.table, f"/deals/{self.table.deal_id}"
        word = {"topic": SAID[3], "note": SAID[1]}
        self.post(table.bea, f"{here}/room", body=SAID[0])
        self.post(table.bea, f"{here}/room", 422, htmx=False, body="")
        for verdict in ("waiting", "fine", "objects"):
            self.post(table.bea, f"{here}/room/sign-offs", verdict=verdict, **word)
        self.post(table.bea, f"{here}/room/sign-offs", 422, htmx=False, verdict="fine", topic="")
        self.post(table.vic, f"{here}/room", 403, body=SAID[0])
        bea = self.browser(table.bea)
        bea.post(f"{here}/lines/press/change", {"quantity": "5", "reason": SAID[1]})
        bea.post(f"{here}/scenarios", {"name": SAID[3]})
        self.post(table.bea, f"{here}/scenarios", 422, htmx=False, name="")
        path = Page(self.get(table.bea, f"{here}/scenarios")).root.xpath(
            "//button/@formaction[contains(., '/share')]"
        )[0]
        bea.post(path)
        for who in (table.bea, table.sol, table.vic):
            self.get(who, f"{here}/scenarios")
            self.get(who, f"{here}/room")
        for delete in Page(bea.get(f"{here}/scenarios").text).root.xpath(
            "//button/@formaction[contains(., '/delete')]"
        ):
            bea.post(delete)

    def work_offline(self) -> None:
        """The lines as a spreadsheet, and the reminders that go to somebody who is elsewhere."""
        bea, here = self.table.bea, f"/deals/{self.table.deal_id}"
        self.get(bea, f"{here}/sheet")
        self.post(bea, f"{here}/sheet", 422, htmx=False)
        self.get(bea, f"{here}/reminders")
        letter = Mail(
            template="reminder_expiry",
            to_name="Bea Lund",
            to_email="bea@oakum.example",
            language=self.language,
            context={},
            unsubscribe=(bea.deal.actor, "expiry"),
        )
        stop = mail.unsubscribe_url(letter, self.site.settings)
        self.get(None, stop.removeprefix(self.site.settings.public_url))

    def accept(self) -> None:
        table, here = self.table, f"/deals/{self.table.deal_id}"
        stale = Page(self.browser(table.sol).get(f"{here}?accept=1").text).form("acceptance-form")
        table.rita.edits("press", unit_price="18400")
        table.rita.publishes()
        table.bea.proposes("press", unit_price="18000")
        self.post(table.sol, f"{here}/acceptance", 409, **{**stale, "title": "CEO", "authority": "true"})
        page = Page(self.get(table.sol, f"{here}?accept=1"))
        form = page.form("acceptance-form")
        self.post(table.sol, f"{here}/acceptance", 422, **{**form, "name": ""})
        self.get(table.sol, f"{here}/decline", **HTMX)
        self.post(table.sol, f"{here}/decline", 422, reason="")
        self.post(table.sol, f"{here}/acceptance", **{**form, "title": "CEO", "authority": "true"})
        self.get(table.sol, here)
        self.get(table.bea, f"{here}/changes?after=0")
        self.get(table.rita, f"/desk/deals/{table.deal_id}")
        self.get(table.bea, "/deals/unknown", 404)
