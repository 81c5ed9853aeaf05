"""What roles and consents are called on a page."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organisations.consent import What
from organisations.policy import BodyKind, BodyRole, PlatformRole, Role

register = template.Library()

ROLE_NAMES = {
    Role.OWNER: _("会社の責任者"),
    Role.EDITOR: _("編集者"),
    Role.RESPONDENT: _("回答者"),
    Role.VIEWER: _("閲覧者"),
    BodyRole.COORDINATOR: _("コーディネーター"),
    BodyRole.ASSISTANT: _("事務担当"),
    BodyRole.SUPERVISOR: _("相談窓口の責任者"),
    BodyRole.ADVISOR: _("アドバイザー"),
    PlatformRole.ADMINISTRATOR: _("運営管理者"),
    PlatformRole.AUTHOR: _("設問票の作成者"),
}
ROLE_MEANS = {
    Role.OWNER: _("すべてできます。提出、人の招待、外部への共有、削除も行います。"),
    Role.EDITOR: _("すべての設問に答え、見直し、申請と確認ができます。"),
    Role.RESPONDENT: _("割り当てられた設問だけを見て、答えます。"),
    Role.VIEWER: _("回答と結果を読むだけです。"),
    BodyRole.COORDINATOR: _("会社の招待、回の設定、職員の管理と、会社が共有した内容の閲覧ができます。"),
    BodyRole.ASSISTANT: _("どの会社が加わり、提出したかを見ます。共有された内容は見られません。"),
    BodyRole.SUPERVISOR: _("会社の招待、職員の管理と、会社が共有した内容の閲覧ができます。"),
    BodyRole.ADVISOR: _("会社が共有した内容を見ます。"),
}
WHAT_NAMES = {
    What.STATISTICS: _("会社名の出ない集計"),
    What.SCORES: pgettext_lazy("what is shared", "点数"),
    What.ANSWERS: pgettext_lazy("what was answered", "回答"),
    What.NOTES: _("メモと証拠のファイル"),
    What.REGISTERS: _("仕入先・技術の台帳"),
}
WHAT_MEANS = {
    What.STATISTICS: _(
        "業種・都道府県・従業員数・売上高で分けた集計に、ほかの%(others)d社以上と合わせて数えられます。"
        "会社名も、一社だけの数字も出ません。"
    ),
    What.SCORES: _(
        "提出した診断の三つの点数・幅・段階が、会社名とともに見えます。どの設問にどう答えたかは見えません。"
    ),
    What.ANSWERS: _("提出した診断で各設問に選んだ段階が、会社名とともに見えます。点数も見えます。"),
    What.NOTES: _("回答に添えたメモ・理由・証拠のファイルです。点数と回答も見えます。"),
    What.REGISTERS: _("仕入先や技術の一覧です。いまはまだ台帳がないため、見える物はありません。"),
}
KIND_NAMES = {BodyKind.NETWORK: _("ネットワーク"), BodyKind.OFFICE: _("相談窓口")}


@register.filter
def role_name(role: str) -> str:
    """What a role is called, whichever place it belongs to."""
    return str(ROLE_NAMES[next(known for known in ROLE_NAMES if known == role)])


@register.filter
def role_means(role: str) -> str:
    """What somebody with this role can do, in a sentence."""
    return str(ROLE_MEANS[next(known for known in ROLE_MEANS if known == role)])


@register.filter
def what_name(what: str) -> str:
    """What a kind of shared data is called."""
    return str(WHAT_NAMES[What(what)])


@register.filter
def what_means(what: str) -> str:
    """What somebody sees who was granted this."""
    return str(WHAT_MEANS[What(what)]) % {"others": settings.COHORT_K}


@register.filter
def kind_name(kind: str) -> str:
    """What a kind of body is called."""
    return str(KIND_NAMES[BodyKind(kind)])
