"""PURE. Companies that do not exist and what they could have answered: the same for the same seed.

Industry and sales follow what the source report says of the companies that declared: about 40 % manufacturing, about
60 % under ¥4 billion, all of them from ¥1 to under ¥10 billion. Every other weight here is ours, chosen to be
believable: it says nothing about real companies.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Literal, TypeVar

from guidance.profile import FLAGS, PREFECTURES, ProfileValue
from organisations.consent import What
from organisations.corporate_number import check_digit

Value = TypeVar("Value")
State = Literal["invited", "joined", "started", "submitted"]
Via = Literal["list", "code", "member"]

INDUSTRY_SHARES: Mapping[str, float] = {
    "E": 40,
    "I": 19,
    "D": 13,
    "G": 8,
    "R": 6,
    "H": 5,
    "L": 3.5,
    "M": 1.5,
    "N": 1.2,
    "K": 1,
    "P": 1,
    "A": 0.5,
    "O": 0.3,
}
SALES_SHARES: Mapping[str, float] = {"1b-4b": 60, "4b-10b": 40}
PREFECTURE_SHARES: Mapping[str, float] = dict.fromkeys(PREFECTURES, 0.8) | {
    "13": 17,
    "27": 10,
    "23": 8,
    "28": 5,
    "40": 5,
    "14": 5,
    "11": 4,
    "01": 4,
    "22": 4,
    "34": 3.5,
    "12": 3,
    "26": 3,
    "15": 2.5,
    "20": 2.3,
    "21": 2.2,
    "08": 2,
    "33": 2,
    "10": 1.8,
    "09": 1.6,
    "24": 1.6,
    "16": 1.5,
    "17": 1.4,
}
SHARES: Sequence[tuple[frozenset[What], float]] = (
    (frozenset({What.STATISTICS}), 55),
    (frozenset({What.STATISTICS, What.SCORES}), 20),
    (frozenset({What.STATISTICS, What.SCORES, What.ANSWERS}), 15),
    (frozenset(), 10),
)
"""What companies that submitted share with their network, in percent."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# A name is 架空 and three words, a different three for each number.
PLACES = _words("""
    霧ヶ原 白瀬野 夕凪台 星見沢 風待浜 月影町 朝霞谷 青葉野 虹ヶ浦 雪見坂 花暦 水鏡 松籟 春告 秋津原 若竹野 灯台岬
    鈴鳴 木漏日 湖畔野 砂時計 天の川 雲居 夜明野 陽だまり 潮見台 緑風 紅葉沢 千草野 渡り鳥 山彦 笹舟 薄荷野 銀嶺 黒曜
    琥珀野 瑠璃浜 翡翠谷 金木犀 羅針 波止場野 帆影 石清水 糸車 絵馬野 麦秋 稲妻野 綿雲 初雪野 花筏 蛍沢 風車野 海鳴
    小春野 双葉台 鏡野 白樺沢 夏雲 星屑 露草 鶴舞野 茜沢 藍ヶ浜 若草台 樹氷 氷室野 雁渡 霞城 苔庭 月見里 流星野 萌黄
    浅葱野 常盤台 桜貝浜 竹取野 丘見台 夢路 遠雷 群青浜 三日月野 八重霞 万華鏡 一番星
""")
PARTS = _words("第一 第二 第三 東 西 南 北 中央 新 大 共和 協同 栄 光 誠 和 信 明 興 創 躍 豊 正 展")
TRADES: Mapping[str, Sequence[str]] = {
    "E": _words("精機 製作所 工業 化成 電子 鋳造 金属 樹脂 食品工業 鍛工 計測器 製薬 繊維 ばね 塗料 鍍金"),
    "I": _words("商事 物産 商会 通商 販売 卸売 マート 薬品商会 鋼材 資材 貿易 食品販売 機械販売 産業 トレード ストア"),
    "D": _words("建設 工務店 土木 設備 電設 建工 工業所 塗装 鉄構 造園 基礎工業 管工 住建 道路 解体工業 防水"),
    "G": _words(
        "情報 システム ソフト データ 通信 ネット 映像 電算 ラボ クラウド 情報処理 デジタル 出版 放送 ウェブ 計算"
    ),
    "H": _words("運輸 物流 倉庫 陸運 海運 急便 梱包 通運 ロジ 港運 配送 輸送 バス タクシー 航運 引越"),
}
OTHER_TRADES = _words("サービス 企画 総研 管理 事業 開発 設計 技研 興産 環境 人材 保守 観光 ケア 農園 不動産")
MOST_COMPANIES = len(PLACES) * len(PARTS) * len(OTHER_TRADES)
STRIDE = 7_919
"""Prime to MOST_COMPANIES: neighbours in number are no neighbours in name."""
NUMBER_BLOCKS = 10_000_000 // MOST_COMPANIES
ROOT = 1.1673039782614187

