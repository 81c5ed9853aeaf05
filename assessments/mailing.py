"""Mails to colleagues: who asks, and the way there. What was answered or written stays behind the sign-in."""

from __future__ import annotations

from collections.abc import Iterable

from guidance.catalog import Question
from organisations.mailing import post, post_to_each
from organisations.models import Organisation, User


def tell_applied(organisation: Organisation, *, by: User, to: Iterable[User], link: str) -> None:
    """The answers wait for 確認 and 承認. Raises NotMailed."""
    _post("applied", to, organisation=organisation, by=by, link=link)


def tell_checked(organisation: Organisation, *, by: User, to: Iterable[User], link: str) -> None:
    """The answers wait for 承認. Raises NotMailed."""
    _post("checked", to, organisation=organisation, by=by, link=link)


def tell_sent_back(organisation: Organisation, *, by: User, to: User, link: str) -> None:
    """The answers were sent back to who applied. Raises NotMailed."""
    _post("sent_back", [to], organisation=organisation, by=by, link=link)


def tell_asked_back(organisation: Organisation, question: Question, *, by: User, to: User, link: str) -> None:
    """Somebody asks back about an answer. The question's own words are public. Raises NotMailed."""
    _post("asked_back", [to], organisation=organisation, by=by, link=link, question=question)


def tell_assigned(
    organisation: Organisation, *, by: User, to: str, count: int, link: str, days: int | None = None
) -> None:
    """Somebody is to answer `count` questions. `days`: how long the link holds, where it is an invitation's; without,
    the link leads to the person's own questions. Raises NotMailed."""
    context = {"organisation": organisation, "by": by, "count": count, "link": link, "days": days}
    post("assessments/mail/assigned", to, context)


def _post(name: str, to: Iterable[User], **context: object) -> None:
    post_to_each(f"assessments/mail/{name}", to, context)
