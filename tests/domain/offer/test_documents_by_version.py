"""Documents of every schema are read, and written again with the same bytes.

`documents_by_version.json` holds what each schema has written. Nothing in it is ever changed; a new schema adds to it.
"""

import json
from pathlib import Path

import msgspec
import pytest

from portal.domain.offer import document, revision
from portal.domain.offer.revision import canonical_bytes, digest
from portal.domain.offer.totals import revise
from portal.domain.order import order, work_order
from tests.domain.offers import kestrel_offer

STORED = json.loads((Path(__file__).parent / "documents_by_version.json").read_text())
EACH = [
    pytest.param(int(schema), each, id=f"{schema}-{each['kind']}-{number}")
    for schema, documents in STORED.items()
    for number, each in enumerate(documents)
]


def read(kind: str, stored: bytes) -> msgspec.Struct:
    match kind:
        case "revision":
            return revision.decode(stored)
        case "private":
            return revision.decode_private(stored)
        case "order":
            return order.decode(stored)
    return work_order.decode(kind, stored)


@pytest.mark.parametrize(("schema", "each"), EACH)
def test_a_document_keeps_its_bytes(schema, each):
    stored = each["document"].encode()
    found = read(each["kind"], stored)
    assert canonical_bytes(found) == stored
    assert digest(stored) == each["digest"]
    assert document.schema_of(found) == schema


@pytest.mark.parametrize(("schema", "each"), [each for each in EACH if each.values[1]["kind"] == "revision"])
def test_an_unchanged_offer_has_the_same_digest_when_it_is_published_again(schema, each):
    found = revision.decode(each["document"].encode())
    assert digest(canonical_bytes(revise(found.offer))) == each["digest"]


def test_every_schema_has_documents():
    parts = document.Document.__subclasses__()
    newest = max(schema for part in parts for _field, _name, schema in document._fields(part))
    assert sorted(map(int, STORED)) == list(range(1, newest + 1))


def test_a_field_that_is_not_known_is_refused():
    stored = canonical_bytes(revise(kestrel_offer()))
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        revision.decode(stored.replace(b'"title"', b'"tomorrow":1,"title"'))
