"""Anybody does anything, in any order: every command comes to what the rules say, and the ledger, the offer, the asks and
the order hold together after each."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from tests.cast import Clock, Table, open_database
from tests.chaos import rules
from tests.chaos.buying import Buying
from tests.chaos.conftest import TIMES
from tests.chaos.selling import Selling, verdicts

OPENINGS = (
    "part of a package is chosen",
    "what is asked about goes",
    "an edit is taken back",
    "a manager is asked",
    "time runs out over an ask",
    "what the offer prices is asked for",
    "a price is negotiated after a break was left",
    "what is negotiated waits while other parts move",
    "secrets are tried again and again",
    "a quote comes again over what was negotiated",
)


class Everybody(Buying, Selling):
    @initialize(opening=st.sampled_from(("", *OPENINGS)), given=verdicts)
    def begins(self, opening: str, given: list[tuple[str, int]]) -> None:
        """Some negotiations begin where it is narrow, and with an answer there."""
        match opening:
            case "part of a package is chosen":
                self.asks("bea", {"line:training:selected": 0, rules.PRICE: 1}, True, False, False)
                self.chooses("sol", "line:training:selected", 0, 0)
            case "what is asked about goes":
                self.asks("bea", {"line:install:quantity": 0, rules.PRICE: 1}, False, False, False)
                self.requotes("rita", "install")
            case "an edit is taken back":
                self.edits("rita", {rules.CHOICES[1]: 0, rules.QUANTITY: 3})
                self.edits("rita", {rules.CHOICES[0]: 0})
            case "a manager is asked":
                self.asks("bea", {rules.PRICE: 3}, False, False, False)
                self.publishes("rita", [("accept", 0)], "")
            case "time runs out over an ask":
                self.asks("sol", {rules.QUANTITY: 3, "term:payment:value": 0}, False, False, False)
                self.time_passes(9, False)
                self.time_passes(9, False)
            case "what the offer prices is asked for":
                self.asks("bea", {rules.PRICE: 1}, False, False, False)
                self.asks("sol", {rules.QUANTITY: 3}, True, False, False)
                self.asks("sol", {"line:training:selected": 0, rules.CHOICES[1]: 0}, False, False, False)
            case "a price is negotiated after a break was left":
                self.asks("bea", {rules.QUANTITY: 3}, False, False, False)
                self.edits("rita", {rules.QUANTITY: 2})
                self.publishes("rita", [], "")
                self.edits("rita", {rules.PRICE: 1})
                self.publishes("rita", [], "")
                self.asks("bea", {rules.QUANTITY: 3}, False, False, False)
                self.asks("sol", {rules.QUANTITY: 2}, False, False, False)
                self.asks("sol", {rules.QUANTITY: 0}, False, False, False)
            case "what is negotiated waits while other parts move":
                self.asks("bea", {rules.PRICE: 3}, False, False, False)
                self.publishes("rita", [("accept", 0)], "")
                self.chooses("sol", rules.CHOICES[1], 0, 0)
                self.gives_time("mia", 6)
                self.decides("mia", True)
                self.edits("rita", {rules.PRICE: 3, rules.QUANTITY: 2})
                self.edits("rita", {rules.PRICE: 2})
                self.publishes("rita", [], "")
                self.edits("rita", {rules.PRICE: 3})
                self.publishes("rita", [], "")
                self.asks("bea", {rules.QUANTITY: 3}, False, False, False)
                self.decides("mia", True)
                self.asks("bea", {"line:install:quantity": 0}, False, False, False)
            case "secrets are tried again and again":
                for number in range(4):
                    self.asks("bea", {rules.PRICE: 4 if number == 3 else 1}, False, False, False)
                    self.asks("sol", {rules.PRICE: 4}, False, False, False)
                    self.gives_time("mia", number)
                    self.publishes("rita", [("decline", 0)], "")
                self.edits("rita", {rules.CHOICES[1]: 0})
            case "a quote comes again over what was negotiated":
                self.asks("bea", {"line:install:quantity": 0, rules.PRICE: 1}, False, False, False)
                self.publishes("rita", [("accept", 0)], "")
                self.gives_time("rita", 6)
                self.requotes("rita", "install")
                self.requotes("rita", "")
                self.edits("rita", {"line:install:quantity": 1, rules.PRICE: 3})
                self.publishes("mia", [], "")
                self.requotes("rita", "install")
                self.edits("mia", {"term:delivery:value": 0})
                self.requotes("mia", "")
                self.edits("mia", {"term:delivery:value": 0})
        if opening:
            self.publishes("mia", given[:1], "")


@pytest.fixture(autouse=True)
def template(tmp_path: Path) -> None:
    """The table as every negotiation begins it; each has a copy."""
    database = open_database(f"sqlite:///{tmp_path}/template.db", Clock())
    Everybody.cast = Table(database)
    database.close()
    Everybody.template = tmp_path / "template.db"


@pytest.mark.parametrize("verdict", ["accept", "decline", "counter"])
@pytest.mark.parametrize("opening", OPENINGS)
def test_where_it_is_narrow(opening: str, verdict: str) -> None:
    negotiation = Everybody()
    negotiation.begins(opening, [(verdict, 2)])
    negotiation.everything_holds_together()
    negotiation.teardown()


def test_any_interleaving_of_commands_follows_the_rules() -> None:
    run_state_machine_as_test(
        Everybody,
        settings=settings(
            max_examples=50 * TIMES,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=set(Phase) - {Phase.explain},
        ),
    )
