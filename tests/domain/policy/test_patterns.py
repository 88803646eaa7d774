"""The stars of a policy: matched as one would expect, in time that is linear in the text."""

from __future__ import annotations

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.policy.policy import MOST_STARS, Policy, concerns, is_pattern


def fits(pattern: str, company: str) -> bool:
    return concerns(Policy(name="x", company=pattern), company, None)


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_a_star_is_anything(pattern: str, company: str) -> None:
    wanted = ".*".join(map(re.escape, pattern.split("*")))
    assert fits(pattern, company) == (not pattern or re.fullmatch(wanted, company) is not None)


def test_case_makes_no_difference_and_other_signs_are_themselves() -> None:
    assert fits("oakum*", "OAKUM Foods")
    assert fits("*straße*", "Hauptstrasse 5")
    assert not fits("o.kum*", "Oakum Foods")
    assert not fits("aba", "ababa")
    assert not fits("ab*ba", "aba")


def test_a_pattern_that_made_a_regex_go_back_takes_a_moment() -> None:
    pattern, company = "*".join(["a"] * 60) + "b", "a" * 5_000
    began = time.thread_time()
    assert not fits(pattern, company)
    assert time.thread_time() - began < 0.05


def test_a_few_stars_fit() -> None:
    assert is_pattern("*" * MOST_STARS)
    assert not is_pattern("*" * (MOST_STARS + 1))
    assert not is_pattern("a" * 201)
