"""Parse XML safely: no document type, no entities, no network, bounded depth and text."""

import re
from collections import Counter

from lxml import etree

from portal.errors import Sentence
from portal.intake.field_errors import format_value
from portal.intake.places import in_line
from portal.intake.unreadable import unreadable

# A quotation of 5,000 lines has a fifth of it.
MAX_TAGS = 1_000_000
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMES = {"cac": f"{_UBL}CommonAggregateComponents-2", "cbc": f"{_UBL}CommonBasicComponents-2"}
_PREFIXES = {namespace: f"{prefix}:" for prefix, namespace in NAMES.items()}
# Supersets of ASCII, so that the search for a document type below sees what the parser sees.
_ENCODINGS = frozenset({"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"})
_DECLARATION = re.compile(rb"""\s*<\?xml[^>]*?\bencoding\s*=\s*["']([^"']*)["']""")
_BEFORE_ROOT = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)


def parse(data: bytes) -> etree._Element:
    """Return the root element of a UBL Quotation; Invalid when it is another document or not safe to read."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    _refuse_encoding(text)
    _refuse_document_type(text)
    if text.count(b"<") > MAX_TAGS:
        raise unreadable("", "The document has more elements than are read.", "Split the quote.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise unreadable(
            in_line(line, column),
            Sentence("This is not well-formed XML: %(reason)s.", reason=_reason(error)),
            "Export it again.",
        ) from None
    if root.tag != f"{{{_UBL}Quotation-2}}Quotation":
        raise unreadable("/", _wrong_root(root), "Only UBL 2 Quotations are read.")
    return root


def find(element: etree._Element, path: str) -> etree._Element | None:
    """Return the first element at a path of cac: and cbc: names."""
    return element.find(path, NAMES)


def every(element: etree._Element, path: str) -> list[etree._Element]:
    return element.findall(path, NAMES)


def text(element: etree._Element | None, path: str = ".") -> str:
    """Return the text of the first element at `path`, stripped; "" when there is none."""
    first = None if element is None else find(element, path)
    return "" if first is None else (first.text or "").strip()


class Paths:
    """XPaths of elements, with a position where a name repeats: /Quotation/cac:QuotationLine[2]/cac:LineItem.

    The positions of siblings are cached: a document may have thousands of lines.
    """

    def __init__(self) -> None:
        self._steps: dict[etree._Element, str] = {}

    def of(self, element: etree._Element) -> str:
        upwards = [element, *element.iterancestors()]
        return "/" + "/".join(self._step(each) for each in reversed(upwards))

    def _step(self, element: etree._Element) -> str:
        parent = element.getparent()
        if parent is None:
            return _name(element)
        if element not in self._steps:
            times, number = Counter(child.tag for child in parent), Counter[str]()
            for child in parent:
                number[child.tag] += 1
                position = f"[{number[child.tag]}]" if times[child.tag] > 1 else ""
                self._steps[child] = _name(child) + position
        return self._steps[element]


def _name(element: etree._Element) -> str:
    name = etree.QName(element)
    return f"{_PREFIXES.get(name.namespace or '', '')}{name.localname}"


def _wrong_root(root: etree._Element) -> Sentence:
    name = etree.QName(root)
    if (name.namespace or "").startswith(_UBL):
        return Sentence("The root element is that of a UBL %(name)s.", name=name.localname)
    if not name.namespace:
        return Sentence(
            "The root element is %(name)s without a namespace.", name=format_value(name.localname)
        )
    return Sentence(
        "The root element is %(name)s of %(namespace)s.",
        name=format_value(name.localname),
        namespace=format_value(name.namespace, 80),
    )


def _reason(error: etree.XMLSyntaxError) -> str:
    # The parser quotes the document, including line breaks.
    message = " ".join((error.msg or "it ends early").partition(", line ")[0].split())
    return (message if message.isprintable() else ascii(message)[1:-1])[:200].rstrip(".")


def _refuse_encoding(text: bytes) -> None:
    declared = _DECLARATION.match(text[:200])
    if declared and declared[1].decode("ascii", "replace").lower() not in _ENCODINGS:
        raise unreadable(
            in_line(1), "The document declares an encoding that is not read.", "Save it again as UTF-8."
        )


def _refuse_document_type(text: bytes) -> None:
    before = _BEFORE_ROOT.match(text)
    end = before.end() if before else 0
    if text.startswith(b"<!DOCTYPE", end):
        line = text.count(b"\n", 0, end) + 1
        raise unreadable(
            in_line(line),
            "The document brings a document type (DTD), which could define or fetch anything.",
            "Take the DOCTYPE out; UBL needs none.",
        )
