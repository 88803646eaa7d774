"""The error for a document of which nothing can be read."""

from portal.errors import Invalid, Problem, Sentence


def unreadable(place: str, message: str, hint: str = "") -> Invalid:
    """One problem, and a sentence that says it as well. `place` is "" for the whole file."""
    return Invalid(
        "The quote cannot be read. %(problem)s %(hint)s" if hint else "The quote cannot be read. %(problem)s",
        [Problem(place, message, hint)],
        problem=Sentence(message),
        hint=Sentence(hint),
    )
