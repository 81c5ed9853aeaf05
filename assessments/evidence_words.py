"""What the page says of a file that is not taken: what is wrong with it, and what to do."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import evidence
from assessments.file_faults import Fault, Refused
from assessments.file_kinds import CSV, OFFICE, PDF, PICTURES, TEXT
from assessments.file_names import cleaned

TAKEN = gettext_lazy("PDF、画像（PNG・JPEG・WebP）、Word・Excel・PowerPoint（.docx・.xlsx・.pptx）、テキスト、CSV")
"""The kinds that are taken, as the form names them."""

KIND_NAMES = {
    PDF.media_type: "PDF",
    **{kind.media_type: name for kind, name in zip(PICTURES.values(), ("PNG", "JPEG", "WebP"), strict=True)},
    **dict(zip(OFFICE, ("Word", "Excel", "PowerPoint"), strict=True)),
    TEXT.media_type: gettext_lazy("テキスト"),
    CSV.media_type: "CSV",
}

FAULTS = {
    Fault.EMPTY: gettext_lazy("中身が空です。元のファイルが開けるかを確かめて、付け直してください。"),
    Fault.UNKNOWN: gettext_lazy("付けられる種類のファイルではありません。PDFか画像にして付けてください。"),
    Fault.PROGRAM: gettext_lazy("プログラムが入っています。プログラムは付けられません。書類だけを付けてください。"),
    Fault.MARKUP: gettext_lazy(
        "ウェブページや図のコード（HTML・SVG・XML）です。開いて印刷からPDFにするか、画像にして付けてください。"
    ),
    Fault.ARCHIVE: gettext_lazy(
        "まとめて圧縮したファイル（ZIPなど）です。中の書類を取り出して、一つずつ付けてください。"
    ),
    Fault.HEIC: gettext_lazy("HEIC形式の写真です。JPEGかPNGで保存し直して付けてください。"),
    Fault.OLD_OFFICE: gettext_lazy(
        "古い形式の Office ファイル（.doc・.xls・.ppt など）です。"
        "Word などで開き、新しい形式（.docx・.xlsx・.pptx）かPDFで保存し直してください。"
    ),
    Fault.ENCODING: gettext_lazy(
        "文字の種類（文字コード）を読めません。メモ帳などで開き、UTF-8 を選んで保存し直してください。"
    ),
    Fault.MIXED: gettext_lazy(
        "一つのファイルに別の種類のファイルが重なっています。元の書類を開き、PDFか画像として保存し直してください。"
    ),
    Fault.DAMAGED: gettext_lazy(
        "途中で切れているか、壊れています。元のファイルが開けるかを確かめ、保存し直して付けてください。"
    ),
    Fault.ENCRYPTED: gettext_lazy(
        "パスワードか、印刷や変更の制限がかかっています。中身を確かめられないため、付けられません。"
        "外して保存し直すか、印刷した紙の写真を付けてください。"
    ),
    Fault.MACROS: gettext_lazy(
        "マクロが入っています。マクロのない形式（.docx・.xlsx・.pptx）かPDFで保存し直してください。"
    ),
    Fault.EMBEDDED: gettext_lazy(
        "Office ファイルの中に、別のファイルや部品が埋め込まれています。PDFで保存し直してください。"
    ),
    Fault.ACTIVE_PDF: gettext_lazy(
        "PDFの中に、動く仕組み（スクリプトや、ほかのソフトを起動する指示など）が入っています。"
        "開いて、印刷からPDFに保存し直してください。"
    ),
    Fault.FILES_IN_PDF: gettext_lazy(
        "PDFの中に、別のファイルが添付されています。開いて、印刷からPDFに保存し直すか、添付を取り出して別に付けてください。"
    ),
    Fault.UNPACKS: gettext_lazy(
        "中に詰められたデータが大きすぎます。ページやシートを分けるか、PDFで保存し直してください。"
    ),
    Fault.PICTURE_SIZE: gettext_lazy("画像の縦横が大きすぎます。縮小して保存し直してください。"),
}

REFUSALS = (Refused, evidence.TooLarge, evidence.TooMany, evidence.QuotaUsedUp)


def why_not(error: Exception, name: str) -> str:
    """The sentences for one of REFUSALS about the file that the person called `name`."""
    file = cleaned(name)
    if isinstance(error, evidence.TooLarge):
        return _("「%(file)s」は大きすぎます。一つ %(most)s MBまでです。縮小するか、分けて付けてください。") % {
            "file": file,
            "most": settings.UPLOAD_LIMIT_MB,
        }
    if isinstance(error, evidence.TooMany):
        return _("この設問には、もう %(most)s 個のファイルがあります。要らないものを消してから付けてください。") % {
            "most": evidence.MOST_FILES
        }
    if isinstance(error, evidence.QuotaUsedUp):
        return _(
            "会社の置き場所（%(most)s MB）がいっぱいになるため、「%(file)s」を付けられません。"
            "要らないファイルを消すか、運営者に相談してください。"
        ) % {"file": file, "most": settings.EVIDENCE_QUOTA_MB}
    if not isinstance(error, Refused):
        raise TypeError(error)
    return _about(error, file)


def _about(refused: Refused, file: str) -> str:
    if refused.fault is Fault.WRONG_ENDING:
        return _(
            "「%(file)s」の名前の終わりは「%(ending)s」ですが、中身は %(kind)s です。"
            "選んだファイルが正しいかを確かめ、名前の終わりを中身に合わせてください。"
        ) % {"file": file, "ending": refused.seen, "kind": KIND_NAMES[refused.kind]}
    parts = [_("「%(file)s」を付けられませんでした。") % {"file": file}, str(FAULTS[refused.fault])]
    if refused.fault is Fault.UNKNOWN:
        parts.append(_("付けられるのは、%(kinds)s です。") % {"kinds": TAKEN})
    if refused.seen:
        parts.append(_("（見つかったもの：%(seen)s）") % {"seen": refused.seen})
    return "".join(parts)
