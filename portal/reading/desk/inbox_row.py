"""One deal as a row of the inbox, and which rows a view of it has, in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, get_args

from portal.reading.desk.last_event import LastEvent

Tab = Literal["all", "needs", "waiting", "closing", "won", "lost"]
Whose = Literal["mine", "team"]
TABS: tuple[Tab, ...] = get_args(Tab)
CLOSING = timedelta(days=7)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class View:
    """What of the inbox one rep looks at. `mine` is what the rep owns and what nobody owns."""

    rep_id: str
    tab: Tab = "all"
    whose: Whose = "team"
    search: str = ""

    @classmethod
    def of(cls, rep_id: str, query: Mapping[str, str]) -> "View":
        """From an address's query (`tab`, `whose`, `search`); what it does not know falls back to everything."""
        wanted = query.get("tab", "")
        return cls(
            rep_id=rep_id,
            tab=next((tab for tab in TABS if tab == wanted), "all"),
            whose="mine" if query.get("whose") == "mine" else "team",
            search=query.get("search", "").strip()[:100],
        )

    def query(self, **other: str) -> dict[str, str]:
        """The query that leads to this view, with parts replaced; defaults are left out."""
        parts = {"tab": self.tab, "whose": self.whose, "search": self.search, **other}
        return {name: value for name, value in parts.items() if value not in ("", "all", "team")}


@dataclass(frozen=True, kw_only=True)
class InboxRow:
    """One deal at a glance. `since`: when the wait began of whoever waits; `value`: net over the contract."""

    deal_id: str
    number: str
    title: str
    company: str
    state: str
    turn: str
    revision: int
    currency: str
    value: Decimal
    owner_id: str | None
    owner: str
    since: datetime
    valid_until: datetime
    closing: bool
    asks: int
    approval: bool
    last: LastEvent | None
    # How long a buyer may wait, and by how much this one has waited longer, rounded up.
    goal_hours: int
    late_hours: int

    @property
    def name(self) -> str:
        return f"{self.title}, {self.company}"

    @property
    def tab(self) -> Tab:
        """Where the row belongs; "closing" is not a place of its own."""
        if self.turn == "seller":
            return "needs"
        if self.turn == "buyer":
            return "waiting"
        return self.outcome or "lost"

    @property
    def outcome(self) -> Literal["won", "lost"] | None:
        """How it ended, whoever has written since; None while it goes on."""
        if self.state == "accepted":
            return "won"
        return "lost" if self.state in ("declined", "withdrawn", "expired") else None

    @property
    def order(self) -> int:
        """Rows ascend by this number: who needs an answer, then who is waited for, longest first; then the closed."""
        rank = ("needs", "waiting", "won", "lost").index(self.tab)
        seconds = int(self.since.timestamp())
        return min(rank, 2) * 10**11 + (seconds if rank < 2 else 10**11 - seconds)

    def within(self, view: View) -> bool:
        if view.whose == "mine" and self.owner_id not in (None, view.rep_id):
            return False
        if view.search and view.search.casefold() not in f"{self.name} {self.number}".casefold():
            return False
        return view.tab in ("all", self.tab, self.outcome) or (view.tab == "closing" and self.closing)
