"""No test fails because a day has come: where the real clock runs, days are counted from it (`tests.quotes.day_ahead`)."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
# What is started there is a program or a whole application, with the real clock.
BESIDE_THE_REAL_CLOCK = ("browser", "chaos", "operations", "realtime", "services", "web", "")
# They bring a clock of their own, or say nothing about today.
WITH_ITS_OWN = {"realtime/hub/test_feed.py", "test_seal.py"}
# A day or month, a number of a deal with its year, or a day in words; what was over in 2020 stays over.
YEAR = r"20(?:2[1-9]|[3-9]\d)"
DAY = re.compile(rf"date(?:time)?\({YEAR}|\b{YEAR}-\d\d(?:\d\d)?\b|\b\d{{1,2}} [A-Z][a-z]{{2}} {YEAR}\b")


def test_no_day_is_fixed_where_the_real_clock_runs() -> None:
    found = []
    for folder in BESIDE_THE_REAL_CLOCK:
        paths = (TESTS / folder).rglob("*.py") if folder else TESTS.glob("*.py")
        for path in sorted(paths):
            name = path.relative_to(TESTS).as_posix()
            if name in WITH_ITS_OWN or name in {"cast.py", "quotes.py", "hostile.py"}:
                continue
            lines = enumerate(path.read_text().splitlines(), start=1)
            found += [f"{name}:{number}: {line.strip()}" for number, line in lines if DAY.search(line)]
    assert found == []
