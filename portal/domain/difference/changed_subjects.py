"""Which parts of an offer differ in another one."""

from portal.domain.change.items import PARTS
from portal.domain.offer.revision import Offer


def changed_subjects(before: Offer, after: Offer) -> tuple[str, ...]:
    """What differs, new and gone parts included, as "line:KEY", "term:KEY", "adjustment:KEY" and "standing:KEY"."""
    then, now = _parts(before), _parts(after)
    return tuple(subject for subject in now | then if now.get(subject) != then.get(subject))


def _parts(offer: Offer) -> dict[str, object]:
    return {f"{kind}:{part.key}": part for kind, among in PARTS.items() for part in getattr(offer, among)}
