"""How a proposal's sheet names its columns: in the reader's language on the way out, in every language on the way in."""

from collections.abc import Mapping
from functools import cache

from portal.intake.sheet.cells import NO, YES
from portal.intake.sheet.proposal_columns import COLUMNS, COMMENT, INCLUDE
from portal.intake.sheet.returned_table import Words
from portal.rendering.field_values import field_name
from portal.rendering.language import available, speaking
from portal.rendering.language import gettext as _


def words() -> Mapping[str, str]:
    """In the present language."""
    return _columns() | {
        "yes": _("yes"),
        "no": _("no"),
        "once": _("once"),
        "month": _("per month"),
        "year": _("per year"),
        "sheet": _("Proposal"),
        "proposal": _("Proposal"),
        "revision": _("Revision"),
        "digest": _("Fingerprint (SHA-256)"),
        "how": _(
            "Change what is marked, then upload the sheet on the proposal's page. Nothing is sent by that."
        ),
    }


@cache
def every_language() -> Words:
    columns: dict[str, str] = {}
    yes, no = set(YES), set(NO)
    for tag in available():
        with speaking(tag):
            columns |= {label.casefold(): name for name, label in _columns().items()}
            yes.add(_("yes").casefold())
            no.add(_("no").casefold())
    return Words(columns=columns, yes=frozenset(yes), no=frozenset(no))


def _columns() -> dict[str, str]:
    return {name: field_name(name) for name in COLUMNS if name not in (INCLUDE, COMMENT)} | {
        INCLUDE: field_name("selected"),
        COMMENT: _("Comment"),
    }
