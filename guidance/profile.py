"""PURE. The facts about a company that decide which questions apply, and the lists that they are chosen from.

A profile is a mapping from these keys to values; a missing fact counts as unknown, so a condition on it is false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from guidance.catalog import Text

ProfileValue = bool | int | str
Profile = Mapping[str, ProfileValue]


@dataclass(frozen=True, slots=True)
class Fact:
    """One profile fact: yes/no, a whole number, or one key of `choices`."""

    key: str
    kind: Literal["flag", "number", "choice"]
    text: Text
    choices: Mapping[str, Text] | None = None
    use: Literal["scene", "support"] = "scene"
    """What the fact decides: which questions are asked, or only which support measures are shown."""

    def accepts(self, value: object) -> bool:
        """Whether `value` is of this fact's kind."""
        if self.kind == "flag":
            return isinstance(value, bool)
        if self.kind == "number":
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return isinstance(value, str) and self.choices is not None and value in self.choices


# 日本標準産業分類（第14回改定）の大分類
INDUSTRIES: Mapping[str, Text] = {
    "A": Text("農業、林業", "Agriculture and forestry"),
    "B": Text("漁業", "Fisheries"),
    "C": Text("鉱業、採石業、砂利採取業", "Mining and quarrying of stone and gravel"),
    "D": Text("建設業", "Construction"),
    "E": Text("製造業", "Manufacturing"),
    "F": Text("電気・ガス・熱供給・水道業", "Electricity, gas, heat supply and water"),
    "G": Text("情報通信業", "Information and communications"),
    "H": Text("運輸業、郵便業", "Transport and postal activities"),
    "I": Text("卸売業、小売業", "Wholesale and retail trade"),
    "J": Text("金融業、保険業", "Finance and insurance"),
    "K": Text("不動産業、物品賃貸業", "Real estate and goods rental and leasing"),
    "L": Text("学術研究、専門・技術サービス業", "Scientific research, professional and technical services"),
    "M": Text("宿泊業、飲食サービス業", "Accommodation, eating and drinking services"),
    "N": Text("生活関連サービス業、娯楽業", "Living-related and personal services and amusement services"),
    "O": Text("教育、学習支援業", "Education, learning support"),
    "P": Text("医療、福祉", "Medical, health care and welfare"),
    "Q": Text("複合サービス事業", "Compound services"),
    "R": Text("サービス業（他に分類されないもの）", "Services, not elsewhere classified"),
    "S": Text("公務（他に分類されるものを除く）", "Government, except elsewhere classified"),
    "T": Text("分類不能の産業", "Industries unable to classify"),
}

PREFECTURES: Mapping[str, Text] = {
    f"{number:02d}": Text(ja, en)
    for number, (ja, en) in enumerate(
        [
            ("北海道", "Hokkaido"),
            ("青森県", "Aomori"),
            ("岩手県", "Iwate"),
            ("宮城県", "Miyagi"),
            ("秋田県", "Akita"),
            ("山形県", "Yamagata"),
            ("福島県", "Fukushima"),
            ("茨城県", "Ibaraki"),
            ("栃木県", "Tochigi"),
            ("群馬県", "Gunma"),
            ("埼玉県", "Saitama"),
            ("千葉県", "Chiba"),
            ("東京都", "Tokyo"),
            ("神奈川県", "Kanagawa"),
            ("新潟県", "Niigata"),
            ("富山県", "Toyama"),
            ("石川県", "Ishikawa"),
            ("福井県", "Fukui"),
            ("山梨県", "Yamanashi"),
            ("長野県", "Nagano"),
            ("岐阜県", "Gifu"),
            ("静岡県", "Shizuoka"),
            ("愛知県", "Aichi"),
            ("三重県", "Mie"),
            ("滋賀県", "Shiga"),
            ("京都府", "Kyoto"),
            ("大阪府", "Osaka"),
            ("兵庫県", "Hyogo"),
            ("奈良県", "Nara"),
            ("和歌山県", "Wakayama"),
            ("鳥取県", "Tottori"),
            ("島根県", "Shimane"),
            ("岡山県", "Okayama"),
            ("広島県", "Hiroshima"),
            ("山口県", "Yamaguchi"),
            ("徳島県", "Tokushima"),
            ("香川県", "Kagawa"),
            ("愛媛県", "Ehime"),
            ("高知県", "Kochi"),
            ("福岡県", "Fukuoka"),
            ("佐賀県", "Saga"),
            ("長崎県", "Nagasaki"),
            ("熊本県", "Kumamoto"),
            ("大分県", "Oita"),
            ("宮崎県", "Miyazaki"),
            ("鹿児島県", "Kagoshima"),
            ("沖縄県", "Okinawa"),
        ],
        start=1,
    )
}

# Annual sales. The 100億宣言 addresses ¥1 to 10 billion; its statistics split at ¥4 billion.
SALES_BANDS: Mapping[str, Text] = {
    "under-100m": Text("1億円未満", "Under ¥100 million"),
    "100m-1b": Text("1億円以上10億円未満", "¥100 million to under ¥1 billion"),
    "1b-4b": Text("10億円以上40億円未満", "¥1 billion to under ¥4 billion"),
    "4b-10b": Text("40億円以上100億円未満", "¥4 billion to under ¥10 billion"),
    "10b-over": Text("100億円以上", "¥10 billion or more"),
}

