"""Offers at the gate, for its tests: why something waits, in a few words."""

from decimal import Decimal
from typing import Any

from portal.domain.change.change import Change
from portal.domain.offer.revision import Adjustment, LinePrivate, Offer, PrivateFigures
from portal.domain.policy import gate
from portal.domain.policy.authority import Authority
from portal.domain.policy.checks import Before, By, Signed, Signer
from portal.domain.policy.gate import Cleared


def floors(**prices: str) -> PrivateFigures:
    return PrivateFigures(
        lines={key: LinePrivate(floor_unit_price=Decimal(price)) for key, price in prices.items()}
    )


def why(
    after: Offer,
    private: PrivateFigures | None = None,
    *,
    before: Offer | None = None,
    manager: Offer | None = None,
    by: By = "rep",
    **limits: str,
) -> list[tuple[str, str]]:
    """Kind and line of every reason to wait."""
    private = private or PrivateFigures()
    signed = Signed(offer=manager, private=private) if manager else None
    judged = gate.judge(
        Before(current=before, first=before, manager=signed),
        after,
        private,
        Signer(by=by, limits=Authority(**{name: Decimal(limit) for name, limit in limits.items()})),
    )
    return [] if isinstance(judged, Cleared) else [(each.kind, each.line) for each in judged.reasons]


def change(subject: str, field: str, value: str) -> Change:
    return Change(subject=subject, field=field, value=value)  # type: ignore[arg-type]


def rebate(**facts: Any) -> Adjustment:
    return Adjustment(key="r", label="Rebate", kind="discount", **facts)
