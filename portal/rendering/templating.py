"""The one Jinja environment: pages, htmx replies, socket fragments and error pages are all rendered through it.

Every template finds these, as functions and as filters: money, amount, number, percent, day, moment, clock, ago,
markdown, plain_text, unit; the functions static, `_`, ngettext, languages, own_name, direction, field_spec, input_kind
and those of `field_values`; and the filter translate, for sentences that rules and commands made (`_` would take
them for markup).
"""

from collections.abc import MutableMapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import portal
from portal.domain.change.fields import spec
from portal.rendering import field_inputs, field_values, formats, language, sentences, texts
from portal.rendering.static_files import StaticFiles
from portal.rendering.stencil import passing
from portal.settings import Settings


def shipped(folder: str) -> Path:
    """Where templates/ or static/ stands: inside the package once installed, beside it in the repository."""
    installed = Path(portal.__file__).parent / folder
    return installed if installed.is_dir() else Path(portal.__file__).parent.parent / folder


class _Environment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One mapping: as it comes it is two in one, and copied anew, name by name, for each rendering of each part."""
        return {**self.globals, **(d or {})}


class Templates:
    """`render(name, language, **context)`; an unknown name in a template is an error, never an empty string."""

    def __init__(self, settings: Settings, static: StaticFiles, folder: Path | None = None) -> None:
        self.environment = _Environment(
            loader=FileSystemLoader(folder or shipped("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
            # The files of a release do not change under it.
            auto_reload=False,
            cache_size=-1,
        )
        self.environment.install_gettext_callables(  # type: ignore[attr-defined]
            language.gettext,
            language.ngettext,
            newstyle=True,
            pgettext=language.pgettext,
            npgettext=language.npgettext,
        )
        functions = _formats(settings)
        self.environment.globals |= functions | {
            **{function.__name__: function for function in _FIELDS},
            "field_spec": spec,
            "static": static.url,
            "languages": language.available,
            "own_name": language.own_name,
            "direction": language.direction,
        }
        marking = {name: passing(functions[name]) for name in ("day", "clock", "plain_text")}
        self.environment.filters |= (
            functions
            | marking
            | {
                "translate": sentences.translate,
                "place": sentences.translate_place,
            }
        )

    def render(self, name: str, language_tag: str = language.ENGLISH, /, **context: Any) -> str:
        token = language.current.set(language_tag)
        try:
            return self.environment.get_template(name).render(context)
        finally:
            language.current.reset(token)


_FIELDS = (
    *(field_values.field_name, field_values.field_noun, field_values.field_value, field_values.field_bounds),
    *(field_values.facts_of, field_values.quantity, field_values.per, field_inputs.input_kind),
    *(field_values.change_value, field_values.unit_price, field_values.per_base, field_values.tax_label),
)


def _formats(settings: Settings) -> dict[str, Any]:
    zone = settings.zone

    def day(value: date) -> str:
        return formats.day(value, zone)

    def moment(value: datetime) -> str:
        return formats.moment(value, zone)

    def clock(value: datetime) -> str:
        return formats.clock(value, zone)

    def ago(value: datetime, now: datetime | None = None) -> str:
        return formats.ago(value, now or datetime.now(UTC))

    shared = (formats.money, formats.amount, formats.number, formats.percent, formats.unit)
    written = (texts.plain_text, texts.markdown)
    return {function.__name__: function for function in (*shared, *written, day, moment, clock, ago)}
