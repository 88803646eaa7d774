"""The error of a document that cannot be read at all."""

from portal.errors import Invalid, Problem, Sentence


def unreadable(place: str, message: str, hint: str = "") -> Invalid:
    """Return the error with one problem, which its sentence repeats. `place` is "" for the whole file."""
    return Invalid(
        "The quote cannot be read. %(problem)s %(hint)s" if hint else "The quote cannot be read. %(problem)s",
        [Problem(place, message, hint)],
        problem=Sentence(message),
        hint=Sentence(hint),
    )
