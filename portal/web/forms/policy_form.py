"""The form of a policy: what was typed as a policy, and a policy as it is typed."""

import re
from collections.abc import Mapping
from decimal import Decimal

from portal.domain.offer import money
from portal.domain.policy.policy import LONGEST_PATTERN, MOST_STARS, Policy, TermOption, is_pattern
from portal.errors import Invalid, Problem
from portal.rendering.decimal_input import plain_decimal
from portal.rendering.language import gettext as _
from portal.web.forms.form_fields import FormFields

_ARROW = re.compile("->|→|=>")
MOST_TERMS = 100
PERCENTS = ("discount_percent", "margin_percent", "concession_percent")


def read(form: FormFields, language: str) -> Policy:
    """Invalid with a problem at each field that can't be read; what it may say is the command's to judge."""
    problems: list[Problem] = []
    percents = {name: percent(form, name, language, problems) for name in PERCENTS}
    uses = count(form, "uses", problems)
    terms = _terms(form.one("terms"), problems)
    if percents["concession_percent"] is None and not problems:
        problems.append(Problem("concession_percent", _("Say how much it may give in one deal.")))
    problems += [
        Problem.of(
            name,
            "At most %(count)s stars and %(limit)s characters fit.",
            count=MOST_STARS,
            limit=LONGEST_PATTERN,
        )
        for name in ("product", "company")
        if not is_pattern(form.one(name))
    ]
    if problems:
        raise Invalid(_("Some fields can't be read."), problems)
    return Policy(
        name=form.one("name"),
        active=form.checked("active"),
        product=form.one("product"),
        company=form.one("company"),
        owner=form.one("owner"),
        discount_percent=percents["discount_percent"],
        against="list" if form.one("against") == "list" else "published",
        quantities=form.checked("quantities"),
        terms=terms,
        margin_percent=percents["margin_percent"],
        uses=uses,
        concession_percent=percents["concession_percent"] or money.ZERO,
    )


def percent(form: FormFields, name: str, language: str, problems: list[Problem]) -> Decimal | None:
    """None where nothing is typed; a problem where it is no number."""
    text = form.one(name)
    if not text:
        return None
    try:
        return money.six(money.parse(plain_decimal(text, language)))
    except ValueError:
        problems.append(Problem(name, _("This is not a number."), _("Write a percentage such as 2.5.")))
        return None


def count(form: FormFields, name: str, problems: list[Problem]) -> int:
    found = form.integer(name, digits=6)
    if found is None:
        problems.append(Problem(name, _("This is not a whole number.")))
    return found or 0


def typed(policy: Policy) -> Mapping[str, str]:
    """What a form shows of it, but for percentages, which are the page's to format."""
    return {"terms": "\n".join(_term_line(option) for option in policy.terms)}


def _terms(text: str, problems: list[Problem]) -> tuple[TermOption, ...]:
    """One option a line: "Payment: 30 days net -> 45 days net", or "Payment: 45 days net" from whatever it says."""
    found = []
    lines = text.splitlines()
    if len(lines) > MOST_TERMS:
        problems.append(Problem.of("terms", "At most %(count)s lines fit.", count=MOST_TERMS))
        return ()
    for line in filter(None, map(str.strip, lines)):
        term, colon, wording = line.partition(":")
        before, *after = _ARROW.split(wording.strip())
        parts = [term.strip(), before.strip(), *(part.strip() for part in after)]
        if not colon or len(after) > 1 or not all(parts):
            problems.append(
                Problem.of(
                    "terms",
                    "“%(line)s” can't be read.",
                    _("Write: Payment: 30 days net -> 45 days net"),
                    line=line,
                )
            )
        elif after:
            found.append(TermOption(term=parts[0], instead_of=parts[1], value=parts[2]))
        else:
            found.append(TermOption(term=parts[0], value=parts[1]))
    return tuple(found)


def _term_line(option: TermOption) -> str:
    before = f"{option.instead_of} -> " if option.instead_of else ""
    return f"{option.term}: {before}{option.value}"