# Employees in the middle of those with ¥1 to 4 billion of sales.
EMPLOYEES: Mapping[str, int] = {"E": 72, "I": 34, "D": 44, "G": 78, "R": 130, "H": 105, "L": 60, "M": 120, "P": 140}

# Of a hundred companies of an industry, how many: a fact that is not named has the default.
COMMON: Mapping[str, int] = {
    "makes_products": 8,
    "imports": 14,
    "exports": 8,
    "has_overseas_site": 6,
    "does_rd": 12,
    "codesign": 12,
    "entrusted_information": 30,
    "outside_capital": 18,
    "listed_or_group": 6,
    "plans_overseas": 7,
    "invests_in_equipment": 40,
    "invests_in_development": 18,
    "switches_materials": 4,
    "saves_energy": 30,
    "handles_critical_goods": 1,
}
TYPICAL: Mapping[str, Mapping[str, int]] = {
    "E": {
        "makes_products": 98,
        "imports": 58,
        "exports": 46,
        "has_overseas_site": 24,
        "does_rd": 62,
        "codesign": 66,
        "entrusted_information": 70,
        "plans_overseas": 16,
        "invests_in_equipment": 78,
        "invests_in_development": 34,
        "switches_materials": 24,
        "saves_energy": 44,
        "handles_critical_goods": 11,
    },
    "I": {"makes_products": 16, "imports": 52, "exports": 30, "has_overseas_site": 14, "plans_overseas": 14},
    "D": {"makes_products": 14, "codesign": 24, "entrusted_information": 44},
    "G": {"does_rd": 48, "codesign": 30, "entrusted_information": 66, "invests_in_development": 58},
    "H": {"imports": 10, "exports": 6, "saves_energy": 52, "invests_in_equipment": 62},
    "L": {"does_rd": 44, "codesign": 34, "entrusted_information": 58, "invests_in_development": 40},
    "A": {"makes_products": 90, "exports": 22},
}
NEEDS: Mapping[str, str] = {"joint_research": "does_rd", "overseas_production": "makes_products"}
"""Facts that make sense only with another one."""


@dataclass(frozen=True, slots=True)
class Company:
    """One company of the list. `facts` as `organisations.models.Organisation` keeps them."""

    number: int
    name: str
    corporate_number: str
    email: str
    industry: str
    prefecture: str
    sales_band: str
    employees: int
    facts: Mapping[str, ProfileValue]


@dataclass(frozen=True, slots=True)
class Habits:
    """What companies do, as shares of 1."""

    from_the_first: float = 0.82
    """On the list, or with the code, from the first round on; the others come in later ones."""
    by_list: float = 0.75
    first: tuple[tuple[State, float], ...] = (("invited", 12), ("joined", 6), ("started", 8), ("submitted", 74))
    again: tuple[tuple[State, float], ...] = (("joined", 9), ("started", 6), ("submitted", 85))
    """Of those that are members when a round begins."""


USUAL = Habits()
EVERYBODY = Habits(from_the_first=1, first=(("submitted", 1),), again=(("submitted", 1),))
"""Every company submits in every round: for measuring."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A company in one round: how it came there, how far it got, and when (0 at the opening, 1 at the end or today)."""

    round: int
    via: Via
    state: State
    joined: float
    submitted: float


# --- who --------------------------------------------------------------------------------------------------------------


