"""PURE. The wording of faults in catalog files, in Japanese and English."""

from __future__ import annotations

from typing import Any

Words = tuple[str, str]


def repeated(kind: str, name: str) -> Words:
    return (
        f"id「{name}」が二度使われています。それぞれ別の id にしてください",
        f"the {kind} id {name!r} is used twice; give each its own id",
    )


def no_such(kind: str, name: str, near: list[str]) -> Words:
    labels = {
        "clause": "条項",
        "action": "施策",
        "support": "支援策",
        "question": "設問",
        "entry": "参照データ",
        "fact": "プロフィール項目",
        "axis": "軸",
        "section": "分野",
    }
    ja = f"（{near[0]} のことですか）" if near else ""
    en = f" (did you mean {near[0]}?)" if near else ""
    return (f"{labels[kind]}「{name}」はありません{ja}", f"there is no {kind} {name!r}{en}")


def circle(kind: str, names: list[str]) -> Words:
    path = " → ".join(names)
    return (f"{kind} が輪になっています: {path}", f"a circle in {kind}: {path}")


def of_shape(error: Any) -> Words:
    """Wording of one pydantic error."""
    kind, context, given = error["type"], error.get("ctx") or {}, error.get("input")
    shown = repr(given) if not isinstance(given, dict | list) else ("…" if given else "(空 / empty)")
    if kind in {"missing", "missing_argument"}:
        return ("必要な項目がありません。書き足してください", "this is required and missing; add it")
    if kind in {"unexpected_keyword_argument", "extra_forbidden"}:
        return ("知らない項目です。つづりを確かめるか、消してください", "unknown key; check the spelling or remove it")
    if kind == "literal_error":
        return (
            f"{shown} は使えません。使えるのは {context['expected']}",
            f"{shown} is not one of {context['expected']}",
        )
    if kind == "string_too_short":
        return ("文が空です。書いてください", "the text is empty; write it")
    if kind == "string_type":
        return (
            f"{shown} は文字ではありません。引用符で囲むか、文を書いてください",
            f"{shown} is not text; put it in quotes or write it",
        )
    if kind in {"too_short", "too_long"}:
        least, most = context.get("min_length"), context.get("max_length")
        need = f"{least}" if kind == "too_short" else f"{most}"
        word = ("以上", "at least") if kind == "too_short" else ("以下", "at most")
        return (
            f"{context['actual_length']} 個あります。{need} 個{word[0]}にしてください",
            f"there are {context['actual_length']}; {word[1]} {need} are needed",
        )
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = context.get("ge", context.get("le"))
        sign = ("以上", "at least") if kind == "greater_than_equal" else ("以下", "at most")
        return (f"{shown} は範囲の外です。{limit} {sign[0]}にしてください", f"{shown}: it must be {sign[1]} {limit}")
    if kind == "string_pattern_mismatch":
        return (
            f"{shown} は使えない形です（英数字と . _ - のみ、60文字まで。URL は http で始める）",
            f"{shown} has the wrong form (letters, digits, . _ - only, 60 at most; a URL starts with http)",
        )
    if kind == "int_type":
        return (f"{shown} は整数ではありません", f"{shown} is not a whole number")
    if kind == "bool_type":
        return (f"{shown} は true か false にしてください", f"{shown}: write true or false")
    if kind in {"dataclass_type", "dict_type", "tuple_type"}:
        shape = ("一覧（- で始まる行）", "a list") if kind == "tuple_type" else ("項目の組（名前: 値）", "a mapping")
        return (f"ここは{shape[0]}で書いてください", f"{shape[1]} belongs here")
    return (f"{shown}: {error['msg']}", f"{shown}: {error['msg']}")
