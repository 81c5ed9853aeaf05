"""The advisor's own text: Markdown to a few safe elements.

HTML in it stands as the letters that were typed; links are shown as text with their address, because paper has nothing
to click and a page nothing to be led away by; pictures are left out.
"""

from __future__ import annotations

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

ALLOWED = {"p", "h3", "h4", "strong", "em", "ul", "ol", "li", "blockquote", "br", "hr", "code", "pre"}
LEVELS = {"h1": "h3", "h2": "h3"}
"""Headings begin below those of the report; whatever was deeper is one level below that."""


@cache
def _parser() -> MarkdownIt:
    # `html: False` escapes what looks like HTML; `linkify` is off, and addresses stay the text that they are.
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["image", "html_block", "html_inline"])


def blocks(text: str) -> tuple[str, ...]:
    """The text as HTML, one string for each block: heading, paragraph, list. Safe to put on a page as it is."""
    tokens = _parser().parse(text)
    found: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0 and token.nesting >= 0:
            found.append([])
        depth += token.nesting
        found[-1].append(_placed(token))
    return _in_order(tuple(clean for block in found if (clean := _rendered(block))))


def _rendered(tokens: list[Token]) -> str:
    parser = _parser()
    html: str = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(html, tags=ALLOWED, attributes={"ol": {"start"}}).strip()


def _placed(token: Token) -> Token:
    if token.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
        token.tag = LEVELS.get(token.tag, "h4")
    if token.children:
        token.children = _told(token.children)
    return token


def _told(children: list[Token]) -> list[Token]:
    """Links as their words, with the address behind them where the words do not say it."""
    told: list[Token] = []
    address = ""
    words = ""
    for child in children:
        if child.type == "link_open":
            address, words = str(child.attrGet("href") or ""), ""
        elif child.type == "link_close":
            if address and address not in words:
                told.append(Token("text", "", 0, content=f" ({address})"))
            address = ""
        else:
            words += child.content if address else ""
            told.append(child)
    return told


def _in_order(found: tuple[str, ...]) -> tuple[str, ...]:
    """Blocks whose headings do not jump: a lower heading that comes before any higher one is raised."""
    first = next((place for place, one in enumerate(found) if one.startswith("<h3")), len(found))
    raised = (one.replace("<h4>", "<h3>").replace("</h4>", "</h3>") for one in found[:first])
    return (*raised, *found[first:])
