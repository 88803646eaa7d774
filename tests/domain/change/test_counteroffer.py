"""A counteroffer: checked as a whole, priced, carried to a newer revision, answered."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer, Counteroffer, check
from portal.domain.change.effect import effect_of
from portal.domain.change.rebase import Conflict, rebase
from portal.domain.change.resolve import resolve
from portal.domain.offer.revision import Offer
from portal.errors import Invalid
from tests.domain.offers import kestrel_offer, line, offer


def change(subject: str, field: str, value: str) -> Change:
    return Change(subject=subject, field=field, value=value)  # type: ignore[arg-type]


PRICE = change("line:press", "unit_price", "17200.000000")
QUANTITY = change("line:press", "quantity", "3.000000")
PAYMENT = change("term:payment", "value", "net 45")
GLASS = change("line:glass", "choice", "true")
TRAINING = change("line:training", "selected", "true")


def moved(*changes: Change) -> Offer:
    return apply(kestrel_offer(), changes, concession=True, round_number=1)


def without(key: str) -> Offer:
    asked = kestrel_offer()
    return replace(
        asked,
        lines=tuple(line for line in asked.lines if line.key != key),
        terms=tuple(term for term in asked.terms if term.key != key),
    )


def test_a_good_counteroffer_has_no_problems():
    assert check(kestrel_offer(), [PRICE, QUANTITY, PAYMENT, GLASS, TRAINING]) == []


def test_all_problems_come_at_once():
    found = check(
        kestrel_offer(),
        [
            change("line:press", "quantity", "99"),
            change("line:installation", "unit_price", "1"),
            change("term:payment", "value", "net 60"),
            GLASS,
            change("line:steel", "choice", "true"),
            PRICE,
            PRICE,
        ],
    )
    assert [problem.place for problem in found] == [
        "line:press:quantity",
        "line:installation:unit_price",
        "term:payment:value",
        "line:steel:choice",
        "line:steel:choice",
        "line:press:unit_price",
    ]


def test_an_empty_counteroffer_asks_nothing():
    assert [problem.message for problem in check(kestrel_offer(), [])] == ["Nothing is asked yet."]


def test_the_effect_tells_lines_totals_and_the_gap():
    found = effect_of(kestrel_offer(), [PRICE, change("line:care", "quantity", "2")])
    assert [(each.after.key, str(each.before_net), str(each.after_net)) for each in found.lines] == [
        ("press", "36900.00", "34400.00"),
        ("care", "250.00", "500.00"),
    ]
    assert [str(each) for each in (found.once, found.month, found.year, found.gap)] == [
        "-2500.00",
        "250.00",
        "0",
        "6500.00",
    ]
    assert found.after.contract.net - found.before.contract.net == found.gap


def test_the_effect_of_a_choice_shows_both_lines():
    found = effect_of(kestrel_offer(), [GLASS])
    assert [each.after.key for each in found.lines] == ["steel", "glass"]
    assert found.gap == Decimal(480)


def test_the_first_monthly_line_makes_a_month():
    optional = replace(kestrel_offer().line("care"), optional=True, selected=False)
    asked = replace(kestrel_offer(), lines=(kestrel_offer().line("press"), optional))
    found = effect_of(asked, [change("line:care", "selected", "true")])
    assert (found.month, found.gap) == (Decimal(250), Decimal(9000))


def test_the_effect_on_a_year():
    licence = line("licence", "1200", billing="year", periods=3)
    found = effect_of(offer(licence), [change("line:licence", "unit_price", "1000")])
    assert (found.once, found.month, found.year, found.gap) == (0, 0, Decimal(-200), Decimal(-600))


class TestRebase:
    def test_untouched_fields_carry_over(self):
        found = rebase([PRICE, PAYMENT], kestrel_offer(), moved(QUANTITY, TRAINING))
        assert (found.carried, found.conflicts, found.settled) == ((PRICE, PAYMENT), (), ())

    def test_a_touched_field_is_a_conflict_with_all_three_values(self):
        found = rebase([PRICE], kestrel_offer(), moved(change("line:press", "unit_price", "18000")))
        [conflict] = found.conflicts
        assert conflict == Conflict(
            change=PRICE, base_value="18450.000000", current_value="18000.000000", asked_value="17200.000000"
        )
        assert found.carried == found.settled == ()

    def test_what_the_revision_already_gives_is_settled(self):
        found = rebase([PRICE, PAYMENT], kestrel_offer(), moved(PRICE))
        assert (found.carried, found.conflicts, found.settled) == ((PAYMENT,), (), (PRICE,))

    @pytest.mark.parametrize(
        ("asked", "given"),
        [
            (PRICE, change("line:press", "unit_price", "17000")),
            # 18,450.00 less 7% is 17,158.50.
            (PRICE, change("line:press", "discount_percent", "7")),
            (change("line:press", "discount_percent", "5"), change("line:press", "unit_price", "17500")),
            (change("line:press", "discount_percent", "5"), change("line:press", "discount_percent", "6")),
            (
                change("line:press", "delivery_date", "2026-02-20"),
                change("line:press", "delivery_date", "2026-02-18"),
            ),
            (
                change("line:press", "warranty_months", "24"),
                change("line:press", "warranty_months", "36"),
            ),
        ],
    )
    def test_what_is_better_than_asked_settles_it_and_no_worse(self, asked, given):
        assert rebase([asked], kestrel_offer(), moved(given)).settled == (asked,)
        assert rebase([given], kestrel_offer(), moved(asked)).settled == ()

    def test_more_than_was_asked_is_no_better_for_a_quantity(self):
        asked = change("line:press", "quantity", "3")
        assert rebase([asked], kestrel_offer(), moved(change("line:press", "quantity", "4"))).settled == ()

    def test_a_new_discount_touches_the_price_that_was_asked(self):
        found = rebase([PRICE], kestrel_offer(), moved(change("line:press", "discount_percent", "5")))
        [conflict] = found.conflicts
        assert conflict.base_value == conflict.current_value == "18450.000000"

    def test_a_price_that_followed_the_quantity_is_touched(self):
        [conflict] = rebase([PRICE], kestrel_offer(), moved(change("line:press", "quantity", "5"))).conflicts
        assert conflict.current_value == "17900.000000"

    def test_a_warranty_carries_over_until_it_moves(self):
        ask = change("line:press", "warranty_months", "36")
        assert rebase([ask], kestrel_offer(), moved(PRICE)).carried == (ask,)
        now = moved(change("line:press", "warranty_months", "30"))
        [conflict] = rebase([ask], kestrel_offer(), now).conflicts
        assert (conflict.base_value, conflict.current_value, conflict.asked_value) == ("", "30", "36")

    @pytest.mark.parametrize(("ask", "key"), [(PRICE, "press"), (PAYMENT, "payment")])
    def test_what_is_gone_is_a_conflict_and_never_lost(self, ask, key):
        [conflict] = rebase([ask], kestrel_offer(), without(key)).conflicts
        assert (conflict.change, conflict.current_value) == (ask, None)

    def test_what_came_only_later_is_a_conflict_without_a_base(self):
        [conflict] = rebase([PRICE], without("press"), kestrel_offer()).conflicts
        assert (conflict.base_value, conflict.current_value) == (None, "18450.000000")

    def test_a_tick_on_a_line_that_is_no_longer_optional_is_a_conflict(self):
        fixed = replace(kestrel_offer().line("training"), optional=False)
        now = replace(kestrel_offer(), lines=(fixed,))
        [conflict] = rebase([TRAINING], kestrel_offer(), now).conflicts
        assert (conflict.base_value, conflict.current_value) == ("false", None)

    def test_a_choice_is_told_by_the_chosen_lines(self):
        asked = kestrel_offer()
        mesh = replace(asked.line("glass"), key="mesh")
        base = replace(asked, lines=(*asked.lines, mesh))
        now = apply(base, [change("line:mesh", "choice", "true")], concession=False)
        [conflict] = rebase([GLASS], base, now).conflicts
        assert (conflict.base_value, conflict.current_value, conflict.asked_value) == (
            "steel",
            "mesh",
            "glass",
        )
        assert rebase([GLASS], base, moved(GLASS)).settled == (GLASS,)
        assert rebase([GLASS], base, base).carried == (GLASS,)


def ask(*changes: Change, package: bool = False) -> Counteroffer:
    return Counteroffer(id="c1", base_revision=1, changes=changes, package=package)


def accept(asked: Change) -> Answer:
    return Answer(change_id=asked.id, verdict="accept")


def decline(asked: Change) -> Answer:
    return Answer(change_id=asked.id, verdict="decline")


def counter(asked: Change, value: str | None) -> Answer:
    return Answer(change_id=asked.id, verdict="counter", value=value)


def refused(counteroffer: Counteroffer, *answers: Answer) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        resolve(counteroffer, answers, kestrel_offer())
    return {problem.place: problem.message for problem in error.value.problems}


class TestAnswers:
    def test_accepted_as_asked_countered_as_proposed_declined_not_at_all(self):
        made = resolve(
            ask(PRICE, QUANTITY, PAYMENT),
            [decline(QUANTITY), counter(PRICE, "17800"), accept(PAYMENT)],
            kestrel_offer(),
        )
        assert made == [replace(PRICE, value="17800.000000"), PAYMENT]

    def test_every_missing_answer_is_named(self):
        found = refused(ask(PRICE, QUANTITY, PAYMENT), accept(QUANTITY))
        assert found == {PRICE.id: "This change has no answer.", PAYMENT.id: "This change has no answer."}

    def test_answers_to_what_was_not_asked_and_double_ones_are_refused(self):
        found = refused(ask(PRICE), accept(PRICE), accept(PRICE), accept(QUANTITY))
        assert found == {
            PRICE.id: "This change is answered twice.",
            QUANTITY.id: "This was not asked in this counteroffer.",
        }

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            (None, "A counter needs a value."),
            ("  ", "A counter needs a value."),
            (
                "cheap",
                "“cheap” is not a number. Enter a price, like 1250.25.",
            ),
            ("18450", "This is what the proposal offers already."),
        ],
    )
    def test_a_counter_needs_a_value_of_its_own(self, value, sentence):
        assert refused(ask(PRICE, PAYMENT), counter(PRICE, value), accept(PAYMENT)) == {PRICE.id: sentence}

    def test_a_seller_may_counter_beyond_what_a_buyer_may_ask(self):
        assert resolve(ask(QUANTITY), [counter(QUANTITY, "50")], kestrel_offer()) == [
            replace(QUANTITY, value="50.000000")
        ]

    def test_accepting_what_is_gone_is_refused(self):
        with pytest.raises(Invalid) as error:
            resolve(ask(PRICE), [accept(PRICE)], without("press"))
        assert error.value.problems[0].place == PRICE.id

    def test_a_package_is_accepted_whole(self):
        package = ask(PRICE, QUANTITY, package=True)
        assert resolve(package, [accept(PRICE), accept(QUANTITY)], kestrel_offer()) == [PRICE, QUANTITY]

    @pytest.mark.parametrize(
        # A counter by the asked value is the half that is accepted.
        "other",
        [accept(PRICE), counter(PRICE, PRICE.value), counter(PRICE, "17800")],
    )
    def test_a_package_is_never_declined_in_part(self, other):
        assert list(refused(ask(PRICE, QUANTITY, package=True), other, decline(QUANTITY))) == [QUANTITY.id]

    def test_a_package_may_be_declined_or_countered(self):
        package = ask(PRICE, QUANTITY, package=True)
        assert resolve(package, [decline(PRICE), decline(QUANTITY)], kestrel_offer()) == []
        made = resolve(package, [accept(PRICE), counter(QUANTITY, "4")], kestrel_offer())
        assert made == [PRICE, replace(QUANTITY, value="4.000000")]
