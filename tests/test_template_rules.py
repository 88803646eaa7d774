"""Templates hold no code, no styles and no unescaped text; and an offence would be seen."""

from __future__ import annotations

import pytest

from tests.template_rules import all_offences, offences


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


def test_honest_markup_is_no_offence() -> None:
    markup = """{# <script> is forbidden, style="" too #}
        <script src="{{ static_url('app.js') }}" defer></script>
        <section hx-ws:connect="/live?after={{ position }}" hx-headers:inherited='{"x-csrftoken": "{{ token }}"}'>
        <input hx-trigger="input changed delay:300ms" data-key="{{ key }}" name="condition"></section>
        <a href="https://parley.example/terms">{% trans %}Terms{% endtrans %}</a>"""
    assert list(offences("deal.html", markup)) == []
    assert list(offences("mail/invitation.html", "<style>p { margin: 0 }</style>")) == []
