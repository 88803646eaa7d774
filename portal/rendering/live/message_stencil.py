"""A message as HTML from its event alone: the page's template, rendered once for each language and then filled in."""

from types import SimpleNamespace

from markupsafe import escape

from portal.domain.ledger import ledger
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page.people import Person
from portal.rendering import language, regions
from portal.rendering.stencil import Mark, Stencil
from portal.rendering.templating import Templates

POSITION = "seq"


class MessageStencils:
    """For messages that are not comments; a comment needs the name of its line or term, and stands in two places."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._cache: dict[tuple[str, bool], Stencil] = {}

    def around_position(self, event: StoredEvent, who: Person, tag: str) -> list[str]:
        """Return the pieces around the reader's position, which are the same for both parties."""
        filters, at = self._templates.environment.filters, event.at
        values = {
            "key": escape(event.key),
            "actor": escape(who.actor),
            "party": escape(who.party),
            "name": escape(who.name),
            "at|isoformat": at.isoformat(),
            "text|plain_text": filters["plain_text"](ledger.decode_personal(event.personal).body),
        }
        token = language.current.set(tag)
        try:
            values |= {"at|day": filters["day"](at), "at|clock": filters["clock"](at)}
        finally:
            language.current.reset(token)
        return self._stencil(tag, keyed=bool(event.key)).around(POSITION, values)

    def _stencil(self, tag: str, *, keyed: bool) -> Stencil:
        found = self._cache.get((tag, keyed))
        if found is None:
            who = SimpleNamespace(**{name: Mark(name) for name in ("actor", "party", "name")})
            entry = SimpleNamespace(
                seq=Mark(POSITION),
                key=Mark("key") if keyed else None,
                who=who,
                anchor=None,
                at=Mark("at"),
                text=Mark("text"),
            )
            rendered = self._templates.render(
                "table/_message.html", tag, entry=entry, place="log", language=tag
            )
            found = self._cache[tag, keyed] = Stencil(regions.upserted("log", rendered))
        return found
