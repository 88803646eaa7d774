"""Limits of time that hold where nothing watches each line that runs."""

import coverage


def limit(seconds: float) -> float:
    """The limit for a measured stretch; twenty times as long while coverage is measured, which slows every line."""
    return seconds * 20 if coverage.Coverage.current() else seconds
