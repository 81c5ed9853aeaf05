"""The client report on paper: its HTML in one of its forms, and the PDF with its data embedded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from advising.freezing import digest_of
from reports.client.report import LANGUAGES, ClientReport, client_report
from reports.client.workbook import workbook_of
from reports.embedding import JSON, XLSX, moment
from reports.paper import in_printed_signs
from reports.rendering import Attachment, to_pdf
from reports.templatetags.tongues import tongues_of

Signatures = Sequence[Mapping[str, Any]]
"""As a revision stores them."""
TEMPLATE = "print/client_report.html"


def reports_of(
    context: Mapping[str, Any], form: str, *, signatures: Signatures = (), digest: str = ""
) -> tuple[ClientReport, ...]:
    """The report in each language of `form` (ja, en, both). Raises KeyError for any other form."""
    return tuple(client_report(context, language, signatures=signatures, digest=digest) for language in LANGUAGES[form])


def html_of(reports: tuple[ClientReport, ...]) -> str:
    """What is printed."""
    return in_printed_signs(TEMPLATE, reports[0].language, tongues_of(reports))


def printed(context: Mapping[str, Any], form: str, *, signatures: Signatures, digest: str) -> bytes:
    """The PDF of a revision, with its figures embedded as JSON and XLSX. The same revision gives the same bytes. Raises
    RenderingError."""
    reports = reports_of(context, form, signatures=signatures, digest=digest)
    with translation.override(reports[0].language):
        return to_pdf(html_of(reports), attachments=attachments(reports, context, signatures))


def data_of(context: Mapping[str, Any], signatures: Signatures) -> bytes:
    """The frozen context as JSON with its digest and the signatures: what the paper shows, in both languages. Nobody's
    id is in it."""
    told = {
        "schema": "keian-karte/client-report@1",
        "digest": digest_of(context),
        "signatures": [{name: one[name] for name in ("step", "name", "at")} for one in signatures],
        "report": dict(context),
    }
    return (json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def attachments(
    reports: tuple[ClientReport, ...], context: Mapping[str, Any], signatures: Signatures
) -> list[Attachment]:
    """What is embedded in the PDF; dated by the report, so that the same report gives the same bytes."""
    at, sheets = moment(reports[0].dated), _("報告書の表（回答・点数・採点根拠・確認した結果）")
    return [
        Attachment("client-report.json", data_of(context, signatures), JSON, _("報告書のデータ（機械が読む形）"), at),
        Attachment("client-report.xlsx", workbook_of(reports[0]), XLSX, sheets, at),
    ]