def company(seed: int, number: int) -> Company:
    """Company `number` (from 0) of a seed. Raises ValueError from MOST_COMPANIES on.

    No real 法人番号 has five zeros behind its check digit: there a registered company has the number of its registry,
    the state 00001 and a municipality 00002.
    """
    if not 0 <= number < MOST_COMPANIES:
        raise ValueError(f"there are names for {MOST_COMPANIES} companies, not for number {number}")
    rolls = dice(seed, number, "who")
    of_industry, of_sales, of_prefecture, _of_shares = _evenly(seed, number)
    industry, sales_band = chosen(INDUSTRY_SHARES, of_industry), chosen(SALES_SHARES, of_sales)
    twelve = f"00000{seed % NUMBER_BLOCKS * MOST_COMPANIES + number:07d}"
    corporate_number = f"{check_digit(twelve)}{twelve}"
    larger = 2.1 if sales_band == "4b-10b" else 1.0
    employees = round(EMPLOYEES.get(industry, 70) * larger * math.exp(rolls.gauss(0, 0.5)))
    return Company(
        number=number,
        name=name_of(number, industry),
        corporate_number=corporate_number,
        email=f"keieikikaku@kakuu-{corporate_number}.example",
        industry=industry,
        prefecture=chosen(PREFECTURE_SHARES, of_prefecture),
        sales_band=sales_band,
        employees=min(max(employees, 6), 1_200),
        facts=_facts(rolls, industry, sales_band),
    )


def name_of(number: int, industry: str) -> str:
    """A name that no other number has."""
    rest, trade = divmod(number * STRIDE % MOST_COMPANIES, len(OTHER_TRADES))
    place, part = divmod(rest, len(PARTS))
    return f"架空{PLACES[place]}{PARTS[part]}{TRADES.get(industry, OTHER_TRADES)[trade]}（見本）"


def _facts(rolls: Random, industry: str, sales_band: str) -> dict[str, ProfileValue]:
    likely = {**COMMON, **TYPICAL.get(industry, {})}
    larger = 1.2 if sales_band == "4b-10b" else 0.9
    facts: dict[str, ProfileValue] = {
        flag.key: rolls.random() < min(likely.get(flag.key, 0) / 100 * larger, 0.99) for flag in FLAGS
    }
    facts["growth_declaration"] = True
    facts["joint_research"] = rolls.random() < 0.42
    facts["overseas_production"] = rolls.random() < (0.55 if facts["has_overseas_site"] else 0.08)
    for name, needed in NEEDS.items():
        facts[name] = bool(facts[name] and facts[needed])
    if facts["invests_in_equipment"] or facts["invests_in_development"]:
        sizes = {"under-100m": 30, "100m-500m": 44, "500m-1500m": 20, "1500m-2b": 6}
        if sales_band == "4b-10b":
            sizes = {
                "under-100m": 10,
                "100m-500m": 36,
                "500m-1500m": 34,
                "1500m-2b": 12,
                "2b-3500m": 6,
                "3500m-over": 2,
            }
        facts["investment_size"] = chosen(sizes, rolls.random())
    return facts


# --- what it does -----------------------------------------------------------------------------------------------------


def turns(seed: int, number: int, rounds: int, habits: Habits = USUAL) -> tuple[Turn, ...]:
    """The rounds that a company takes part in, the earliest (0) first."""
    rolls = dice(seed, number, "turns")
    late = rolls.random() >= habits.from_the_first and rounds > 1
    begins = rolls.randrange(1, rounds) if late else 0
    via: Via = "list" if rolls.random() < habits.by_list else "code"
    found = []
    for turn in range(begins, rounds):
        state = chosen(dict(habits.again if via == "member" else habits.first), rolls.random())
        if via == "code" and state == "invited":  # who came with the code has joined
            state = "joined"
        joined, submitted = sorted(rolls.random() for _ in range(2))
        found.append(Turn(turn, via, state, joined, submitted))
        if state != "invited":
            via = "member"
    return tuple(found)


def shares(seed: int, number: int) -> frozenset[What]:
    """What a company lets its network have once it has submitted."""
    return chosen(dict(SHARES), _evenly(seed, number)[3])


# --- dice -------------------------------------------------------------------------------------------------------------


def dice(seed: int, number: int, what: str) -> Random:
    return Random(f"{seed}/{number}/{what}")  # noqa: S311 - plausible, not secret


def _evenly(seed: int, number: int) -> tuple[float, ...]:
    """A point in the unit cube of four dimensions; the points of all numbers fill it evenly, so that shares come out as
    asked for even where companies are few (an additive recurrence on the root of x⁵ = x + 1)."""
    return tuple((start + number / ROOT**power) % 1.0 for power, start in enumerate(_start(seed), start=1))


@cache
def _start(seed: int) -> tuple[float, ...]:
    rolls = dice(seed, 0, "start")
    return tuple(rolls.random() for _ in range(4))


def chosen(shares: Mapping[Value, float], place: float) -> Value:
    """The value at `place` (0 to 1) when they lie side by side, each as wide as its share."""
    left = place * sum(shares.values())
    for value, share in shares.items():
        left -= share
        if left < 0:
            return value
    return value
