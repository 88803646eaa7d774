"""What a mail says: subject, plain text and HTML from one wording, templates/mail/NAME.txt.

Each wording has the blocks subject, preview (what a list of mails shows beside the subject), body (paragraphs between
blank lines, points of a list with a dash), button and footer; the two layouts dress it. So text and HTML cannot drift
apart. Everything in a context is somebody's words: it becomes one line before it is used, and is escaped in the HTML.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import css_inline
import msgspec
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, Template, select_autoescape

import portal
from portal import signing
from portal.domain.change.fields import spec
from portal.domain.deal.mail import Mail
from portal.rendering.mail_values import localise_differences, one_line
from portal.seal import seal_key
from portal.settings import Settings

HOUSE = Path(portal.__file__).parent
CATALOGS = HOUSE / "locale"
ENGLISH = Locale.parse("en")
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """The subject is one line; text and HTML say the same, with the one link in both."""

    subject: str
    text: str
    html: str


def render(mail: Mail, settings: Settings) -> Rendered:
    """The mail in its language, or in English where there is no catalog."""
    environment, locale = _environment(mail.language), _locale(mail.language)
    words = environment.get_template(f"mail/{mail.template}.txt")
    context: dict[str, Any] = {name: one_line(value) for name, value in mail.context.items()}
    context |= {"name": one_line(mail.to_name), "host": urlsplit(settings.public_url).netloc}
    context |= localise_differences(mail.context, locale)
    if mail.template == "order_confirmation":
        context["fingerprint"] = seal_key(settings).fingerprint
    context["unsubscribe"] = unsubscribe_url(mail, settings)
    url = context.get("url", "")
    dressed = {
        "language": str(locale).replace("_", "-"),
        "direction": locale.text_direction,
        "name": context["name"],
        "subject": one_line(_block(words, "subject", context)),
        "preview": one_line(_block(words, "preview", context)),
        "paragraphs": _points(_block(words, "body", context)),
        "button": one_line(_block(words, "button", context)),
        "footer": _paragraphs(_block(words, "footer", context)),
        "url": url if url.startswith(("https://", "http://")) else "",
    }
    return Rendered(
        subject=str(dressed["subject"]),
        text=environment.get_template("mail/layout.txt").render(dressed),
        html=_inliner.inline(environment.get_template("mail/layout.html").render(dressed)),
    )


def unsubscribe_url(mail: Mail, settings: Settings) -> str:
    """Where this person's reminders of this kind are switched off; "" for mail that is no reminder."""
    if mail.unsubscribe is None:
        return ""
    return (
        f"{settings.public_url}/unsubscribe/{signing.sign(settings, 'unsubscribe', list(mail.unsubscribe))}"
    )


def _block(words: Template, name: str, context: dict[str, Any]) -> str:
    block = words.blocks.get(name)
    return "".join(block(words.new_context(context))) if block else ""


def _paragraphs(text: str) -> list[str]:
    return [one_line(paragraph) for paragraph in text.split("\n\n") if paragraph.strip()]


def _points(text: str) -> list[str | list[str]]:
    """Paragraphs, and lists: lines that all begin with a dash."""
    found: list[str | list[str]] = []
    for paragraph in text.split("\n\n"):
        lines = [one_line(line) for line in paragraph.splitlines() if line.strip()]
        if lines and all(line.startswith("- ") for line in lines):
            found.append([line.removeprefix("- ") for line in lines])
        elif lines:
            found.append(" ".join(lines))
    return found


@cache
def _environment(language: str) -> Environment:
    installed = HOUSE / "templates"
    environment = Environment(
        loader=FileSystemLoader(installed if installed.is_dir() else HOUSE.parent / "templates"),
        # The wordings are plain text; what is dressed as HTML is escaped.
        autoescape=select_autoescape(("html",), disabled_extensions=("txt",), default=True),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    locale = _locale(language)
    environment.install_gettext_translations(_catalog(locale), newstyle=True)  # type: ignore[attr-defined]

    def day(value: Any) -> str:
        try:
            return format_date(date.fromisoformat(value), "long", locale=locale)
        except ValueError:
            return str(value)

    environment.filters["day"] = day
    environment.globals["field_name"] = lambda field: _catalog(locale).gettext(spec(field).label)
    return environment


@cache
def _locale(language: str) -> Locale:
    """English where there is no catalog: a sentence with a date has one language."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return ENGLISH
    return locale if isinstance(_catalog(locale), Translations) else ENGLISH


@cache
def _catalog(locale: Locale) -> NullTranslations:
    return Translations.load(str(CATALOGS), [str(locale)])
