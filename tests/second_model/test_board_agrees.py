"""The board that the product derives from its ledger, and the second model's, story by story."""

from collections.abc import Callable
from random import Random

import pytest

from tests.second_model.board_stories import INSTALLATION, PAYMENT, PRESS, Story, random_story


def differences(story: Story) -> dict[str, tuple[str, str]]:
    """Return the subjects whose states differ. The product's "offered" is what was not discussed."""
    found = story.product_board()
    states = {subject: (state, found.row(subject)) for subject, state in story.board.states().items()}
    # Stories end requests without a word on what the offer gave on the way; the command that publishes has one.
    silent = ("agreed", "offered")
    return {
        subject: (state, row.state if row else "none")
        for subject, (state, row) in states.items()
        if row is None
        or (row.state != ("offered" if state == "not discussed" else state) and (state, row.state) != silent)
    }


def test_negotiations_come_to_the_same_board():
    for seed in range(2_000):
        story = random_story(Random(seed))
        has_open_asks = any(row.asks for row in story.product_board().rows)
        assert not differences(story), f"seed {seed}"
        assert has_open_asks == story.board.has_open_asks(), f"seed {seed}"


def get_a_better_counter(story: Story) -> None:
    story.ask({INSTALLATION: "6000.000000"})
    story.answer({INSTALLATION: "5500.000000"})


def get_a_better_price_without_an_answer(story: Story) -> None:
    story.ask({PRESS: "18000.000000"})
    story.answer({}, {PRESS: "17500.000000"})


def withdraw_what_a_colleague_asks_too(story: Story) -> None:
    story.ask({PAYMENT: "net 45"}, "bea")
    story.ask({PAYMENT: "net 45"}, "sol")
    story.withdraw(story.board.open[PAYMENT]["sol"][0])


def get_a_price_that_rises_later(story: Story) -> None:
    story.ask({PRESS: "18000.000000"})
    story.answer({PRESS: "18000.000000"})
    story.answer({}, {PRESS: "18450.000000"})


STORIES = {
    get_a_better_counter: {"line:installation": "agreed"},
    get_a_better_price_without_an_answer: {"line:press": "agreed"},
    withdraw_what_a_colleague_asks_too: {"term:payment": "asked"},
    get_a_price_that_rises_later: {"line:press": "answered"},
}


@pytest.mark.parametrize("tell", STORIES)
def test_what_the_design_says_of_stories_that_differ(tell: Callable[[Story], None]):
    story = Story()
    tell(story)
    assert STORIES[tell].items() <= story.board.states().items()


@pytest.mark.parametrize("tell", STORIES)
def test_stories_that_differ(tell: Callable[[Story], None]):
    story = Story()
    tell(story)
    assert not differences(story)


def test_a_declined_ask_keeps_its_gap_until_somebody_agrees():
    """The answer is the buyer's to agree to; the second model calls an ask open only while nobody has answered it."""
    story = Story()
    story.ask({PRESS: "18000.000000"})
    story.answer({PRESS: "18450.000000"})
    assert not story.board.has_open_asks()
    assert story.product_board().gap == -900
    story.agree("line:press")
    assert story.product_board().gap == 0


def test_what_nobody_spoke_about_is_not_agreed():
    story = Story()
    assert story.board.state("line:press") == "not discussed"
    row = story.product_board().row("line:press")
    assert row is not None
    assert row.state != "agreed"
