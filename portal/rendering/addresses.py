"""Where the links and forms of a deal's page lead. Both sides share the page's partials, not its addresses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Urls:
    """`base` is /deals/ID or /desk/deals/ID. A `subject` is one of domain.item; keys need no quoting."""

    base: str

    @classmethod
    def buyer(cls, deal_id: str) -> "Urls":
        return cls(f"/deals/{deal_id}")

    @classmethod
    def desk(cls, deal_id: str) -> "Urls":
        return cls(f"/desk/deals/{deal_id}")

    @property
    def messages(self) -> str:
        return f"{self.base}/messages"

    @property
    def choices(self) -> str:
        return f"{self.base}/choices"

    @property
    def board(self) -> str:
        return f"{self.base}/board"

    @property
    def agreement(self) -> str:
        """Where a buyer agrees to single lines and terms."""
        return f"{self.base}/agree"

    @property
    def questions(self) -> str:
        """Where a comment is marked as answered."""
        return f"{self.base}/questions"

    @property
    def concessions(self) -> str:
        """The rep's alone."""
        return f"{self.base}/concessions"

    @property
    def counteroffer(self) -> str:
        """The draft: shown by GET, sent by POST."""
        return f"{self.base}/counteroffer"

    @property
    def composition(self) -> str:
        """Options and if-you-then offers before they are sent: shown by GET, sent by POST."""
        return f"{self.base}/composition"

    @property
    def acceptance(self) -> str:
        return f"{self.base}/acceptance"

    @property
    def refusal(self) -> str:
        return f"{self.base}/decline"

    @property
    def scenarios(self) -> str:
        """The buyer's own drafts, beside each other."""
        return f"{self.base}/scenarios"

    @property
    def room(self) -> str:
        """Where the buyers are among themselves."""
        return f"{self.base}/room"

    @property
    def more_time(self) -> str:
        return f"{self.base}/more-time"

    def live(self, after: int, epoch: str) -> str:
        return f"{self.base}/live?after={after}&epoch={epoch}"

    @property
    def changes(self) -> str:
        return f"{self.base}/changes"

    def change(self, subject: str) -> str:
        return f"{self._item(subject)}/change"

    def preview(self, subject: str) -> str:
        return f"{self._item(subject)}/preview"

    def comment(self, subject: str) -> str:
        return f"{self._item(subject)}/comment"

    def withdrawal(self, counteroffer: str) -> str:
        return f"{self.base}/counteroffers/{counteroffer}/withdraw"

    def revision(self, number: int) -> str:
        return f"{self.base}/revisions/{number}"

    def compare(self, a: int, b: int) -> str:
        return f"{self.base}/compare?from={a}&to={b}"

    def earlier(self, before: int) -> str:
        return f"{self.base}/conversation?before={before}"

    def _item(self, subject: str) -> str:
        kind, _, key = subject.partition(":")
        return f"{self.base}/{_PLURAL.get(kind, kind)}/{key}"


# Kind of subject to the part of the address; the deal's own total stands under "whole".
_PLURAL = {
    "line": "lines",
    "term": "terms",
    "deal": "whole",
    "new": "wishes",
    "adjustment": "adjustments",
    "standing": "offers",
}
KINDS = {plural: kind for kind, plural in _PLURAL.items()}
