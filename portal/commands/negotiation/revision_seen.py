"""Refuse what was written on a revision that has been replaced since, and say what changed meanwhile."""

from portal.access import Deal
from portal.database.unit_of_work import UnitOfWork
from portal.domain.difference.compare import compare
from portal.errors import Conflict, Sentence
from portal.storage import documents


def require_seen(work: UnitOfWork, deal: Deal, seen: int) -> None:
    """Conflict, naming what changed, unless `seen` is the current revision."""
    if seen != deal.revision:
        raise Conflict(_moved(work, deal, seen))


def _moved(work: UnitOfWork, deal: Deal, seen: int) -> str:
    if not 0 < seen < deal.revision:
        return Sentence(
            "Revision %(revision)s applies now. Look at it, then send again.", revision=deal.revision
        )
    then, now = (documents.read_revision(work, deal.id, number) for number in (seen, deal.revision))
    found = compare(then, now)
    names = [each.name for each in (*found.lines, *found.terms, *found.adjustments, *found.standing_offers)]
    names += [each.name for each in (*found.added_lines, *found.removed_lines)]
    if not names:
        return Sentence(
            "Revision %(revision)s arrived meanwhile. Look at it, then send again.", revision=deal.revision
        )
    return Sentence(
        "Revision %(revision)s arrived meanwhile: %(names)s changed. Look at it, then send again.",
        revision=deal.revision,
        names=", ".join(dict.fromkeys(names)),
    )
