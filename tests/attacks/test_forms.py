"""Fields that hold as much as a form may: each is done or refused, and nobody else waits."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Site

SIZE = 300_000
FILLED = {
    "digits": "9" * SIZE,
    "groups": "1,234." * (SIZE // 6),
    "spaces between": f"a: b{' ' * SIZE}c",
    "lines": "x\n" * (SIZE // 2),
    "accents": "é" * SIZE,
    "addresses": "a@b.c " * (SIZE // 6),
    "at signs and dots": "a@.a." * (SIZE // 5),
    "arrows": "a: b -> " * (SIZE // 8),
    "brackets": "<a" * (SIZE // 2),
    "stars": "*a" * (SIZE // 2),
    "percent signs": "%" * SIZE,
}
BUYER = {
    "messages": ("body", "key"),
    "lines/press/preview": ("quantity", "unit_price", "reason"),
    "lines/press/change": ("quantity", "unit_price", "reason"),
    "wishes/_/change": ("wish_quantity", "wish_words"),
    "counteroffer": ("note", "key"),
    "decline": ("reason", "key"),
    "acceptance": ("name", "title", "digest"),
    "room": ("body",),
    "scenarios": ("name",),
}
DESK = {
    "/desk/policies/new": ("terms", "product", "company", "discount_percent", "uses"),
    "/desk/quotes/new": ("valid_until", "name-0", "email-0", "held"),
    "/desk/deals/{deal}/notes": ("body",),
    "/desk/deals/{deal}/contacts": ("name", "email"),
    "/desk/deals/{deal}/lines/press/change": ("unit_price", "quantity"),
    "/desk/deals/{deal}/publish": ("note", "base"),
}


@pytest.mark.parametrize("kind", FILLED)
def test_no_field_delays_others(site: Site, kind: str) -> None:
    table, filled = site.table, FILLED[kind]
    buyer = {f"/deals/{table.deal_id}/{path}": names for path, names in BUYER.items()}
    desk = {path.replace("{deal}", table.deal_id): names for path, names in DESK.items()}
    with site.others():
        for who, forms in ((table.bea, buyer), (table.mia, desk)):
            for path, names in forms.items():
                for name in names:
                    answer = site.post(who, path, **{name: filled, "step": "preview"})
                    assert answer.status_code < 500, (path, name)
                    assert answer.elapsed.total_seconds() < 5, (path, name)


@pytest.mark.parametrize("header", ["Accept-Language", "Accept", "Cookie", "User-Agent", "If-None-Match"])
def test_no_header_delays_others(site: Site, header: str) -> None:
    with site.others(), site.client(site.table.bea) as client:
        for piece in ("en;q=0.5,", ";", ",", "a=b; ", " ", "*/*,"):
            value = (piece * 60_000)[:60_000].strip() or "x"
            answer = client.get(f"/deals/{site.table.deal_id}", headers={header: value})
            assert answer.status_code < 500
            assert answer.elapsed.total_seconds() < 3
