"""The table of formats agrees with what is written."""

from __future__ import annotations

import pytest

from portal.domain.order.formats import FORMATS, WRITTEN, format_for
from portal.domain.order.work_order import KINDS
from portal.errors import Invalid
from portal.outbound.export import WRITERS, export
from tests.domain.offers import kestrel_offer
from tests.domain.order.test_order import ordered
from tests.outbound.test_export import parts


def test_each_written_format_has_a_writer() -> None:
    assert set(WRITERS) == set(WRITTEN)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_format_writes_every_part_that_it_says_it_can_hold(name: str) -> None:
    order = ordered(kestrel_offer())
    for part, document in {"order": order, **parts(order)}.items():
        if part in FORMATS[name].parts:
            written = export(document, name)
            assert written.content
            assert written.media_type == FORMATS[name].media_type
            assert written.name.endswith(f".{FORMATS[name].extension}")


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_that_is_not_written_is_refused_with_those_that_are(name: str) -> None:
    for part in KINDS:
        if name in WRITTEN and part in FORMATS[name].parts:
            assert format_for(name, part).name == name
        else:
            with pytest.raises(Invalid) as refused:
                format_for(name, part)
            [problem] = refused.value.problems
            assert (problem.place, problem.hint) == ("format", "Use json or csv.")
