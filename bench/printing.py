"""One PDF of the demonstration answers: CPU of our way of printing against the naive one, in pairs in one process.

Both ways print the same HTML text from the same template. The naive form is what one writes first; it
differs in this only:

* tables are laid out automatically: `table-layout: fixed` is taken out of the style sheet, `<col>` out of the HTML;
* the style sheet stands as text in a `<style>` of the document, so every document parses it anew;
* every document gets its own default FontConfiguration and URL fetcher;
* the font family is a fallback list: "BIZ UDPGothic", "Noto Sans JP", sans-serif;
* the heap is not frozen (it is unfrozen before each naive document and frozen before each of ours);
* the call is `weasyprint.HTML(string=html).write_pdf()` and nothing else.

What is the same for both: the bundled fonts (one fontconfig for the process), the HarfBuzz subsetter, the SVG charts, a
process that has printed before. Filling the Django template is no part of the ratio; it is the same for both and given
apart. Whatever our way does more, such as looking for signs that no font has, counts as its cost.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402

from assessments.demonstration import answers_file  # noqa: E402
from assessments.scoring.engine import score  # noqa: E402
from guidance.registry import get_catalog  # noqa: E402
from reports import paper, rendering  # noqa: E402
from reports.assembly import build  # noqa: E402
from reports.context import ReportContext  # noqa: E402

FAMILIES = '"BIZ UDPGothic", "Noto Sans JP", sans-serif'


def demonstration() -> ReportContext:
    given = answers_file()
    catalog = get_catalog(given.catalog)
    card = score(catalog, given.answers, given.company.profile)
    return build(catalog, card, given.answers, given.company, language="ja", dated=dt.date(2026, 11, 23))


def naive_form(html: str) -> str:
    """The same document as one writes it first."""
    css = (Path(settings.PRINT_ASSETS) / rendering.PRINT_CSS.partition(":")[2]).read_text(encoding="utf-8")
    plain, fixed = re.subn(r"table-layout:\s*fixed;?", "", css)
    plain, families = re.subn(r'font-family:\s*"BIZ UDPGothic"', f"font-family: {FAMILIES}", plain)
    bare, columns = re.subn(r"<col(group)?\b[^>]*>|</colgroup>", "", html)
    if not (fixed and families and columns):
        raise SystemExit(
            f"nothing left to undo: fixed={fixed} families={families} columns={columns}; mend naive_form()"
        )
    return bare.replace("</head>", f"<style>{plain}</style></head>", 1)


def cpu(work: Callable[[], object]) -> float:
    """Milliseconds of CPU of this process."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def compare(pairs: int) -> dict[str, Any]:
    """Paired runs, with the order changed from pair to pair."""
    context = demonstration()
    rendering.warm_up()
    import weasyprint  # after warm_up, which tells fontconfig where the fonts are

    html = paper.action_plan_html(context)
    naive_html = naive_form(html)
    ours_pages = rendering.render(html).pages
    naive_pages = len(weasyprint.HTML(string=naive_html).render().pages)

    def ours() -> float:
        gc.collect()
        gc.freeze()
        return cpu(lambda: rendering.to_pdf(html))

    def naive() -> float:
        gc.unfreeze()
        gc.collect()
        return cpu(lambda: weasyprint.HTML(string=naive_html).write_pdf())

    found: list[tuple[float, float]] = []
    for number in range(pairs):
        if number % 2:
            second, first = naive(), ours()
        else:
            first, second = ours(), naive()
        found.append((first, second))
    return {
        "pairs": found,
        "ratios": [first / second for first, second in found],
        "ours_ms": median(first for first, _ in found),
        "naive_ms": median(second for _, second in found),
        "template_ms": median(cpu(lambda: paper.action_plan_html(context)) for _ in range(5)),
        "ours_pages": ours_pages,
        "naive_pages": naive_pages,
        "ours_bytes": len(rendering.to_pdf(html)),
        "html_bytes": len(html.encode()),
    }


if __name__ == "__main__":
    print(json.dumps(compare(int(sys.argv[1]))))
