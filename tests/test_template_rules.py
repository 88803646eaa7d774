"""Templates hold no code, no styles and no unescaped text, and are short; and an offence would be seen."""

from __future__ import annotations

import pytest

from tests.template_rules import MOST_COLUMNS, MOST_LINES, all_offences, offences, too_long


def test_templates_hold_no_code_and_no_styles() -> None:
    assert all_offences() == []


@pytest.mark.parametrize(
    "markup",
    [
        "<script>go()</script>",
        '<script src="/x.js">go()</script>',
        '<p style="color: red">',
        "<style>p {}</style>",
        '<button onclick="go()">',
        '<div hx-on:click="go()">',
        "<form hx-vals='js:{now: Date.now()}'>",
        '<a href="javascript:go()">',
        '<input hx-trigger="keyup[ctrlKey]">',
        '<div data-hx-get="/">',
        '<div hx-ext="ws">',
        '<div hx-ws-connect="/live">',
        "{{ body|safe }}",
        "{% autoescape false %}{% endautoescape %}",
        '<script src="//cdn.example/htmx.js"></script>',
        "{% if %}",
    ],
)
def test_an_offence_in_a_template_is_seen(markup: str) -> None:
    assert list(offences("deal.html", f"<p>\n{markup}"))


def test_what_is_too_long_is_seen() -> None:
    wide, many = "x" * (MOST_COLUMNS + 1), "x\n" * (MOST_LINES + 1)
    assert list(too_long("a.html", f"x\n{wide}")) == ["a.html:2: 161 columns, of 160 at most"]
    assert list(too_long("a.css", wide)) == ["a.css:1: 161 columns, of 160 at most"]
    assert list(too_long("a.html", many)) == ["a.html: 151 lines, of 150 at most"]
    assert list(too_long("a.css", many)) == []
    assert list(too_long("a.html", "x\n" * MOST_LINES)) == []


def test_honest_markup_is_no_offence() -> None:
    markup = """{# <script> is forbidden, style="" too #}
        <script src="{{ static_url('app.js') }}" defer></script>
        <section hx-ws:connect="/live?after={{ position }}" hx-headers:inherited='{"x-csrftoken": "{{ token }}"}'>
        <input hx-trigger="input changed delay:300ms" data-key="{{ key }}" name="condition"></section>
        <a href="https://parley.example/terms">{% trans %}Terms{% endtrans %}</a>"""
    assert list(offences("deal.html", markup)) == []
    assert list(offences("mail/invitation.html", "<style>p { margin: 0 }</style>")) == []
