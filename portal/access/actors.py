"""Who acts: a buyer's browser, a rep's browser, or the installation itself. Actors carry ids only."""

import msgspec


class BuyerSession(msgspec.Struct, frozen=True):
    """A buyer's browser. It holds the grants whose links were opened in it."""

    id: str


class DeskSession(msgspec.Struct, frozen=True):
    """A rep's browser."""

    id: str


class System(msgspec.Struct, frozen=True):
    """The installation itself: "cli", "api", "sweeper" or "policy". It acts for the seller, as an admin."""

    name: str


Actor = BuyerSession | DeskSession | System


class Rep(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the seller who is signed in."""

    id: str
    name: str
    email: str
    role: str
    language: str
    csrf: str
