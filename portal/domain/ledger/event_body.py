"""What every kind of event is: frozen, with a name of its own, and for an audience that no instance can change."""

from typing import Literal

import msgspec

Audience = Literal["table", "seller", "buyer"]
PartyName = Literal["seller", "buyer"]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What happened. Subclasses are the only kinds there are; `audience` says who may ever read one."""

    @classmethod
    def audience(cls) -> Audience:
        return "table"

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)


class SellerBody(Body, frozen=True, kw_only=True):
    """An event of the seller's side room."""

    @classmethod
    def audience(cls) -> Audience:
        return "seller"


class BuyerBody(Body, frozen=True, kw_only=True):
    """An event of the buyers' room."""

    @classmethod
    def audience(cls) -> Audience:
        return "buyer"
