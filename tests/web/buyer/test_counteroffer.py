"""Asking for something else: with plain forms as a browser without scripts sends them, and as htmx does."""

from __future__ import annotations

from tests.cast import Table
from tests.web.buyer.sending import changing, in_tray, send, send_by_htmx
from tests.web.buyer.test_deal import page_of
from tests.web.conftest import Site
from tests.web.page import Page


def test_a_price_may_be_typed_in_more_than_one_way(site: Site, table: Table) -> None:
    for typed in ("17200", "17,200.00", " 17200.00 ", "17200.0"):
        send(site, table.bea, "/lines/press/change", **changing(unit_price=typed))
        assert in_tray(site, table.bea) == {"line:press:unit_price": "17200.000000"}, typed
        send(site, table.bea, "/counteroffer/discard")


def test_a_change_waits_in_the_tray_and_is_sent_with_it(site: Site, table: Table) -> None:
    answer = send(
        site, table.bea, "/lines/press/change", **changing(unit_price="17,200.00", reason="Good customers.")
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{table.deal_id}#tray")
    assert in_tray(site, table.bea) == {"line:press:unit_price": "17200.000000"}
    assert in_tray(site, table.sol) == {}
    page = page_of(site, table.bea)
    assert "Unit price 18,450.00 → becomes 17,200.00 Good customers." in page.text("tray")
    assert "Total down EUR 2,500.00 net. Due once: EUR 49,266.00" in page.text("tray")
    answer = send(site, table.bea, "/counteroffer", **page.form("tray-form"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{table.deal_id}#sent")
    assert in_tray(site, table.bea) == {}
    assert "1 change by Bea Lund" in page_of(site, table.sol).text("sent")


def test_a_box_that_was_not_ticked_says_no(site: Site, table: Table) -> None:
    table.bea.ticks("training")
    send(site, table.bea, "/lines/training/change", shown="selected", reason="")
    assert in_tray(site, table.bea) == {"line:training:selected": "false"}


def test_a_choice_that_was_not_ticked_asks_for_nothing(site: Site, table: Table) -> None:
    send(site, table.bea, "/lines/panel-touch/change", shown="choice", reason="")
    assert in_tray(site, table.bea) == {}
    send(site, table.bea, "/lines/panel-touch/change", shown="choice", choice="true", reason="")
    assert in_tray(site, table.bea) == {"line:panel-touch:choice": "true"}


def test_a_term_is_changed_to_one_of_its_options(site: Site, table: Table) -> None:
    send(site, table.bea, "/terms/payment/change", value="60 days net", reason="")
    assert in_tray(site, table.bea) == {"term:payment:value": "60 days net"}
    answer = send(site, table.bea, "/terms/payment/change", value="Never", reason="")
    assert answer.status_code == 422
    assert "“Never” is not one of the options of Payment." in Page(answer.text).text("problem-value")


def test_a_problem_stands_beside_its_field_with_what_was_typed(site: Site, table: Table) -> None:
    for typed, place, sentence in (
        ({"quantity": "11"}, "quantity", "The largest quantity of Hydraulic press HP-40 is 10."),
        ({"quantity": "0"}, "quantity", "The quantity must be more than zero."),
        ({"unit_price": "1,7200"}, "unit_price", "is not a number"),
        ({"unit_price": "NaN"}, "unit_price", "is not a number"),
        ({"unit_price": ""}, "unit_price", "is not a number"),
        ({"unit_price": "-1"}, "unit_price", "can't be negative"),
        ({"unit_price": "9" * 40}, "unit_price", "at most 12 digits"),
    ):
        answer = send(site, table.bea, "/lines/press/change", **changing(**typed, reason="Because."))
        page = Page(answer.text)
        assert answer.status_code == 422, typed
        assert sentence in page.text(f"problem-{place}"), typed
        assert page[f"field-{place}"].get("aria-invalid") == "true"
        assert page.form("change-form")[place] == typed[place]
        assert page.form("change-form")["reason"] == "Because."
        # The summary takes the focus, and leads to the field.
        summary = page["change-form"].xpath(".//*[@role='alert'][@autofocus]")[0]
        assert summary.xpath(".//a/@href") == [f"#field-{place}"]
    assert in_tray(site, table.bea) == {}


def test_htmx_gets_the_form_back_with_its_problems(site: Site, table: Table) -> None:
    answer = send_by_htmx(site, table.bea, "/lines/press/change", **changing(quantity="11"))
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith("<form")


def test_htmx_gets_the_tray_and_an_empty_slot(site: Site, table: Table) -> None:
    page = page_of(site, table.bea, "?change=line:press")
    answer = send_by_htmx(site, table.bea, "/lines/press/change", **changing(unit_price="17200"))
    assert answer.status_code == 200
    emptied, rest = answer.text.split("</hx-partial>", 1)
    assert "[id='change-line-press']" in emptied
    page.take(rest)
    assert "17,200.00" in page.text("tray")


def test_the_reply_to_a_command_brings_what_frames_will_bring_too(site: Site, table: Table) -> None:
    table.sol.proposes("press", unit_price="17200")
    page = page_of(site, table.bea)
    answer = send_by_htmx(site, table.bea, "/composition", choice="line:training:selected:true", revision="1")
    page.take(answer.text)
    assert page["state"].get("data-revision") == "2"
    assert "Now included" in page.text("line-training")
    assert "EUR 54,275.90" in page.text("actions")


def test_a_stale_counteroffer_is_shown_before_it_leaves(site: Site, table: Table) -> None:
    opened = page_of(site, table.bea, "?change=line:press").form("change-form")
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    # Written on revision 1: it stands against what was offered then.
    send(site, table.bea, "/lines/press/change", **{**opened, "unit_price": "17200"})
    page = page_of(site, table.bea)
    assert "This changed after you wrote it." in page.text("tray")
    form = page.form("tray-form")
    table.rita.edits("install", unit_price="150")
    table.rita.publishes()
    answer = site.browser(table.bea).post(f"/deals/{table.deal_id}/counteroffer", form)
    assert answer.status_code == 409
    shown = Page(answer.text)
    assert "Revision 3 arrived meanwhile: Installation changed." in shown.text("tray-problem")
    assert in_tray(site, table.bea) != {}
    assert send(site, table.bea, "/counteroffer", **shown.form("tray-form")).status_code == 303
    assert in_tray(site, table.bea) == {}


def test_a_slip_is_asked_about_before_it_is_sent(site: Site, table: Table) -> None:
    send(site, table.bea, "/lines/press/change", **changing(unit_price="184,500"))
    page = page_of(site, table.bea)
    assert "you ask for EUR 184,500.00 where EUR 18,450.00 is offered" in page.text("tray")
    form = page.form("tray-form")
    answer = site.browser(table.bea).post(f"/deals/{table.deal_id}/counteroffer", form)
    assert answer.status_code == 422
    assert "Check this before you send it." in Page(answer.text).text("tray-problem")
    token = page["confirmed-1"].get("value")
    sure = site.browser(table.bea).post(f"/deals/{table.deal_id}/counteroffer", {**form, "confirmed": token})
    assert sure.status_code == 303


def test_what_is_no_choice_is_refused_with_a_sentence(site: Site, table: Table) -> None:
    for choice in ("", "line:press:unit_price:1", "line:press:selected:false", "x:y:selected:true", ":::"):
        answer = send(site, table.bea, "/choices", choice=choice, revision="1")
        assert answer.status_code == 422, choice
        assert 'role="alert"' in answer.text, choice
    assert table.bea.deal.revision == 1


def test_changes_are_left_out_bound_and_discarded(site: Site, table: Table) -> None:
    send(site, table.bea, "/lines/press/change", **changing(unit_price="17200", quantity="3"))
    send(site, table.bea, "/counteroffer/package", package="1")
    assert page_of(site, table.bea)["package"].get("checked") is not None
    send(site, table.bea, "/counteroffer/drop", change_id="line:press:quantity")
    assert in_tray(site, table.bea) == {"line:press:unit_price": "17200.000000"}
    send(site, table.bea, "/counteroffer/discard")
    assert in_tray(site, table.bea) == {}


def test_an_empty_tray_is_not_sent(site: Site, table: Table) -> None:
    answer = send(site, table.bea, "/counteroffer", key="a", revision="1")
    assert answer.status_code == 422
    assert "Nothing is asked yet." in Page(answer.text).text("tray-problem")


def test_the_tray_tells_what_moved_since(site: Site, table: Table) -> None:
    send(site, table.bea, "/lines/press/change", **changing(unit_price="17200"))
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    told = "This changed after you wrote it. Was 18,450.00 Now 18,000.00 You request 17,200.00"
    assert told in page_of(site, table.bea).text("tray")


def test_a_conflict_is_decided_by_keeping_the_ask_or_taking_the_offer(site: Site, table: Table) -> None:
    send(site, table.bea, "/lines/press/change", **changing(unit_price="17200", reason="We are many."))
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    kept = send_by_htmx(site, table.bea, "/counteroffer/keep", change_id="line:press:unit_price")
    assert kept.status_code == 200
    page = page_of(site, table.bea)
    assert "This changed" not in page.text("tray")
    assert "18,000.00 → becomes 17,200.00 We are many." in page.text("tray")
    table.rita.edits("press", unit_price="17900")
    table.rita.publishes()
    assert "Was 18,000.00 Now 17,900.00" in page_of(site, table.bea).text("tray")
    send(site, table.bea, "/counteroffer/drop", change_id="line:press:unit_price")
    assert in_tray(site, table.bea) == {}


def test_an_overall_price_and_something_else_gather_in_the_tray(site: Site, table: Table) -> None:
    answer = send(site, table.bea, "/whole/total/change", target="50,000.00", reason="")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{table.deal_id}#tray")
    send(site, table.bea, "/wishes/_/change", wish_quantity="2.5", wish_words="Boxes of spare filters")
    tray = in_tray(site, table.bea)
    (wish,) = set(tray) - {"deal:total:target"}
    assert tray == {"deal:total:target": "50000.00", wish: "2.5 x Boxes of spare filters"}
    assert wish.startswith("new:boxes-of-spare-filters-")
    text = page_of(site, table.bea).text("tray")
    assert "Overall price 52,900.00 → becomes 50,000.00" in text
    assert "Total down EUR 2,900.00 net" in text
    assert "2.5 × Boxes of spare filters" in text
    # The same words again are another wish.
    send(site, table.bea, "/wishes/_/change", wish_quantity="2.5", wish_words="Boxes of spare filters")
    assert len(in_tray(site, table.bea)) == 3


def test_what_can_not_be_asked_of_the_whole_stands_at_its_field(site: Site, table: Table) -> None:
    for path, fields, place, sentence in (
        ("/whole/total/change", {"target": "90000"}, "target", "comes to no more than that already"),
        ("/whole/total/change", {"target": "1.234"}, "target", "2 decimal places"),
        ("/whole/total/change", {"target": "-1"}, "target", "can't be negative"),
        ("/wishes/_/change", {"wish_quantity": "0", "wish_words": "X"}, "wish", "more than zero"),
        ("/wishes/_/change", {"wish_quantity": "1", "wish_words": ""}, "wish", "how many and what"),
        (
            "/wishes/press/change",
            {"wish_quantity": "1", "wish_words": "X"},
            "wish",
            "in the proposal already",
        ),
    ):
        answer = send_by_htmx(site, table.bea, path, **fields)
        assert answer.status_code == 422, (path, fields)
        assert sentence in Page(answer.text).text(f"problem-{place}"), (path, fields)
    assert in_tray(site, table.bea) == {}
    assert send(site, table.bea, "/whole/other/change", target="1").status_code == 404


def test_a_counteroffer_is_taken_back_once(site: Site, table: Table) -> None:
    made = table.bea.proposes("press", unit_price="17200").counteroffer
    path = f"/counteroffers/{made}/withdraw"
    assert send(site, table.sol, path).status_code == 303
    again = send(site, table.bea, path)
    assert again.status_code == 409
    assert "not open any more" in Page(again.text).text("problem")


def test_a_viewer_asks_for_nothing(site: Site, table: Table) -> None:
    for path, fields in (
        ("/lines/press/change", changing(unit_price="1")),
        ("/lines/press/preview", changing(unit_price="1")),
        ("/counteroffer", {}),
        ("/choices", {"choice": "line:training:selected:true", "revision": "1"}),
        ("/messages", {"body": "Hello", "key": "1"}),
    ):
        assert send(site, table.vic, path, **fields).status_code == 403, path


def test_what_a_colleague_has_asked_of_the_same_is_seen_before_sending(site: Site, table: Table) -> None:
    table.sol.proposes("press", unit_price="17500")
    assert "has asked for this too" not in page_of(site, table.bea).text("tray")
    send(site, table.bea, "/lines/press/change", **changing(unit_price="17200"))
    assert (
        "Sol Iversen has asked for this too: Hydraulic press HP-40, Unit price 17,500.00. "
        "The seller sees both, and answers once."
    ) in page_of(site, table.bea).text("tray")


def test_a_package_ends_only_after_asking_its_person(site: Site, table: Table) -> None:
    table.bea.proposes("press", unit_price="17000", quantity="3", package=True)
    send(site, table.bea, "/lines/press/change", **changing(unit_price="17200"))
    page = page_of(site, table.bea)
    assert "End my package (Hydraulic press HP-40)" in page.text("tray")
    form = page.form("tray-form")
    refused = send(site, table.bea, "/counteroffer", **{**form, "ends": ""})
    assert refused.status_code == 409
    assert "Sending this ends a package that is still open." in Page(refused.text).text("tray-problem")
    [box] = page.root.xpath('//input[@name="ends"]')
    assert send(site, table.bea, "/counteroffer", **form, ends=box.get("value")).status_code == 303
    assert "1 change by Bea Lund" in page_of(site, table.bea).text("sent")
    assert "only as a package" not in page_of(site, table.bea).text("sent")
