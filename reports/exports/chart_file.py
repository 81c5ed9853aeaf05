"""A chart as a file to be saved: the picture as PNG or SVG, its table as XLSX."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from django.core.files.base import ContentFile
from django.http import HttpResponseBase
from django.utils import timezone

from assessments.file_names import part_of_name
from organisations.downloads import Pieces, attachment
from reports.cohort_pictures import Chart
from reports.drawing import captioned
from reports.exports.cohort_sheets import write_chart
from reports.pictures import png

MEDIA = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def chart_file(made: Chart, form: str, *, notes: Sequence[str], of: str) -> HttpResponseBase:
    """A chart in the `form` (a key of MEDIA); `notes` say below it whose figures these are, `of` ends its name."""
    content = _content(made, [made.message, *notes], form)
    name = f"{part_of_name(made.heading, 60)}_{part_of_name(of, 40)}_{timezone.localdate():%Y%m%d}.{form}"
    return attachment(Pieces(ContentFile(content)), name=name, size=len(content), media_type=MEDIA[form])


def _content(made: Chart, notes: Sequence[str], form: str) -> bytes:
    if form == "xlsx":
        stream = BytesIO()
        write_chart(made.table, made.heading, notes, stream)
        return stream.getvalue()
    picture = captioned(made.picture, made.heading, notes, prefix="file")
    return png(picture) if form == "png" else picture.encode()
