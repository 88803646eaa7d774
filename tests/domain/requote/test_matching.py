"""A line of a new quote is found by key, article number or name, and never by a key that was made for it."""

from msgspec.structs import replace

from portal.domain.offer.revision import Condition, Consequence, StandingOffer
from portal.domain.requote.matching import with_keys_of
from portal.domain.requote.merge import merge
from tests.domain.offers import line, offer


def keyed(here, there, *, generated_here=(), generated_there=()):
    found, _keys = with_keys_of(
        here, here, there, generated_here=generated_here, generated_there=generated_there
    )
    return [each.key for each in found.lines]


def test_a_key_that_was_stated_matches():
    assert keyed(offer(line("a"), line("b")), offer(line("b"), line("a"))) == ["b", "a"]


def test_keyless_rows_follow_their_product():
    here = offer(line("line-1", name="Valve", sku="V"), line("line-2", name="Hose"))
    there = offer(
        line("line-1", name="Pump", sku="P"),
        line("line-2", name="Valve 2", sku="V"),
        line("line-3", name="hose"),
    )
    generated = [f"line:line-{number}" for number in (1, 2, 3)]
    assert keyed(here, there, generated_here=generated[:2], generated_there=generated) == [
        "line-1-2",
        "line-1",
        "line-2",
    ]


def test_what_is_not_unique_matches_nothing():
    here = offer(line("line-1", name="Valve"), line("line-2", name="Valve"))
    there = offer(line("line-1", name="Valve"))
    generated = ["line:line-1", "line:line-2"]
    assert keyed(here, there, generated_here=generated, generated_there=generated) == ["line-1-2"]


def test_an_if_you_then_offer_follows_its_lines():
    standing = StandingOffer(
        key="s",
        label="s",
        when=(Condition(line="line-2", selected=True),),
        then=(Consequence(line="line-2", discount_percent=5),),  # type: ignore[arg-type]  # a number is enough here
    )
    here = offer(line("line-1", name="Valve"))
    there = offer(line("line-1", name="Pump"), line("line-2", name="Valve"), standing_offers=(standing,))
    generated = ["line:line-1", "line:line-2"]
    found, _ = with_keys_of(here, here, there, generated_here=generated, generated_there=generated)
    assert (found.standing_offers[0].when[0].line, found.standing_offers[0].then[0].line) == (
        "line-1",
        "line-1",
    )


def test_a_line_that_was_negotiated_is_not_taken_out_in_silence():
    base = offer(line("a"), line("b"))
    current = offer(line("a"), replace(line("b", "90"), price_source="negotiated"))
    merged = merge(base, current, offer(line("a")))
    assert [each.id for each in merged.clashes] == ["line:b:whole"]
    assert [each.key for each in merged.offer.lines] == ["a", "b"]
    taken = merge(base, current, offer(line("a")), decided={"line:b:whole": "take"})
    assert ([each.key for each in taken.offer.lines], taken.clashes) == (["a"], ())
    untouched = merge(base, base, offer(line("a")))
    assert ([each.key for each in untouched.offer.lines], untouched.clashes) == (["a"], ())


def test_what_was_used_stays_used():
    standing = StandingOffer(key="s", label="s", when=(Condition(line="a", selected=True),), then=())
    base = offer(line("a"), standing_offers=(standing,))
    current = replace(base, standing_offers=(replace(standing, taken=True),))
    new = replace(base, title="Another title")
    merged = merge(base, current, new)
    assert (merged.offer.standing_offers[0].taken, merged.offer.title, merged.clashes) == (
        True,
        "Another title",
        (),
    )
