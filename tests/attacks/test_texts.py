"""Messages that were costly to draw, in everybody's page for ever."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Site

WIDE = "|" * 200 + "\n" + "|-" * 200 + "\n" + "|\n" * 4_700
MESSAGES = {
    "a wide table": WIDE[:10_000],
    "brackets": "[" * 10_000,
    "quotations": "> " * 5_000,
    "stars": "*a **b " * 1_400,
    "addresses": "https://a.example/( a@b.example, " * 290,
    "at signs": "@" * 10_000,
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_is_drawn_in_no_time(site: Site, kind: str) -> None:
    table, path = site.table, f"/deals/{site.table.deal_id}"
    with site.client(table.bea) as bea:
        before = len(bea.get(path).content)
    with site.others():
        for number in range(5):
            answer = site.post(
                table.bea,
                f"{path}/messages",
                body=f"{number} {MESSAGES[kind]}"[:10_000],
                key=f"{kind}{number}",
            )
            assert answer.status_code in (200, 303)
        with site.client(table.bea) as bea, site.client(table.rita) as rita:
            page = bea.get(path)
            assert rita.get(f"/desk{path}").status_code == 200
    assert page.elapsed.total_seconds() < 3
    assert len(page.content) - before < 5 * 60_000
