"""What the pages of advisors and their clients say in small words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from advising.findings import Quality
from advising.forms import FORM_NAMES, QUALITY_NAMES, SECTION_NAMES
from advising.signing import State, Step
from advising.stages import Stage
from advising.words import NEXT_STEPS, STAGE_NAMES, STATE_NAMES, STEP_NAMES
from assessments.scoring.answers import Answer
from guidance.catalog import Question
from guidance.templatetags.words import say

register = template.Library()


@register.filter
def stage_name(stage: Stage) -> str:
    return str(STAGE_NAMES[stage])


@register.filter
def next_step(stage: Stage) -> str:
    """What the office does next with a client at this stage."""
    return str(NEXT_STEPS[stage])


@register.filter
def state_name(state: str) -> str:
    """Where a revision stands."""
    return str(STATE_NAMES[State(state)])


@register.filter
def step_name(step: str) -> str:
    """Who signs at this step."""
    return str(STEP_NAMES[Step(step)])


@register.filter
def quality_name(quality: str) -> str:
    return str(QUALITY_NAMES[Quality(quality)])


@register.filter
def section_name(section: str) -> str:
    return str(SECTION_NAMES[section])


@register.filter
def form_name(form: str) -> str:
    return str(FORM_NAMES[form])


@register.filter
def answer_name(answer: Answer | None) -> str:
    """「段階3」「わからない」「該当なし」「未回答」."""
    if answer is None:
        return _("未回答")
    match answer.kind:
        case "level":
            return _("段階%(level)s") % {"level": answer.level}
        case "unknown":
            return _("わからない")
        case _:
            return _("該当なし")


@register.filter
def answer_words(answer: Answer | None, question: Question) -> str:
    """The words of a chosen level; nothing for any other answer."""
    return "" if answer is None or answer.level is None else say(question.levels[answer.level])


@register.filter
def steps(number: int | None) -> str:
    """A difference of levels with its sign: +1, −2."""
    return "" if number is None else f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "±0"


@register.filter
def moment(stored: str) -> dt.datetime:
    """The local time of a stored moment (ISO 8601)."""
    return timezone.localtime(dt.datetime.fromisoformat(stored))


@register.filter
def entry(found: Mapping[str, Any], key: str) -> Any:
    """What stands under a key; None where nothing does."""
    return found.get(key)
