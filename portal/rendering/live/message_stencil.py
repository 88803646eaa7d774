"""A chat line as HTML, from its event alone: the template of the page, drawn once for each language and filled in."""

from types import SimpleNamespace

from markupsafe import escape

from portal.domain.ledger import ledger
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page.people import Person
from portal.rendering import language, regions
from portal.rendering.stencil import Mark, Stencil
from portal.rendering.templating import Templates

POSITION = "seq"


class SaidStencils:
    """For messages that are no comments; those need the name of what they are about, and go into two places."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._made: dict[tuple[str, bool], Stencil] = {}

    def around_position(self, event: StoredEvent, who: Person, tag: str) -> list[str]:
        """The pieces around the reader's own number: the same for both parties."""
        filters, at = self._templates.environment.filters, event.at
        values = {
            "key": escape(event.key),
            "actor": escape(who.actor),
            "party": escape(who.party),
            "name": escape(who.name),
            "at|isoformat": at.isoformat(),
            "text|markdown": filters["markdown"](ledger.decode_personal(event.personal).body),
        }
        token = language.current.set(tag)
        try:
            values |= {"at|day": filters["day"](at), "at|clock": filters["clock"](at)}
        finally:
            language.current.reset(token)
        return self._stencil(tag, keyed=bool(event.key)).around(POSITION, values)

    def _stencil(self, tag: str, *, keyed: bool) -> Stencil:
        found = self._made.get((tag, keyed))
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
            drawn = self._templates.render("table/_message.html", tag, entry=entry, place="log", language=tag)
            found = self._made[tag, keyed] = Stencil(regions.upserted("log", drawn))
        return found
