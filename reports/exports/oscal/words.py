"""PURE. The sentences of our OSCAL documents, in both languages."""

from __future__ import annotations

from guidance.catalog import Text

NOTICE = Text(
    "経安カルテの自己点検です。会社が自分で行う任意のもので、法令への適合や認証、補助金での加点を示すものではありません。",
    "A self-check with Keian Karte. It is voluntary and made by the company itself; it shows neither compliance with a "
    "law, nor a certification, nor bonus points for a subsidy.",
)
SATISFIED = Text(
    "OSCAL の satisfied は、ここでは自己点検の段階が3以上（決まりとしてしている）ということだけを表します。",
    "Here OSCAL's “satisfied” means only that the level in the self-check is 3 or more (done as a rule).",
)
CATALOG = Text("経安カルテ 設問票", "Keian Karte questionnaire")
RESULTS = Text("経安カルテ 自己点検の結果", "Keian Karte: results of the self-check")
PLAN = Text("経安カルテ 行動計画", "Keian Karte: plan of action")
NO_PLAN = Text("評価計画はありません", "There is no assessment plan")
NO_PLAN_WHY = Text(
    "設問票そのものが、何をどう確かめるかを決めています。別の評価計画はありません。",
    "The questionnaire itself says what is looked at and how; there is no separate assessment plan.",
)
OUR_READING = Text("本アプリの読み方で、文書の言葉ではありません", "this app's own reading, not the document's words")
STATES = {
    "level": Text("段階", "level"),
    "unknown": Text("わからない", "not known"),
    "na": Text("該当なし", "not applicable"),
    "none": Text("未回答", "not answered"),
}
MILESTONE = Text("ここまでに終える", "Done by the end of this quarter")
COST = Text(
    "費用の目安は本アプリのもので、実際は会社によって違います。", "Costs are this app's estimate; actual costs vary."
)
