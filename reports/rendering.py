"""HTML to PDF bytes: the only importer of weasyprint, which reads bundled files and pictures in the HTML itself.

Every PDF is PDF/A-3u and PDF/UA-1 at once: tagged, and with the files embedded that it was made from.

weasyprint is imported when the first document is printed, so that web workers which never print do not pay for it; this
module alone may therefore import inside a function.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import gc
import logging
import mimetypes
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import ImageFile

from reports.conformance import finish, with_words
from reports.pdf_file import pdf_bytes

PRINT_FONTS = ("BIZUDPGothic-Regular.ttf", "BIZUDPGothic-Bold.ttf", "NotoSansJP-Regular.ttf")
FONTS_CONF = "fonts/fonts.conf"
PRINT_CSS = "static:css/print.css"
NOTDEF = ".notdef glyph"
SHOWN_SIGNS = 10
CONFORMING = {"pdf_variant": "pdf/a-3u", "pdf_tags": True}
DATA_PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/]+={0,2})")
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
MOST_PIXELS = 16_000_000
"""Of a picture in the HTML, at 4 bytes each while it is printed."""

log = logging.getLogger(__name__)


class RenderingError(Exception):
    """The document was not printed; the text says why, in the reader's language, and is safe to show."""


class FontMissing(RenderingError):
    """A bundled font file is not there: for the operator to mend, not for the reader."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished PDF, its number of pages, and what weasyprint found odd (nothing, for our own templates)."""

    pdf: bytes
    pages: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file within the PDF: the figures it shows (`Data`), or what it was made from (`Source`).

    `name` is plain ASCII with an ending; `made_at` knows its time zone.
    """

    name: str
    data: bytes
    media_type: str
    description: str
    made_at: dt.datetime
    relationship: Literal["Data", "Source"] = "Data"


def to_pdf(html: str, *, attachments: Sequence[Attachment] = ()) -> bytes:
    """The PDF of a whole HTML document. Title, author, date and language are those of its head, which must have them.

    The same HTML with the same attachments gives the same bytes. Raises RenderingError.
    """
    return render(html, attachments=attachments).pdf


def render(html: str, *, attachments: Sequence[Attachment] = ()) -> Printed:
    """As `to_pdf`, with the number of pages. Raises RenderingError."""
    engine = _engine_with_fonts()
    enclosed = sorted(attachments, key=lambda one: one.name)  # a name tree is looked up by halves

    def finisher(_document: Any, pdf: Any) -> None:
        finish(pdf, [one.media_type for one in enclosed])
        pdf.write = lambda output, *_options: output.write(pdf_bytes(pdf))

    with _collected_log() as lines:
        try:
            document = engine.weasyprint.HTML(string=html, base_url=None, url_fetcher=engine.fetcher).render(
                stylesheets=[engine.css], font_config=engine.fonts
            )
            pdf: bytes = document.write_pdf(
                finisher=finisher, attachments=[engine.attachment(one) for one in enclosed], **CONFORMING
            )
        except engine.fatal as refused:
            log.error("refused while printing: %s", refused)
            raise RenderingError(_("印刷用の資料以外のファイルを読もうとしたため、中止しました。")) from None
    _refuse_missing_signs(lines)
    return Printed(pdf, len(document.pages), tuple(line.getMessage() for line in lines))


def warm_up() -> None:
    """For a worker before it forks or takes its first job: import, fonts and one page, then freeze the heap."""
    render("<!DOCTYPE html><html lang=ja><head><title>-</title></head><body><p>経安 <b>カルテ</b></p></body></html>")
    gc.collect()
    gc.freeze()


@dataclass(frozen=True, slots=True)
class _Engine:
    """What one process shares over all its documents."""

    weasyprint: Any
    fetcher: Any
    fonts: Any
    css: Any
    fatal: type[BaseException]

    def attachment(self, file: Attachment) -> Any:
        """As weasyprint takes it; its dates are written as UTC."""
        made_at = file.made_at.astimezone(dt.UTC)
        return self.weasyprint.Attachment(
            string=file.data,
            name=file.name,
            description=file.description,
            relationship=file.relationship,
            created=made_at,
            modified=made_at,
            url_fetcher=self.fetcher,
        )


def _engine_with_fonts() -> _Engine:
    """The engine, after a look that the font files are there: without them every sign would be an empty box."""
    for name in PRINT_FONTS:
        if not (settings.FONTS_DIR / name).is_file():
            raise FontMissing(
                _(
                    "印刷用の書体 %(file)s が見つかりません。fonts フォルダーに戻すか、"
                    "環境変数 FONTS_DIR の場所を確かめてください。"
                )
                % {"file": name}
            )
    return _engine()


@cache
def _engine() -> _Engine:
    # Read by fontconfig while weasyprint is imported, and never again.
    os.environ["FONTCONFIG_FILE"] = str(_write_fonts_conf())
    import weasyprint
    from weasyprint.pdf import tags
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    # Its import tells Pillow, for the whole process, to take pictures that are cut off. Ours are whole, and an upload
    # that is not must be refused wherever something was printed before.
    ImageFile.LOAD_TRUNCATED_IMAGES = False

    tags._build_box_tree = with_words(tags._build_box_tree)

    class BundledFiles(URLFetcher):  # type: ignore[misc]
        """Serves `static:` from PRINT_ASSETS and PNG pictures in `data:`; any other address stops the printing."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols={"static", "data"}, allow_redirects=False, fail_on_errors=True)

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url[:5].lower() == "data:":
                return URLFetcherResponse("data:", picture_within(url), {"Content-Type": "image/png"})
            file = bundled_file(url)
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})

    fetcher, fonts = BundledFiles(), FontConfiguration()
    css = weasyprint.CSS(url=PRINT_CSS, url_fetcher=fetcher, font_config=fonts)
    return _Engine(weasyprint, fetcher, fonts, css, FatalURLFetchingError)