# Employees, in the steps of the SME definitions: 20 for small firms, 50, 100 and 300 by industry.
EMPLOYEE_BANDS: Mapping[str, Text] = {
    "to-20": Text("20人以下", "Up to 20"),
    "21-50": Text("21〜50人", "21 to 50"),
    "51-100": Text("51〜100人", "51 to 100"),
    "101-300": Text("101〜300人", "101 to 300"),
    "over-300": Text("301人以上", "301 or more"),
}


def employee_band(employees: int) -> str:
    """The key in EMPLOYEE_BANDS of a number of employees."""
    limits = ((20, "to-20"), (50, "21-50"), (100, "51-100"), (300, "101-300"))
    return next((band for most, band in limits if employees <= most), "over-300")


# Planned investment in total. The steps are the thresholds of the measures in library/support.
INVESTMENT_SIZES: Mapping[str, Text] = {
    "under-100m": Text("1億円未満", "Under ¥100 million"),
    "100m-500m": Text("1億円以上5億円未満", "¥100 million to under ¥500 million"),
    "500m-1500m": Text("5億円以上15億円未満", "¥500 million to under ¥1.5 billion"),
    "1500m-2b": Text("15億円以上20億円未満", "¥1.5 billion to under ¥2 billion"),
    "2b-3500m": Text("20億円以上35億円未満", "¥2 billion to under ¥3.5 billion"),
    "3500m-over": Text("35億円以上", "¥3.5 billion or more"),
}

FACTS: Mapping[str, Fact] = {
    fact.key: fact
    for fact in (
        Fact("industry", "choice", Text("業種", "Industry"), INDUSTRIES),
        Fact("prefecture", "choice", Text("本社の都道府県", "Prefecture of the head office"), PREFECTURES),
        Fact("employees", "number", Text("従業員数", "Employees")),
        Fact("sales_band", "choice", Text("年間の売上高", "Annual sales"), SALES_BANDS),
        Fact(
            "makes_products",
            "flag",
            Text("製品をつくっている（外注を含む）", "Makes products (also through contractors)"),
        ),
        Fact(
            "imports",
            "flag",
            Text(
                "海外から部材や原材料を仕入れている（商社経由を含む）",
                "Buys parts or materials from abroad (also through traders)",
            ),
        ),
        Fact("exports", "flag", Text("輸出をしている（商社経由を含む）", "Exports (also through traders)")),
        Fact("has_overseas_site", "flag", Text("海外に拠点がある", "Has a site abroad")),
        Fact(
            "overseas_production",
            "flag",
            Text("海外でつくっている、または製造を委託している", "Produces or has goods produced abroad"),
        ),
        Fact("does_rd", "flag", Text("研究開発や製品開発をしている", "Does research or product development")),
        Fact(
            "joint_research",
            "flag",
            Text("大学や他社と共同で研究・開発をしている", "Does joint research or development"),
        ),
        Fact(
            "codesign",
            "flag",
            Text(
                "取引先と図面や仕様を細かく調整し合っている（すり合わせ）",
                "Works out drawings or specifications closely with partners (suriawase)",
            ),
        ),
        Fact(
            "entrusted_information",
            "flag",
            Text("取引先から図面や技術情報を預かっている", "Holds drawings or technical information of partners"),
        ),
        Fact(
            "outside_capital",
            "flag",
            Text(
                "外部からの出資、会社の売買、事業承継を考えている、または行った",
                "Considers or has done outside investment, M&A or succession",
            ),
        ),
        Fact(
            "listed_or_group",
            "flag",
            Text(
                "上場している、上場を目指している、または親会社が上場している",
                "Is listed, aims to be, or has a listed parent company",
            ),
        ),
        Fact(
            "plans_overseas",
            "flag",
            Text(
                "海外での生産、拠点づくり、実証を計画している",
                "Plans production, a site or a pilot project abroad",
            ),
        ),
        Fact(
            "growth_declaration",
            "flag",
            Text("100億宣言を公表している", "Has published the 10-billion-yen declaration"),
            use="support",
        ),
        Fact(
            "invests_in_equipment",
            "flag",
            Text("工場や設備への投資を計画している", "Plans to invest in a plant or equipment"),
            use="support",
        ),
        Fact(
            "invests_in_development",
            "flag",
            Text(
                "研究開発やAI・データへの投資を計画している",
                "Plans to invest in research, development, AI or data",
            ),
            use="support",
        ),
        Fact(
            "switches_materials",
            "flag",
            Text(
                "代わりの材料や部品への切替えを準備している",
                "Prepares to switch to substitute materials or parts",
            ),
            use="support",
        ),
        Fact(
            "saves_energy",
            "flag",
            Text("省エネルギーの設備への入替えを計画している", "Plans to change to energy-saving equipment"),
            use="support",
        ),
        Fact(
            "handles_critical_goods",
            "flag",
            Text(
                "国の特定重要物資か、その材料・部品・装置をつくっている",
                "Makes a specified critical material, or its inputs or equipment",
            ),
            use="support",
        ),
        Fact(
            "investment_size",
            "choice",
            Text("計画している投資の合計", "Planned investment in total"),
            INVESTMENT_SIZES,
            use="support",
        ),
    )
}
FLAGS: tuple[Fact, ...] = tuple(fact for fact in FACTS.values() if fact.kind == "flag")
