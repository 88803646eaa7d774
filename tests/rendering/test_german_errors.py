"""Errors with figures say nothing in English to a reader of German, and write figures as people there do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest

from portal.commands.text import written
from portal.domain.change import change, limits
from portal.domain.deal import lifecycle
from portal.domain.deal.validity import end_of_day
from portal.domain.offer import spelling
from portal.domain.order import formats, receiver
from portal.errors import Invalid, ParleyError
from portal.intake.incoming import read_quote
from portal.rendering import language
from portal.rendering.sentences import translate
from tests.domain.offers import kestrel_offer, line, offer

TODAY = date(2026, 3, 1)


def asked(subject: str, field: str, value: str, **bounds: Any) -> None:
    """Raise what a buyer reads who asks for this."""
    proposal = offer(line("press", **bounds)) if bounds else kestrel_offer()
    problems = limits.problems(
        proposal,
        change.Change(subject=subject, field=field, value=value),
        today=TODAY,  # type: ignore[arg-type]
    )
    raise Invalid("", problems)


def quoted(*lines: dict[str, Any], **fields: Any) -> None:
    """Raise what a seller reads who sends this quote."""
    known = {"title": "T", "currency": "EUR", "buyer": {"company": "B"}, "lines": list(lines)} | fields
    read_quote(json.dumps(known).encode(), "quote.json", today=TODAY, zone="UTC")


def sheet(text: str) -> None:
    read_quote(text.encode(), "quote.csv", today=TODAY, zone="UTC")


def refused(state: str, role: str, capability: str) -> None:
    raise Invalid(lifecycle.refusal(state, role, capability), [])


PRESS = {"name": "Press", "quantity": "2", "unit_price": "1250.5"}
CASES: list[tuple[Callable[[], Any], str]] = [
    (
        partial(written, "x" * 2001, "body", longest=2000),
        "Dies ist 2.001 Zeichen lang; höchstens 2.000 sind möglich.",
    ),
    (
        partial(spelling.unit_price, "abc"),
        "„abc“ ist keine Zahl. Geben Sie einen Preis ein, etwa 1.250,25.",
    ),
    (partial(spelling.target, "1.001", "JPY"), "JPY hat 0 Nachkommastellen."),
    (partial(spelling.day, "soon"), "„soon“ ist kein Tag wie 2026-12-31."),
    (
        partial(end_of_day, TODAY, "Nowhere"),
        "Die Zeitzone „Nowhere“ gibt es nicht. | Verwenden Sie einen IANA-Namen wie Europe/Copenhagen.",
    ),
    (
        partial(asked, "line:press", "quantity", "2.5"),
        "Hydraulic press HP-40 gibt es in Schritten von 1 ab 1. | Am nächsten: 2 oder 3.",
    ),
    (
        partial(asked, "line:press", "quantity", "21"),
        "Die größte Menge von Hydraulic press HP-40 ist 20. | Fragen Sie so viel oder weniger an.",
    ),
    (
        partial(asked, "line:press", "delivery_date", "2026-02-03"),
        "Dieser Tag liegt in der Vergangenheit. | Heute ist der 01.03.2026.",
    ),
    (
        partial(asked, "term:payment", "value", "net 60"),
        "„net 60“ ist keine der Optionen von Payment. | Möglich: net 14, net 30, net 45.",
    ),
    (
        partial(asked, "line:ghost", "quantity", "1"),
        "Dieses Angebot hat keine Position „ghost“. | Es wurde vielleicht entfernt; lassen Sie dies weg.",
    ),
    (
        partial(lifecycle.move, "accepted", "withdraw"),
        "Dieses Angebot wurde angenommen; Zurückziehen geht nicht mehr. Eine Änderung daran ist ein neues Angebot.",
    ),
    (
        partial(lifecycle.move, "draft", "accept"),
        "Dieses Angebot wurde noch nicht gesendet; Annehmen geht nicht. Senden Sie es zuerst.",
    ),
    (
        partial(refused, "open", "viewer", "counter"),
        "Ein Gegenangebot senden: Das geht nur mit der Rolle Verhandler oder Unterzeichner; Ihre Rolle ist Leser.",
    ),
    (partial(refused, "open", "viewer", "note"), "Das kann nur der Verkäufer: Interne Notizen führen."),
    (
        partial(formats.format_for, "edifact", "order"),
        "Parley kennt das Format „edifact“ nicht. | Verwenden Sie json oder csv.",
    ),
    (
        partial(
            receiver.check,
            "operations",
            "webhook",
            "https://10.0.0.1/",
            "json",
            anywhere=False,
            loopback=False,
        ),
        "10.0.0.1 liegt nicht im Internet. Webhooks gehen nur an öffentliche Adressen; "
        "nutzen Sie im eigenen Netz einen Ordner.",
    ),
    (
        partial(quoted),
        "Das Angebot wurde wegen eines Problems nicht gelesen. /lines: Die Liste ist leer. "
        "Ein Angebot hat mindestens eine Position.",
    ),
    (
        partial(quoted, PRESS | {"bounds": {"min_quantity": "1000.5"}}),
        "2 liegt unter der unteren Grenze 1.000,5.",
    ),
    (
        partial(quoted, PRESS | {"billing": "hourly"}),
        '"hourly" ist hier nicht möglich. Verwenden Sie once, month oder year.',
    ),
    (
        partial(quoted, PRESS, adjustments=[{"label": "L", "kind": "discount", "amount": "4000"}]),
        "Die Rabatte übersteigen die Positionen: Es bleiben −1.499,00 EUR.",
    ),
    (partial(quoted, PRESS | {"key": "a"}, PRESS | {"key": "a"}), '"a" ist bereits key von /lines/0.'),
    (partial(quoted, PRESS, valid_until="2026-02-01"), "Das Angebot endete am 01.02.2026."),
    (
        partial(sheet, "title;name;quantity;unit_price\nT;Press;1.250;3"),
        '"1.250" lässt sich als 1250 oder 1.250 lesen.',
    ),
    (
        partial(sheet, "title,name,quantity,unit_price,colour\nT,Press,1,3,red"),
        '"colour" ist hier keine Spalte.',
    ),
]


@pytest.fixture(autouse=True)
def _german() -> Iterator[None]:
    with language.speaking("de"):
        yield


def said(error: ParleyError | ValueError) -> str:
    """All of it: the sentence, and each problem with its hint."""
    sentence = error.sentence if isinstance(error, ParleyError) else error.args[0]
    problems = error.problems if isinstance(error, Invalid) else ()
    parts = [sentence, *(part for each in problems for part in (each.message, each.hint))]
    return " | ".join(dict.fromkeys(translate(part).replace("\u00a0", " ") for part in parts if part))


@pytest.mark.parametrize(("cause", "german"), CASES)
def test_an_error_with_figures_is_german(cause: Callable[[], Any], german: str) -> None:
    with pytest.raises((ParleyError, ValueError)) as caught:
        cause()
    assert isinstance(caught.value, ParleyError | ValueError)
    assert german in said(caught.value)
