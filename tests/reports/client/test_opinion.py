"""The advisor's own text: a little Markdown, and nothing that a page or a paper could be harmed by."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advising.choices import TEXT_LIMIT
from reports.client.opinion import ALLOWED, blocks
from tests.catalogs import careful

pytestmark = pytest.mark.pure

TAG = re.compile(r"<(/?)([a-z0-9]+)((?:\s[^<>]*)?)>")
SIGNS = "#*_`[]()<>!&\"'-+=~|\\:/\n \tab1.あ。𠮷"
pieces = st.sampled_from(
    ["<script>", "</p>", "<img src=x onerror=alert(1)>", "javascript:", "](", "![", "&lt;", "```", "\n\n", "# ", "<!--"]
)
texts = st.lists(st.text(alphabet=SIGNS, max_size=30) | pieces, max_size=20).map("".join)


def shown(text: str) -> str:
    return "".join(blocks(text))


def words(html: str) -> str:
    """What a reader sees, without spaces."""
    plain = TAG.sub("", html).replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    return "".join(plain.split())


# --- what an advisor writes ------------------------------------------------------------------------------------------


def test_headings_emphasis_and_lists_each_become_a_block() -> None:
    assert blocks("## 見出し\n\n**強い**ところと*弱い*ところ\n\n- 一つ\n- 二つ") == (
        "<h3>見出し</h3>",
        "<p><strong>強い</strong>ところと<em>弱い</em>ところ</p>",
        "<ul>\n<li>一つ</li>\n<li>二つ</li>\n</ul>",
    )


def test_a_line_break_stays_a_line_break_and_a_numbered_list_its_numbers() -> None:
    assert blocks("一行目\n二行目") == ("<p>一行目<br>\n二行目</p>",)
    assert blocks("3. 三\n4. 四") == ('<ol start="3">\n<li>三</li>\n<li>四</li>\n</ol>',)


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "\t\n "])
def test_nothing_written_is_nothing(text: str) -> None:
    assert blocks(text) == ()


# --- headings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# 一\n\n## 二\n\n### 三\n\n###### 六", ["h3", "h3", "h4", "h4"]),
        ("### 先に低いもの\n\n## 次", ["h3", "h3"]),
        ("###### a\n\n##### b\n\n# c\n\n#### d", ["h3", "h3", "h3", "h4"]),
        ("> #### 引用の中\n\n本文", ["h3"]),
        ("- #### 箇条の中\n\n## 次\n\n### 下", ["h3", "h3", "h4"]),
        ("題\n===\n\n副題\n---", ["h3", "h3"]),
    ],
)
def test_headings_stand_below_those_of_the_report_and_do_not_jump(text: str, levels: list[str]) -> None:
    assert [tag for close, tag, _rest in TAG.findall(shown(text)) if not close and tag[0] == "h"] == levels


@careful
@given(st.lists(st.integers(1, 6), max_size=12))
def test_whatever_order_headings_are_typed_in_the_first_is_the_highest(levels: list[int]) -> None:
    made = [block[1:3] for block in blocks("\n\n".join(f"{'#' * level} 題" for level in levels))]
    assert len(made) == len(levels)
    assert set(made) <= {"h3", "h4"}
    assert made[:1] in ([], ["h3"])


# --- what does not get through ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "前<script src=//evil.example>後",
        "<b onclick=alert(1)>太い</b>",
        "<div>\n\n箱\n\n</div>",
        "<!-- 隠す -->",
        "<![CDATA[ x ]]>",
        '<a href="https://evil.example">ここ</a>',
        "<svg/onload=alert(1)>",
        "</textarea></section></main>",
    ],
)
def test_html_stands_as_the_letters_that_were_typed(typed: str) -> None:
    html = shown(typed)
    assert {tag for _close, tag, _rest in TAG.findall(html)} <= {"p", "br"}
    assert words(html) == "".join(typed.split())


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<b>", "vbscript:x", "file:///etc/passwd"]
)
def test_an_address_that_could_do_something_is_never_a_link(address: str) -> None:
    for typed in (f"[押す]({address})", f"<{address}>", f"[押す]: {address}\n\n[押す]"):
        html = shown(typed)
        assert "<a" not in html
        assert "href" not in html
        assert address.split(":")[0] in html


def test_a_link_stands_as_its_words_with_the_address_behind_them() -> None:
    assert blocks("[経済産業省](https://www.meti.go.jp/)を見る") == (
        "<p>経済産業省 (https://www.meti.go.jp/)を見る</p>",
    )
    assert blocks("[**太い**](https://a.example)") == ("<p><strong>太い</strong> (https://a.example)</p>",)


def test_an_address_that_the_words_say_is_not_said_twice() -> None:
    for typed in ("<https://a.example>", "[https://a.example](https://a.example)", "https://a.example"):
        assert blocks(typed) == ("<p>https://a.example</p>",)


def test_a_picture_is_not_fetched() -> None:
    html = shown("![図](https://evil.example/pixel.png) と [![図](a.png)](https://a.example)")
    assert "<img" not in html
    assert "src" not in html


def test_code_keeps_its_signs() -> None:
    assert blocks("```html\n<b>\n```") == ("<pre><code>&lt;b&gt;\n</code></pre>",)


@careful
@given(texts)
def test_whatever_is_typed_only_the_allowed_elements_come_out_and_every_one_is_closed(text: str) -> None:
    for block in blocks(text):
        stack = []
        for close, tag, rest in TAG.findall(block):
            assert tag in ALLOWED
            assert rest == "" or (tag == "ol" and re.fullmatch(r' start="\d+"', rest))
            if close:
                assert stack.pop() == tag
            elif tag not in {"br", "hr"}:
                stack.append(tag)
        assert stack == []
        assert "<" not in TAG.sub("", block)


@careful
@given(texts)
def test_the_same_text_gives_the_same_blocks(text: str) -> None:
    assert blocks(text) == blocks(text)


# --- long and hostile ------------------------------------------------------------------------------------------------


def test_every_word_of_a_full_text_stays() -> None:
    line = "仕入れの台帳は整っています。"
    text = "\n\n".join([line] * (TEXT_LIMIT // (len(line) + 2)))
    assert words(shown(text)) == "".join(text.split())
    assert words(shown("あ" * TEXT_LIMIT)) == "あ" * TEXT_LIMIT


def test_a_list_within_a_list_keeps_its_words_eight_deep() -> None:
    text = "\n".join(f"{'  ' * depth}- 段{depth}" for depth in range(8))
    assert words(shown(text)) == "".join(f"段{depth}" for depth in range(8))


HOSTILE = {
    "opening brackets": "[" * TEXT_LIMIT,
    "stars": "*" * TEXT_LIMIT,
    "stars and words": "*a " * (TEXT_LIMIT // 3),
    "stars within words": "a**b" * (TEXT_LIMIT // 4),
    "both kinds of emphasis": "*a_ " * (TEXT_LIMIT // 4),
    "quotes within quotes": ">" * 3000 + " a",
    "lists within lists": "- " * (TEXT_LIMIT // 2),
    "numbers within numbers": "1. " * (TEXT_LIMIT // 3),
    "pictures": "![" * (TEXT_LIMIT // 2),
    "half links": "[a](" * (TEXT_LIMIT // 4),
    "half references": "[a][" * (TEXT_LIMIT // 4),
    "brackets within brackets": "[" * (TEXT_LIMIT // 2) + "]" * (TEXT_LIMIT // 2),
    "runs of backticks": "".join("`" * length + " " for length in range(1, 199)),
    "less-than signs": "<" * TEXT_LIMIT,
    "half comments": "<!--" * (TEXT_LIMIT // 4),
    "half declarations": "<![CDATA[" * (TEXT_LIMIT // 9),
    "ampersands": "&" * TEXT_LIMIT,
    "rules": "***\n" * (TEXT_LIMIT // 4),
    "headings": "# a\n" * (TEXT_LIMIT // 4),
    "lines": "a\n" * (TEXT_LIMIT // 2),
    "backslashes": "\\" * TEXT_LIMIT,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_longer_than_its_length_deserves(name: str) -> None:
    """Each takes well under a second; work that grew with the square of the length would take minutes."""
    text = HOSTILE[name]
    blocks(text[:100])
    begun = time.process_time()
    blocks(text)
    assert time.process_time() - begun < 3
