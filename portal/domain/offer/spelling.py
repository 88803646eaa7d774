"""How the text of one field is read and spelled: `read("9,20")` is refused, `read("9.2")` is "9.200000".

Every function takes what came from an edge (a locale's number already turned into a plain decimal string) and returns the
field's one spelling. ValueError carries a sentence for whoever wrote the text.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portal.domain.offer import money
from portal.domain.offer.capacity import FIRST_DAY, LAST_DAY, LONGEST_WORDING, RANGES, Figure
from portal.errors import Sentence

_LONGEST_QUOTED = 40
_PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_PRICE, _NUMBER = Decimal("1250.25"), Decimal("12.5")
_WISH = re.compile(r"(\S+) x (.+)")


class Wish(NamedTuple):
    """What is wanted, and how many of it."""

    quantity: Decimal
    words: str

    def __str__(self) -> str:
        return f"{self.quantity.normalize(money.CONTEXT):f} x {self.words}"


def decimal(text: str, *, price: bool = False) -> Decimal:
    """The number at six places; `price` says what the refusal asks for."""
    text = text.strip()
    try:
        return money.six(money.parse(text))
    except ValueError:
        pass
    raise ValueError(_no_number(text, price=price))


def _no_number(text: str, *, price: bool) -> Sentence:
    if _PLAIN.fullmatch(text):
        return Sentence(
            "“%(text)s” is too long: at most 12 digits before and 6 after the point are possible.",
            text=quoted(text),
        )
    if price:
        return Sentence(
            "“%(text)s” is not a number. Enter a price, like %(example)s.", text=quoted(text), example=_PRICE
        )
    return Sentence(
        "“%(text)s” is not a number. Enter one like %(example)s.", text=quoted(text), example=_NUMBER
    )


def quantity(text: str) -> str:
    number = decimal(text)
    if number not in RANGES["quantity"]:
        raise ValueError("The quantity must be more than zero.")
    return str(number)


def unit_price(text: str) -> str:
    price = decimal(text, price=True)
    if price not in RANGES["unit_price"]:
        raise ValueError("The unit price can't be negative.")
    return str(price)


def discount(text: str) -> str:
    percent = decimal(text)
    if percent not in RANGES["percent"]:
        raise ValueError("The discount must be between 0 and 100 percent.")
    return str(percent)


def count(figure: Figure) -> Callable[[str], str]:
    """The reader of a whole number in the range of a figure."""
    allowed = RANGES[figure]

    def read(text: str) -> str:
        number = decimal(text)
        if number != number.to_integral_value() or number not in allowed:
            raise ValueError(
                Sentence(
                    "Enter a whole number from %(least)s to %(most)s.",
                    least=int(allowed.least),
                    most=int(allowed.most),
                )
            )
        return str(int(number))

    return read


def ticked(text: str) -> str:
    if text.strip() not in {"true", "false"}:
        raise ValueError('Say "true" to include it or "false" to leave it out.')
    return text.strip()


def chosen(text: str) -> str:
    if text.strip() != "true":
        raise ValueError('A choice is made with "true" on the line that is wanted.')
    return "true"


def day(text: str) -> str:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        message = Sentence("“%(text)s” is not a day such as 2026-12-31.", text=quoted(text.strip()))
        raise ValueError(message) from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise ValueError(Sentence("Choose a day from %(first)s to %(last)s.", first=FIRST_DAY, last=LAST_DAY))
    return found.isoformat()


def target(text: str, currency: str) -> str:
    """An amount of the currency, net over the whole contract."""
    wanted = decimal(text, price=True)
    if wanted not in RANGES["unit_price"]:
        raise ValueError("The overall price can't be negative.")
    rounded = money.amount(wanted, currency)
    if rounded != wanted:
        raise ValueError(
            Sentence(
                "%(currency)s has %(places)s decimal places.",
                currency=currency,
                places=money.places(currency),
            )
        )
    return str(rounded)


def wished(text: str) -> Wish:
    """ "4 x Filter set": how many, and what."""
    found = _WISH.fullmatch(plain(text))
    if found is None:
        raise ValueError('Say how many and what, such as "4 x Filter set".')
    return Wish(Decimal(quantity(found[1])), wording(found[2]))


def wish(text: str) -> str:
    return str(wished(text))


def plain(text: str) -> str:
    """On one line, in NFC."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def quoted(text: str) -> str:
    """What was written, short enough to be repeated in a sentence."""
    return text if len(text) <= _LONGEST_QUOTED else f"{text[:_LONGEST_QUOTED]}…"


def wording(text: str) -> str:
    words = plain(text)
    if not words:
        raise ValueError("Say what it should be.")
    if len(words) > LONGEST_WORDING:
        raise ValueError(Sentence("At most %(limit)s characters fit.", limit=LONGEST_WORDING))
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in words):
        raise ValueError("It contains characters that can't be shown.")
    return words
