"""One PDF of the demonstration answers: our way of printing against others, in pairs in one process.

Ours is a PDF/A-3u and PDF/UA-1 in one, tagged, with the answers embedded. Against it: the naive form without any of
that (CPU), the same HTML and style sheet without conformance (CPU: what conformance costs), and the same HTML printed
by a warm Chromium (wall time and CPU).

Ours and the naive form print the same HTML text from the same template. The naive form is what one writes first; it
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

from bench.demonstration import demonstration  # noqa: E402
from bench.printing_in_browser import NoBrowser, browser_printer, pages_of  # noqa: E402
from reports import paper, rendering  # noqa: E402
from reports.embedding import of_report  # noqa: E402
from reports.rendering import Attachment  # noqa: E402

FAMILIES = '"BIZ UDPGothic", "Noto Sans JP", sans-serif'


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


def wall(work: Callable[[], object]) -> float:
    """Milliseconds on the clock."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def in_pairs(pairs: int, first: Callable[[], float], second: Callable[[], float]) -> list[tuple[float, float]]:
    """Both, so many times, with the order changed from pair to pair."""
    found: list[tuple[float, float]] = []
    for number in range(pairs):
        if number % 2:
            after, before = second(), first()
        else:
            before, after = first(), second()
        found.append((before, after))
    return found


def compare(pairs: int) -> dict[str, Any]:
    """Against the naive form, against ourselves without conformance, and against a browser."""
    context = demonstration()
    rendering.warm_up()
    import weasyprint  # after warm_up, which tells fontconfig where the fonts are

    html = paper.action_plan_html(context)
    files = of_report(context)
    naive_html = naive_form(html)
    engine = rendering._engine_with_fonts()

    def ours() -> float:
        gc.collect()
        gc.freeze()
        return cpu(lambda: rendering.to_pdf(html, attachments=files))

    def naive() -> float:
        gc.unfreeze()
        gc.collect()
        return cpu(lambda: weasyprint.HTML(string=naive_html).write_pdf())

    def bare() -> float:
        gc.collect()
        gc.freeze()
        return cpu(
            lambda: weasyprint.HTML(string=html, url_fetcher=engine.fetcher).write_pdf(
                stylesheets=[engine.css], font_config=engine.fonts
            )
        )

    against_naive = in_pairs(pairs, ours, naive)
    against_bare = in_pairs(pairs, ours, bare)
    return {
        "pairs": against_naive,
        "ratios": [first / second for first, second in against_naive],
        "conformance": [first / second for first, second in against_bare],
        "ours_ms": median(first for first, _ in against_naive),
        "naive_ms": median(second for _, second in against_naive),
        "template_ms": median(cpu(lambda: paper.action_plan_html(context)) for _ in range(5)),
        "ours_pages": rendering.render(html).pages,
        "naive_pages": len(weasyprint.HTML(string=naive_html).render().pages),
        "ours_bytes": len(rendering.to_pdf(html, attachments=files)),
        "html_bytes": len(html.encode()),
        **against_browser(pairs, html, files),
    }


def against_browser(pairs: int, html: str, files: list[Attachment]) -> dict[str, Any]:
    """Ours and Chromium in pairs; where there is none, why not."""
    css = (Path(settings.PRINT_ASSETS) / rendering.PRINT_CSS.partition(":")[2]).read_text(encoding="utf-8")
    page = html.replace("</head>", f"<style>{css}</style></head>", 1)
    walls: list[float] = []
    try:
        with browser_printer() as browser:
            pdf = browser.print(page)
            browser.print(page)
            theirs: list[tuple[float, float]] = []
            spent: list[float] = []
            gc.collect()
            gc.freeze()
            for _ in range(pairs):
                spent.append(cpu(lambda: walls.append(wall(lambda: rendering.to_pdf(html, attachments=files)))))
                theirs.append(browser.measured(page))
            return {
                "browser": f"Chromium {browser.version}",
                "browser_wall": [ours / other for ours, (other, _) in zip(walls, theirs, strict=True)],
                "browser_cpu": [ours / other for ours, (_, other) in zip(spent, theirs, strict=True)],
                "browser_wall_ms": median(other for other, _ in theirs),
                "browser_cpu_ms": median(other for _, other in theirs),
                "browser_pages": pages_of(pdf),
                "browser_bytes": len(pdf),
            }
    except NoBrowser as missing:
        return {"browser": str(missing)}


if __name__ == "__main__":
    print(json.dumps(compare(int(sys.argv[1]))))
