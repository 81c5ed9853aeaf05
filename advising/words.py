"""What stages, signatures and refusals are called on pages."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from advising.logos import MOST_BYTES, MOST_PIXELS, Fault
from advising.signing import NothingNew, NothingToSign, NotNow, OtherText, SamePerson, State, Step, UnderWay
from advising.stages import Stage

STAGE_NAMES: dict[Stage, Promise | str] = {
    Stage.NOT_SHARED: _("回答が共有されていない"),
    Stage.NOT_SUBMITTED: _("まだ提出していない"),
    Stage.TO_REVIEW: _("確認を始める前"),
    Stage.IN_REVIEW: _("確認の途中"),
    Stage.ASKED: _("会社の返事待ち"),
    Stage.REPLIED: _("会社から返事がある"),
    Stage.TO_SIGN: _("報告書に署名する前"),
    Stage.WITH_SUPERVISOR: _("責任者の署名待ち"),
    Stage.WITH_CLIENT: _("会社の署名待ち"),
    Stage.RELEASED: _("報告書を渡し終えた"),
}
NEXT_STEPS: dict[Stage, Promise | str] = {
    Stage.NOT_SHARED: _("共有をお願いする"),
    Stage.NOT_SUBMITTED: _("提出を待つ"),
    Stage.TO_REVIEW: _("確認を始める"),
    Stage.IN_REVIEW: _("確認を続ける"),
    Stage.ASKED: _("確認を続ける"),
    Stage.REPLIED: _("返事を読む"),
    Stage.TO_SIGN: _("報告書を作る"),
    Stage.WITH_SUPERVISOR: _("報告書を見る"),
    Stage.WITH_CLIENT: _("報告書を見る"),
    Stage.RELEASED: _("報告書を開く"),
}
STEP_NAMES: dict[Step, Promise | str] = {
    Step.ADVISOR: _("アドバイザー"),
    Step.SUPERVISOR: _("相談窓口の責任者"),
    Step.CLIENT: _("会社の代表（責任者）"),
}
STATE_NAMES: dict[State, Promise | str] = {
    State.SIGNED: _("責任者の署名待ち"),
    State.APPROVED: _("会社の署名待ち"),
    State.RELEASED: _("確定"),
    State.RETURNED: _("差し戻し"),
}
WHY_NOT: dict[type[NotNow], Promise | str] = {
    NothingToSign: _(
        "この署名を待っている版は、いまはありません。ページを開き直して、どこまで進んだかを確かめてください。"
    ),
    UnderWay: _("署名を待っている版がすでにあります。作り直すときは、その版を取り下げてから署名してください。"),
    NothingNew: _("確定した報告書から変わったところがありません。直してから署名してください。"),
    SamePerson: _("アドバイザーとして署名した人は、責任者としては署名できません。もう一人の責任者に頼んでください。"),
    OtherText: _("画面を開いたあとで、報告書の内容が変わりました。いまの内容を読んでから、もう一度署名してください。"),
}
LOGO_FAULTS: dict[Fault, Promise | str] = {
    Fault.TOO_LARGE: _("画像が%(most)dMBを超えています。小さくして保存し直してから選んでください。"),
    Fault.NO_PICTURE: _("画像として開けません。PNG・JPEG・GIF・WebPの画像を選んでください。"),
    Fault.TOO_MANY_PIXELS: _("画像の縦横が大きすぎます（%(pixels)d万画素まで）。小さくして保存し直してください。"),
    Fault.BROKEN: _("画像が途中で切れています。元の画像から保存し直してください。"),
    Fault.TOO_SMALL: _("画像が小さすぎます。縦横とも16画素以上の画像を選んでください。"),
}


def logo_fault(fault: Fault) -> str:
    """Why a logo was not taken, with its limits."""
    return str(LOGO_FAULTS[fault]) % {"most": MOST_BYTES // 2**20, "pixels": MOST_PIXELS // 10_000}
