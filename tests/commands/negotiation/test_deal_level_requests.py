"""An overall price, a line that is not there yet, discounts and charges on the whole deal: asked, answered, published."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portal.commands.revision import draft_revision
from portal.domain.change import change as changing
from portal.domain.change import part_codec
from portal.domain.change.change import Change
from portal.domain.offer.revision import Adjustment, Line, Tax
from portal.errors import Invalid
from portal.reading.deal_page import deal_page
from portal.reading.desk import answering
from tests.cast import Seat, Table

TARGET, WISH = "deal:total:target", "new:filters:wish"
NINETEEN = Tax(category="S", rate=Decimal(19))


def asks_for(seat: Seat, subject: str, field: str, value: str, **options: object) -> Change:
    change = changing.spell(seat.offer, subject, field, value)
    seat.asks(change, **options)
    return change


def edits(seat: Seat, *parts: Line | Adjustment) -> None:
    changes = [
        Change(
            subject=f"new:{part.key}" if isinstance(part, Line) else f"adjustment:{part.key}",
            field="line" if isinstance(part, Line) else "adjustment",
            value=part_codec.text_of(part),
        )
        for part in parts
    ]
    seat.does(draft_revision.put_changes, changes=changes)


def net(seat: Seat) -> Decimal:
    return seat.revision.totals.contract.net


def filters(price: str = "45", **facts: object) -> Line:
    given = {"name": "Filter set", "tax": NINETEEN, **facts}
    return Line(key="filters", quantity=Decimal(4), unit_price=Decimal(price), **given)  # type: ignore[arg-type]


def view(seat: Seat) -> deal_page.Table:
    return seat.database.read_now(lambda transaction: deal_page.load(transaction, seat.deal))


def test_a_target_is_accepted_by_a_revision_that_keeps_it(table: Table) -> None:
    before = net(table.bea)
    asks_for(table.bea, "deal:total", "target", str(before - 1000))
    assert view(table.bea).board.gap == -1000
    assert view(table.bea).whole.total.state == "asked"
    with pytest.raises(Invalid) as error:
        table.rita.publishes("accept")
    [problem] = error.value.problems
    assert problem.place == TARGET
    assert str(before) in problem.message
    assert str(before - 1000) in problem.message
    # A cent too much is refused, the figure itself is not.
    table.rita.edits("press", unit_price="17950.01")
    with pytest.raises(Invalid):
        table.rita.publishes("accept")
    table.rita.edits("press", unit_price="17950.00")
    table.rita.publishes("accept")
    assert net(table.bea) == before - 1000
    assert view(table.bea).whole.total.state == "agreed"
    assert view(table.bea).board.gap == 0


def test_a_target_may_be_countered_with_a_figure_that_is_kept_or_declined(table: Table) -> None:
    before = net(table.bea)
    asks_for(table.bea, "deal:total", "target", str(before - 1000))
    table.rita.edits("press", unit_price="18200")
    with pytest.raises(Invalid, match="does not keep"):
        table.rita.publishes(str(before - 501))
    table.rita.publishes(str(before - 500))
    [answer] = view(table.bea).whole.total.answers
    assert (answer.verdict, answer.answered) == ("counter", before - 500)
    assert view(table.bea).board.gap == -500
    asks_for(table.bea, "deal:total", "target", str(before - 2000))
    table.rita.publishes("decline")
    assert view(table.bea).whole.total.state == "answered"


@pytest.mark.parametrize("value", ["-1", "1.001", "1e3", "much"])
def test_a_target_is_an_amount_of_the_currency(table: Table, value: str) -> None:
    with pytest.raises(Invalid):
        changing.spell(table.bea.offer, "deal:total", "target", value)


def test_a_target_below_what_it_comes_to_already_is_asked_for_and_no_other(table: Table) -> None:
    cent = Decimal("0.01")
    asks_for(table.bea, "deal:total", "target", str(net(table.bea) - cent))
    with pytest.raises(Invalid, match="can't be sent"):
        asks_for(table.bea, "deal:total", "target", str(net(table.bea)))


def test_a_newer_target_of_the_same_person_overtakes_an_older_one(table: Table) -> None:
    asks_for(table.sol, "deal:total", "target", "40000")
    asks_for(table.sol, "deal:total", "target", "41000")
    [ask] = view(table.bea).whole.total.asks
    assert (ask.asked, ask.who.name) == (Decimal(41000), "Sol Iversen")


def test_a_wish_is_accepted_with_a_line_that_answers_it(table: Table) -> None:
    asks_for(table.bea, "new:filters", "wish", "4 x Spare filters")
    [wish] = view(table.bea).whole.wishes
    assert (wish.name, wish.state) == ("Spare filters", "asked")
    with pytest.raises(Invalid) as error:
        table.rita.publishes("accept")
    assert [problem.place for problem in error.value.problems] == [WISH]
    edits(table.rita, filters())
    table.rita.publishes("accept")
    assert table.bea.offer.line("filters") == filters()
    page = view(table.bea)
    assert (page.whole.wishes, page.item("line:filters").added) == ((), True)  # type: ignore[union-attr]
    [answer] = page.history[0].answers
    assert (answer.verdict, answer.answered.words) == ("accept", "Filter set")  # type: ignore[union-attr]


def test_a_wish_is_declined_or_granted_and_nothing_between(table: Table) -> None:
    asks_for(table.bea, "new:filters", "wish", "4 x Spare filters")
    with pytest.raises(Invalid, match="Answer these requests first"):
        table.rita.publishes("2 x Filters")
    table.rita.publishes("decline")
    [wish] = view(table.bea).whole.wishes
    assert (wish.name, wish.state) == ("Spare filters", "answered")


def test_discounts_and_charges_come_change_and_go(table: Table) -> None:
    before = net(table.bea)
    loyalty = Adjustment(key="loyalty", label="Loyalty", kind="discount", amount=Decimal(500))
    edits(table.rita, loyalty)
    [edit] = table.rita.database.read_now(lambda t: answering.load(t, table.rita.deal)).edits
    assert (edit.name, edit.offered, edit.wanted) == ("Loyalty", None, loyalty)
    table.rita.publishes()
    assert net(table.bea) == before - 500
    edits(table.rita, Adjustment(key="loyalty", label="Loyalty", kind="charge", percent=Decimal(1)))
    table.rita.publishes()
    assert net(table.bea) > before
    gone = Change(subject="adjustment:loyalty", field="adjustment", value="")
    table.rita.does(draft_revision.put_changes, changes=[gone])
    table.rita.publishes()
    assert (net(table.bea), table.bea.offer.adjustments) == (before, ())


def test_a_buyer_can_touch_neither_adjustments_nor_added_lines(table: Table) -> None:
    for part, subject, field in (
        (Adjustment(key="x", label="X", kind="discount", percent=Decimal(50)), "adjustment:x", "adjustment"),
        (filters("0"), "new:filters", "line"),
    ):
        change = Change(subject=subject, field=field, value=part_codec.text_of(part))  # type: ignore[arg-type]
        with pytest.raises(Invalid, match="can't be sent"):
            table.bea.asks(change)


def test_a_package_of_a_quantity_and_an_overall_price_is_one(table: Table) -> None:
    # Five presses cost 17,900.00 each by the breaks.
    changes = [
        changing.spell(table.bea.offer, "line:press", "quantity", "5"),
        changing.spell(table.bea.offer, "deal:total", "target", "96000"),
    ]
    table.bea.asks(*changes, package=True)
    with pytest.raises(Invalid):
        table.rita.publishes({"line:press:quantity": "accept", TARGET: "decline"})
    table.rita.edits("press", unit_price="16000")
    table.rita.publishes("accept")
    assert net(table.bea) <= 96000
