"""Lines and terms as both sides see them: what is offered, how it differs from before, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.domain.change.change import buyer_fields
from portal.domain.change.fields import Field
from portal.domain.difference.compare import Changed, Comparison
from portal.domain.ledger.board import Board, Row, RowState
from portal.domain.offer.revision import Line, Offer, Revision, Term
from portal.reading.deal_page import asks
from portal.reading.deal_page.asks import AnswerView, Asking, AskView, ConsentView
from portal.reading.deal_page.comments import Thread
from portal.reading.deal_page.people import Person

_QUIET = Thread()


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """What lines and terms share. `changed` tells how it differs from the revision before, `added` that it is new."""

    subject: str
    state: RowState
    asks: tuple[AskView, ...]
    answers: tuple[AnswerView, ...]
    consent: ConsentView | None
    changed: Changed | None
    added: bool
    thread: Thread

    @property
    def marked(self) -> bool:
        return self.added or self.changed is not None


@dataclass(frozen=True, kw_only=True)
class LineView(ItemView):
    """`net` is per period of its billing, zero while not selected; `level` the heading's."""

    line: Line
    # The line a revision ago, where it differs.
    before: Line | None
    net: Decimal
    level: int
    open_fields: tuple[Field, ...]

    @property
    def name(self) -> str:
        return self.line.name

    @property
    def key(self) -> str:
        return self.line.key


@dataclass(frozen=True, kw_only=True)
class TermView(ItemView):
    term: Term
    before: Term | None
    open_fields: tuple[Field, ...]

    @property
    def name(self) -> str:
        return self.term.name

    @property
    def key(self) -> str:
        return self.term.key


@dataclass(frozen=True, kw_only=True)
class Section:
    """Lines under one heading, in the order of the offer; the heading is "" where there is none."""

    name: str
    lines: tuple[LineView, ...]


@dataclass(frozen=True, kw_only=True)
class Standings:
    """What the views are made from, each indexed once: a page of a thousand lines must not search for every line."""

    rows: Mapping[str, Row]
    asking: Asking
    people: Mapping[str, Person]
    threads: Mapping[str, Thread]
    changed: Mapping[str, Changed]
    added: frozenset[str]
    lines_before: Mapping[str, Line]
    terms_before: Mapping[str, Term]

    @classmethod
    def of(
        cls,
        board: Board,
        asking: Asking,
        people: Mapping[str, Person],
        threads: Mapping[str, Thread],
        comparison: Comparison | None,
        *,
        previous: Revision | None = None,
    ) -> "Standings":
        changed = (*comparison.lines, *comparison.terms) if comparison else ()
        added = (
            *(f"line:{line.key}" for line in (comparison.added_lines if comparison else ())),
            *(f"term:{term.key}" for term in (comparison.added_terms if comparison else ())),
        )
        return cls(
            rows={row.subject: row for row in board.rows},
            asking=asking,
            people=people,
            threads=threads,
            changed={each.subject: each for each in changed},
            added=frozenset(added),
            lines_before={line.key: line for line in previous.offer.lines} if previous else {},
            terms_before={term.key: term for term in previous.offer.terms} if previous else {},
        )

    def asks(self, subject: str) -> tuple[AskView, ...]:
        return tuple(asks.ask_view(each, self.asking, self.people) for each in self.rows[subject].asks)

    def answers(self, subject: str) -> tuple[AnswerView, ...]:
        return tuple(asks.answer_view(each, self.asking, self.people) for each in self.rows[subject].answers)

    def consent(self, subject: str) -> ConsentView | None:
        found = self.rows[subject].consent
        return asks.consent_view(found, self.people) if found else None


def names(offer: Offer) -> dict[str, str]:
    """What each line, term and if-you-then offer is called, by subject."""
    found = {f"line:{line.key}": line.name for line in offer.lines}
    found |= {f"term:{term.key}": term.name for term in offer.terms}
    return found | {f"standing:{each.key}": each.label for each in offer.standing_offers}


def sections(revision: Revision, standings: Standings) -> tuple[Section, ...]:
    """Lines stay in their order; each time the section's name differs a new one begins."""
    nets = {total.key: total.net for total in revision.totals.lines}
    level = 4 if any(line.section for line in revision.offer.lines) else 3
    grouped: list[tuple[str, list[LineView]]] = []
    for line in revision.offer.lines:
        if not grouped or grouped[-1][0] != line.section:
            grouped.append((line.section, []))
        grouped[-1][1].append(_line(line, nets[line.key], level, standings))
    return tuple(Section(name=name, lines=tuple(views)) for name, views in grouped)


def terms(revision: Revision, standings: Standings) -> tuple[TermView, ...]:
    return tuple(_term(term, standings) for term in revision.offer.terms)


def _line(line: Line, net: Decimal, level: int, standings: Standings) -> LineView:
    subject = f"line:{line.key}"
    return LineView(
        subject=subject,
        state=standings.rows[subject].state,
        asks=standings.asks(subject),
        answers=standings.answers(subject),
        consent=standings.consent(subject),
        changed=standings.changed.get(subject),
        added=subject in standings.added,
        thread=standings.threads.get(subject, _QUIET),
        line=line,
        before=standings.lines_before.get(line.key) if subject in standings.changed else None,
        net=net,
        level=level,
        # What a group has chosen already is left by choosing another line of it.
        open_fields=tuple(field for field in buyer_fields(line) if field != "choice" or not line.selected),
    )


def _term(term: Term, standings: Standings) -> TermView:
    subject = f"term:{term.key}"
    return TermView(
        subject=subject,
        state=standings.rows[subject].state,
        asks=standings.asks(subject),
        answers=standings.answers(subject),
        consent=standings.consent(subject),
        changed=standings.changed.get(subject),
        added=subject in standings.added,
        thread=standings.threads.get(subject, _QUIET),
        term=term,
        before=standings.terms_before.get(term.key) if subject in standings.changed else None,
        open_fields=buyer_fields(term),
    )
