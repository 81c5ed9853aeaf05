"""Lines of the audit log as a company reads them: sentences, with the names of people and bodies that still exist.

Besides its own lines: who looked at figures of a network in which its results stood under its name.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
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
from organisations.consent import NAMED
from organisations.models import AuditLine, Body, Grant, Membership, Organisation, Round, User
from organisations.templatetags.seats import ROLE_NAMES, WHAT_NAMES

FIGURES = (Verb.FIGURES_READ, Verb.FIGURES_TAKEN)
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
    """The lines that the company in scope reads, the latest first: those of one topic, those in front of a number."""
    found: list[AuditLine] = []
    for lines in _lines(organisation):
        if topic is not None:
            lines = lines.filter(verb__in=[verb.value for verb in VERBS_OF[topic]])
        if before is not None:
            lines = lines.filter(number__lt=before)
        found += lines.order_by("-number")[:limit]
    return sorted(found, key=lambda line: -line.number)[:limit]


def all_lines_of(organisation: Organisation, chunk_size: int) -> Iterator[AuditLine]:
    """Every line that the company in scope reads, from the oldest, fetched as they are taken."""
    found = [lines.order_by("number").iterator(chunk_size) for lines in _lines(organisation)]
    return heapq.merge(*found, key=lambda line: line.number)


def count_lines(organisation: Organisation) -> int:
    """How many lines the company in scope reads."""
    return sum(lines.count() for lines in _lines(organisation))


def _lines(organisation: Organisation) -> tuple[QuerySet[AuditLine], QuerySet[AuditLine]]:
    """The company's own lines; and those of bodies that looked at figures with its results in them, by name. Each has
    an index of its own, so they are asked for apart."""
    seen = Grant.objects.filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=OuterRef("at")),
        body=OuterRef("body"),
        what__in=[what.value for what in NAMED],
        granted_at__lte=OuterRef("at"),
        until__gte=OuterRef("at__date"),
    )
    of_bodies = AuditLine.objects.filter(
        Exists(seen),
        organisation__isnull=True,
        body__in=Grant.objects.filter(what__in=[what.value for what in NAMED]).values("body"),
        verb__in=[verb.value for verb in FIGURES],
    )
    return AuditLine.objects.filter(organisation=organisation.pk), of_bodies


def told(organisation: Organisation, lines: Sequence[AuditLine]) -> list[Told]:
    """`lines` that the company in scope reads, in words. The number of statements does not grow with the lines."""
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
    return Told(line.at, who, body if line.verb in VERBS_OF[Topic.READS] else "", str(sentence) % words)


def _people(organisation: Organisation, lines: Iterable[AuditLine]) -> dict[str, str]:
    """Names by id. An address is shown only of the company's own people: those of others did not give it to them."""
    about_people = {Verb.ROLE_CHANGED, Verb.LEFT}
    ids = {line.actor for line in lines} | {line.target for line in lines if line.verb in about_people}
    own = Membership.objects.filter(organisation=organisation, user=OuterRef("pk"))
    found = User.objects.filter(pk__in={int(one) for one in ids if one.isdecimal()}).annotate(own=Exists(own))
    return {str(user.pk): user.name or (user.email if user.own else str(WITHOUT_A_NAME)) for user in found}


def _things(lines: Iterable[AuditLine]) -> dict[str, str]:
    ids = {found for line in lines if (found := _uuid(line.target)) is not None}
    rounds = {found for line in lines if line.verb in FIGURES and (found := _uuid(line.target)) is not None}
    names = dict(Round.objects.filter(pk__in=rounds).values_list("pk", "name")) if rounds else {}
    return {str(one): name for found in (names, *(namer(ids) for namer in _namers)) for one, name in found.items()}


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
