"""What the templates of the client report need besides: the advisor's Markdown, and texts in several languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.client.opinion import blocks
from reports.client.report import ClientReport, Words
from reports.comparison_chart import Compared, comparison
from reports.context import short_title

register = template.Library()


@register.filter
def item(found: Sequence[Any], place: int) -> Any:
    """The value at a place."""
    return found[place]


@register.filter
def markdown(text: str) -> tuple[SafeString, ...]:
    """The advisor's text as blocks of HTML; `reports.client.opinion` lets nothing through but a few elements."""
    return tuple(mark_safe(block) for block in blocks(text))  # noqa: S308 - cleaned by an allow-list


@register.filter
def spoken(language: str, report: ClientReport) -> SafeString:
    """The attribute that says in which language something stands, where it is another than the paper's."""
    return SafeString("") if language == report.language else format_html(' lang="{}"', language)


@register.filter
def parallel(reports: Sequence[ClientReport]) -> Iterator[tuple[SafeString, SafeString]]:
    """The advisor's text in two languages, block beside block; what one language has more of stands alone. A language
    in which nothing was written stays empty."""
    left, right = (markdown(one.opinion.text if one.opinion.language == one.language else "") for one in reports)
    return zip_longest(left, right, fillvalue=SafeString(""))


@register.filter
def written(reports: Sequence[ClientReport], question_id: str) -> list[tuple[Words, Words]]:
    """Comment and recommendation on a question in each language, each text once."""
    found: list[tuple[Words, Words]] = []
    seen: set[Words] = set()
    for one in reports:
        view = next(view for view in one.findings if view.question.id == question_id)
        nothing = Words("", one.language)
        comment, recommendation = (nothing if words in seen else words for words in (view.comment, view.recommendation))
        found.append((comment, recommendation))
        seen |= {view.comment, view.recommendation}
    return found


@register.filter
def reasons(reports: Sequence[ClientReport], place: int) -> list[Words]:
    """Why an action is recommended, in each language, each text once."""
    found = dict.fromkeys(one.actions[place].why for one in reports)
    return [words for words in found if words]


@register.filter
def judged(report: ClientReport, question_id: str) -> bool:
    """Whether an advisor judged this question."""
    return any(view.question.id == question_id and view.found is not None for view in report.findings)


@register.simple_tag
def comparison_chart(reports: Sequence[ClientReport], place: int) -> SafeString:
    """Own and verified points of the sections of an axis. In two languages every name stands in both."""
    first = reports[0].pairs[place]
    verified = {section.id: section for section in first.verified.sections}
    titles = [{section.id: section.title for section in one.pairs[place].own.sections} for one in reports]
    rows = [
        Compared(
            " / ".join(dict.fromkeys(short_title(names[section.id]) for names in titles)),
            section.points,
            verified[section.id].points,
            f"{section.score or '–'} → {verified[section.id].score or '–'}",
        )
        for section in first.own.sections
        if section.id in verified
    ]
    words: dict[str, list[str]] = {"own": [], "verified": [], "title": []}
    for one in reports:
        with override(one.language):
            words["own"].append(_("自己点検"))
            words["verified"].append(_("確認後"))
            words["title"].append(_message(one, place))
    own, after, title = (" / ".join(said) for said in words.values())
    return mark_safe(  # noqa: S308 - our own shapes; reports.drawing escapes every text
        comparison(rows, own=own, verified=after, title=title, prefix=f"compared-{first.own.id}")
    )


def _message(report: ClientReport, place: int) -> str:
    """What the chart says, in one sentence."""
    pair = report.pairs[place]
    lowest = min((s for s in pair.verified.sections if s.points is not None), key=lambda s: s.points or 0, default=None)
    said = _("%(axis)s：自己点検は%(own)s点、確認後は%(verified)s点です。") % {
        "axis": pair.own.title,
        "own": pair.own.score or "–",
        "verified": pair.verified.score or "–",
    }
    if lowest is None:
        return said
    return said + _("確認後にいちばん低い分野は「%(section)s」の%(points)s点です。") % {
        "section": short_title(lowest.title),
        "points": lowest.score,
    }
