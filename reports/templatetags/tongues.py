"""A paper in one language, or in two side by side: one template for both.

`tongues` in the context are the same report in each language. Inside `{% tongues %}` the template speaks each in turn,
with `report` in that language; where there is one language it is as if the tag were not there.

  {% tongues %}…{% endtongues %}          a few words: the second language after the first, in a span of its own
  {% tongues block %}…{% endtongues %}    whole blocks, one after the other; `second` is true in the second
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.utils import translation
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString

register = template.Library()


class Tongues(template.Node):
    """Renders its content once in each language of the paper."""

    def __init__(self, nodelist: NodeList, *, block: bool) -> None:
        self.nodelist, self.block = nodelist, block

    def render(self, context: template.Context) -> SafeString:
        said: list[tuple[str, SafeString]] = []
        for place, report in enumerate(context["tongues"]):
            with translation.override(report.language), context.push(report=report, second=bool(place)):
                said.append((report.language, self.nodelist.render(context)))
        if len(said) == 1:
            return said[0][1]
        if self.block:
            return format_html_join("", '<div lang="{}">{}</div>', said)
        first, second = ((language, words.strip()) for language, words in said)
        if strip_tags(first[1]) == strip_tags(second[1]):  # a name, a number, whatever language it is marked as
            return format_html("{}", said[0][1])
        return format_html(
            '<span lang="{}">{}</span><span class="second" lang="{}">{}</span>',
            first[0],
            said[0][1],
            second[0],
            said[1][1],
        )


@register.tag
def tongues(parser: Parser, token: Token) -> Tongues:
    """See the docstring of the module."""
    words = token.split_contents()
    if words[1:] not in ([], ["block"]):
        raise template.TemplateSyntaxError("{% tongues %} takes nothing, or the word block")
    nodelist = parser.parse(("endtongues",))
    parser.delete_first_token()
    return Tongues(nodelist, block=words[1:] == ["block"])


def tongues_of(reports: tuple[Any, ...]) -> dict[str, Any]:
    """The context of a template that speaks the languages of `reports`: the first is the one of the paper."""
    return {"report": reports[0], "tongues": reports, "side_by_side": len(reports) > 1}