def bundled_file(url: str) -> Path:
    """The file behind a `static:` address. Raises ValueError for any other scheme or a place outside PRINT_ASSETS."""
    scheme, _colon, path = url.partition(":")
    if scheme.lower() != "static":
        raise ValueError("only static: is served")
    root = Path(settings.PRINT_ASSETS).resolve()
    file = (root / unquote(path)).resolve()
    if not file.is_relative_to(root) or not file.is_file():
        raise ValueError(f"not a bundled file: {file.name}")
    return file


def picture_within(url: str) -> bytes:
    """The PNG picture in a `data:` address. Raises ValueError for anything else: another kind could fetch."""
    found = DATA_PICTURE.fullmatch(url)
    if found is None:
        raise ValueError("only PNG pictures in base64 are taken from data:")
    try:
        data = base64.b64decode(found[1], validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    size = data[len(PNG) : len(PNG) + 8]
    if not data.startswith(PNG) or len(size) < 8:
        raise ValueError("not a PNG picture")
    if int.from_bytes(size[:4], "big") * int.from_bytes(size[4:], "big") > MOST_PIXELS:
        raise ValueError("too many pixels")
    return data


def _write_fonts_conf() -> Path:
    """fonts.conf with this installation's folders, put in place at once: several workers may start together."""
    folder, cache_dir = Path(settings.VAR_DIR).resolve(), Path(settings.VAR_DIR).resolve() / "fontcache"
    cache_dir.mkdir(parents=True, exist_ok=True)
    text = (Path(settings.PRINT_ASSETS) / FONTS_CONF).read_text(encoding="utf-8")
    text = text.replace("@FONTS_DIR@", escape(str(Path(settings.FONTS_DIR).resolve())))
    text = text.replace("@CACHE_DIR@", escape(str(cache_dir)))
    target = folder / "fonts.conf"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".fonts-", delete=False) as file:
        file.write(text)
    os.replace(file.name, target)
    return target


class _Collector(logging.Handler):
    """Keeps what weasyprint logs in this thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[logging.LogRecord] = []
        self.thread_id = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread_id:
            self.lines.append(copy(record))  # the console's filter masks the record itself afterwards


@contextmanager
def _collected_log() -> Iterator[list[logging.LogRecord]]:
    logger, collector = logging.getLogger("weasyprint"), _Collector()
    logger.addHandler(collector)
    try:
        yield collector.lines
    finally:
        logger.removeHandler(collector)


def _refuse_missing_signs(lines: list[logging.LogRecord]) -> None:
    """Raise RenderingError that names the signs which no bundled font has."""
    missing = [str(line.args[0]) for line in lines if line.msg.startswith(NOTDEF) and isinstance(line.args, tuple)]
    if not missing:
        return
    signs = list(dict.fromkeys(missing))
    named = " ".join(f"{sign if sign.isprintable() else ''}(U+{ord(sign):04X})" for sign in signs[:SHOWN_SIGNS])
    raise RenderingError(
        _("印刷用の書体にない文字があります: %(signs)s。絵文字などを別の書き方に直してから、もう一度お試しください。")
        % {"signs": named + (" …" if len(signs) > SHOWN_SIGNS else "")}
    )
