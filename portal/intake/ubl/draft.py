"""A quote document that is being built from XML, with the source element of each field."""

import itertools
import re
from decimal import Decimal
from typing import Any

from lxml import etree

from portal.domain.offer import money
from portal.errors import Problem
from portal.intake.field_errors import decimal_problem, format_decimal
from portal.intake.ubl.xml import Paths, text

_XSD_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)


class Draft:
    """`fields` has the shape of the JSON quote document. `where` returns the XPath of a field."""

    def __init__(self, root: etree._Element) -> None:
        self.fields: dict[str, Any] = {}
        self._paths = Paths()
        self._places: dict[str, str] = {"": self.place(root)}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def place(self, source: etree._Element) -> str:
        """Return the XPath of an element."""
        return self._paths.of(source)

    def where(self, pointer: str) -> str:
        """Return the XPath of the nearest part of the document that a pointer leads to."""
        while pointer not in self._places:
            pointer = pointer.rpartition("/")[0]
        return self._places[pointer]

    def mark(self, pointer: str, source: etree._Element) -> None:
        """Record the element of a part, for problems with absent fields of it."""
        self._places[pointer] = self.place(source)

    def has(self, pointer: str) -> bool:
        """Whether a field, or a field below it, has been set."""
        value: Any = self.fields
        for step in pointer.split("/")[1:]:
            try:
                value = value[int(step) if isinstance(value, list) else step]
            except (KeyError, IndexError):
                return False
        return True

    def put(self, pointer: str, value: Any, source: etree._Element | None) -> None:
        """Set a field, unless `source` is absent or `value` is empty. A list grows by its next index."""
        if source is None or value in ("", None):
            return
        steps = pointer.split("/")[1:]
        container: Any = self.fields
        for step, following in itertools.pairwise(steps):
            container = _get_or_create(container, step, [] if following.isdigit() else {})
        if isinstance(container, list):
            container.append(value)
        else:
            container[steps[-1]] = value
        self._places[pointer] = self.place(source)

    def put_text(self, pointer: str, source: etree._Element | None) -> None:
        self.put(pointer, text(source), source)

    def put_number(self, pointer: str, source: etree._Element | None) -> None:
        """Set a decimal field. Text that is not a number is refused later, when the document is validated."""
        self.put(pointer, decimal_string(text(source)), source)

    def number(self, source: etree._Element | None) -> Decimal | None:
        """Parse the number of an element; None, with a problem at its place, when it is not one."""
        if source is None:
            return None
        try:
            return money.parse(decimal_string(text(source)))
        except ValueError:
            self.problems.append(decimal_problem(self.place(source), text(source)))
            return None

    def refuse(self, source: etree._Element, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.place(source), message, hint))

    def warn(self, source: etree._Element, message: str, hint: str = "") -> None:
        self.warnings.append(Problem(self.place(source), message, hint))


def decimal_string(written: str) -> str:
    """Spell an xsd:decimal ("+12.", ".50") as in the quote document. Return anything else unchanged."""
    if len(written) > 100 or not _XSD_DECIMAL.fullmatch(written):
        return written
    return format_decimal(Decimal(written))


def _get_or_create(container: Any, step: str, empty: Any) -> Any:
    if isinstance(container, dict):
        return container.setdefault(step, empty)
    if int(step) == len(container):
        container.append(empty)
    return container[int(step)]
