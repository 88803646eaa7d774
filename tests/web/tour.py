"""Everything there is to read, in one language: every page and part that people meet while deals go their ways."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import httpx
import msgspec
from sqlalchemy import update

from portal.access import System
from portal.commands import asks
from portal.commands.issue_link import issue_link
from portal.commands.sign_in import issue_sign_in_link
from portal.domain.mail import Mail
from portal.outbound import mail
from portal.reading import mailbox
from portal.storage import tables
from portal.web.request import LANGUAGE_COOKIE
from tests.cast import Seat, quote
from tests.web.conftest import Browser, Site
from tests.web.page import Page

CLI = System("cli")
HTMX = {"HX_Request": "true"}
# What the people of the tour write themselves.
SAID = ("Is that with oil?", "Too dear, sorry.", "They seem in a hurry.", "Gern, bis Freitag.")


class Tour:
    """`seen` holds what was read, by a name for it. Whoever reads has chosen the language on the page."""

    def __init__(self, site: Site, language: str) -> None:
        self.site, self.table, self.language = site, site.table, language
        self.seen: dict[str, str] = {}

    def go(self) -> Tour:
        self.arrive()
        self.negotiate()
        self.confer()
        self.work_offline()
        self.answer()
        self.accept()
        self.end()
        self.keep_house()
        return self

    # ---- who reads -----------------------------------------------------------------------------------------------------

    def browser(self, who: Seat | None = None) -> Browser:
        browser = self.site.browser(who)
        browser.cookies = {**browser.cookies, LANGUAGE_COOKIE: self.language}
        return browser

    def look(self, name: str, answer: httpx.Response, status: int = 200) -> str:
        assert answer.status_code == status, f"{name}: {answer.status_code} {answer.text[:500]}"
        assert name not in self.seen, name
        self.seen[name] = answer.text
        return answer.text

    def get(self, who: Seat | None, path: str, status: int = 200, **headers: str) -> str:
        name = f"GET {path}{' (part)' if headers else ''} {len(self.seen)}"
        return self.look(name, self.browser(who).get(path, **headers), status)

    def post(
        self, who: Seat | None, path: str, status: int = 200, /, htmx: bool = True, **fields: str
    ) -> str:
        answer = self.browser(who).post(path, fields, **(HTMX if htmx else {}))
        return self.look(f"POST {path} {len(self.seen)}", answer, status)

    # ---- the ways ------------------------------------------------------------------------------------------------------

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
        self.post(table.bea, f"{here}/choices", choice="line:training:selected:true", revision="1")
        self.post(table.bea, f"{here}/lines/press/preview", quantity="-1")
        page = self.get(table.bea, here)
        self.post(table.bea, f"{here}/counteroffer", **Page(page).form("tray-form"))
        self.post(table.bea, f"{here}/counteroffer", 422)
        self.post(table.bea, f"{here}/messages", 422, body="")
        self.get(table.sol, here)
        table.bea.proposes("install", quantity="30")
        (first, *_rest) = self.site.database.read_now(partial(asks.open_asks, deal_id=table.deal_id))
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

    def answer(self) -> None:
        table, here = self.table, f"/desk/deals/{self.table.deal_id}"
        table.rita.notes(SAID[2])
        self.get(table.rita, here)
        for part in ("answers", "activity", "moves", "lines/press/change", "lines/press/comment"):
            self.get(table.rita, f"{here}/{part}", **HTMX)
        self.get(table.rita, f"{here}/preview")
        for part in ("wishes/_", "adjustments/_"):
            self.get(table.rita, f"{here}/{part}/change", **HTMX)
            self.post(table.rita, f"{here}/{part}/change", 422)
        self.post(table.rita, f"{here}/lines/install/change", unit_price="150", quantity="40")
        self.post(table.rita, f"{here}/publish", 422, base=str(table.rita.deal.revision))
        self.get(table.rita, "/desk")
        open_asks = self.site.database.read_now(partial(asks.open_asks, deal_id=table.deal_id))
        verdicts = {f"verdict:{change.id}": "decline" for each in open_asks for change in each.changes}
        for ask in open_asks:
            for change in ask.changes:
                if change.field == "quantity":
                    verdicts |= {f"verdict:{change.id}": "counter", f"value:{change.id}": "4"}
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
        self.browser(table.rita).post(f"{desk}/reopen", {"valid_until": "2030-12-10", "key": "k3"})
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
        self.browser(table.rita).post(f"{desk}/more-time", {"valid_until": "2030-12-20", "key": "k4"})
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


def words_of(html: str) -> Iterator[str]:
    """Everything a page says, a piece of text at a time: to the eye, to a screen reader, and through its scripts."""
    page = Page(f"<body>{html}</body>" if "<body" not in html else html)
    for element in page.root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag not in ("script", "style", "code", "pre", "kbd", "textarea"):
            yield element.text or ""
        yield element.tail or ""
        for name, value in element.attrib.items():
            if name in ("aria-label", "title", "placeholder", "alt", "content-label") or name in SCRIPTED:
                yield value


# Words that scripts put on the page.
SCRIPTED = {
    *("data-live", "data-reconnecting", "data-here", "data-typing", "data-one", "data-many", "data-stale"),
    *("data-sending", "data-waiting", "data-failed"),
}
