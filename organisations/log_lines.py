"""Lines of the audit log as a company reads them: sentences, with the names of people and bodies that still exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from organisations.audit import Verb
from organisations.audit_words import (
    BODY_GONE,
    LEFT_BY_ONESELF,
    NOBODY,
    SENTENCES,
    SOMEBODY_GONE,
    SOMETHING_ELSE,
    VERBS_OF,
    WITHOUT_A_NAME,
    Topic,
)
from organisations.models import AuditLine, Body, Membership, Organisation, User
from organisations.templatetags.seats import ROLE_NAMES, WHAT_NAMES

Namer = Callable[[Collection[UUID]], Mapping[UUID, str]]
"""Ids of things in the scope of a company -> what those that still exist are called. A fixed number of statements."""
_namers: list[Namer] = []


def names_targets(namer: Namer) -> None:
    """An app to the right says what its things are called, when it is ready."""
    _namers.append(namer)


@dataclass(frozen=True, slots=True)
class Told:
    """One line in words."""

    at: dt.datetime
    who: str
    body: str
    """Where somebody from outside acted: the name of the network or office; otherwise empty."""
    text: str


def lines_of(
    organisation: Organisation, *, topic: Topic | None = None, before: int | None = None, limit: int
) -> list[AuditLine]:
    """The company's own lines, the latest first: those of one topic, those in front of a number."""
    found = AuditLine.objects.filter(organisation=organisation.pk).order_by("-number")
    if topic is not None:
        found = found.filter(verb__in=[verb.value for verb in VERBS_OF[topic]])
    if before is not None:
        found = found.filter(number__lt=before)
    return list(found[:limit])


def told(organisation: Organisation, lines: Sequence[AuditLine]) -> list[Told]:
    """`lines` of the company in scope, in words. The number of statements does not grow with the lines."""
    people = _people(organisation, lines)
    bodies = {body.pk: body.name for body in Body.objects.filter(pk__in={line.body for line in lines if line.body})}
    things = _things(lines)
    return [_told(line, people, bodies, things) for line in lines]


def _told(line: AuditLine, people: Mapping[str, str], bodies: Mapping[UUID, str], things: Mapping[str, str]) -> Told:
    body = bodies.get(line.body, str(BODY_GONE)) if line.body else ""
    thing = things.get(line.target, "")
    detail = line.detail
    words = {
        "body": body,
        "what": _kinds(detail.get("what", "")),
        "until": str(detail.get("until", "")).replace("-", "/"),
        "role": _role(detail.get("role")),
        "before": _role(detail.get("before")),
        "after": _role(detail.get("after")),
        "target": people.get(line.target, str(SOMEBODY_GONE)),
        "about": _("（%(thing)s）") % {"thing": thing} if thing else "",
    }
    sentence = SENTENCES.get(line.verb, SOMETHING_ELSE)  # type: ignore[call-overload]
    if line.verb == Verb.LEFT and line.target == line.actor:
        sentence = LEFT_BY_ONESELF
    who = people.get(line.actor, str(SOMEBODY_GONE)) if line.actor else str(NOBODY)
    return Told(line.at, who, body if line.verb == Verb.READ else "", str(sentence) % words)


def _people(organisation: Organisation, lines: Iterable[AuditLine]) -> dict[str, str]:
    """Names by id. An address is shown only of the company's own people: those of others did not give it to them."""
    about_people = {Verb.ROLE_CHANGED, Verb.LEFT}
    ids = {line.actor for line in lines} | {line.target for line in lines if line.verb in about_people}
    own = Membership.objects.filter(organisation=organisation, user=OuterRef("pk"))
    found = User.objects.filter(pk__in={int(one) for one in ids if one.isdecimal()}).annotate(own=Exists(own))
    return {str(user.pk): user.name or (user.email if user.own else str(WITHOUT_A_NAME)) for user in found}


def _things(lines: Iterable[AuditLine]) -> dict[str, str]:
    ids = {found for line in lines if (found := _uuid(line.target)) is not None}
    return {str(one): name for namer in _namers for one, name in namer(ids).items()}


def _uuid(target: str) -> UUID | None:
    try:
        return UUID(target)
    except ValueError:
        return None


def _kinds(what: str | Iterable[str]) -> str:
    kinds = [what] if isinstance(what, str) else what
    return _("・").join(str(WHAT_NAMES.get(kind, kind)) for kind in kinds)  # type: ignore[call-overload]


def _role(role: object) -> str:
    return str(ROLE_NAMES.get(role, role or ""))  # type: ignore[call-overload]
