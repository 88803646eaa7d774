"""A deal's page at the desk as somebody reads it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from lxml import html

from portal.access import System
from portal.commands.revision.import_quote import import_quote
from portal.intake.incoming import read_quote
from tests.cast import Table
from tests.quotes import current_quote
from tests.web.conftest import Browser


class Page:
    """A page as somebody reads it: regions, groups and fields by their names."""

    def __init__(self, text: str) -> None:
        self.text, self.root = text, html.fromstring(text)

    def __getitem__(self, path: str) -> Any:
        return self.root.xpath(path)

    def region(self, name: str) -> Page:
        (found,) = self[
            f'//section[@aria-label="{name}" or @aria-labelledby=//*[normalize-space()="{name}"]/@id]'
        ]
        return Page(html.tostring(found, encoding="unicode"))

    @property
    def words(self) -> str:
        return " ".join(self.root.text_content().split())

    @property
    def asks(self) -> list[str]:
        return [" ".join(each.text_content().split()) for each in self["//fieldset/legend"]]

    def hidden(self, name: str) -> str:
        return str(self[f'//input[@name="{name}"]/@value'][0])


def open_page(rep: Browser, address: str) -> Page:
    answer = rep.get(address)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def drafted(table: Table) -> str:
    """A deal that was not sent yet."""
    document = json.dumps(current_quote(external_id="CPQ-3003", title="A draft")).encode()
    incoming = read_quote(document, "quote.json", today=table.database.clock().date(), zone="UTC")
    imported = table.database.write_now(partial(import_quote, actor=System("cli"), quote=incoming))
    return imported.deal
