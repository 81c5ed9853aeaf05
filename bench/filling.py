"""Fills a migrated database: companies with an assessment and 90 of 100 answers each, and signed-in clients.

Run as a process of its own (`python -m bench.filling COMPANIES CLIENTS`); prints what `bench.client` needs as JSON.
"""

from __future__ import annotations

import json
import random
import sys
from typing import Any

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from assessments.models import Answer, Assessment  # noqa: E402
from assessments.progress import progress  # noqa: E402
from guidance.catalog import Catalog  # noqa: E402
from guidance.profile import FLAGS  # noqa: E402
from guidance.registry import current_catalog  # noqa: E402
from organisations.models import Membership, Organisation, User  # noqa: E402
from organisations.policy import Role  # noqa: E402

BATCH = 100
NOTE = "購買課の共有フォルダーに一覧があります。次の見直しは四半期の初めです。"

SIGNED_IN_BY = "allauth.account.auth_backends.AuthenticationBackend"


def fill(companies: int, clients: int) -> dict[str, Any]:
    """Fill the database and describe the first `clients` companies."""
    catalog = current_catalog()
    made: list[Assessment] = []
    dice = random.Random(2026)
    with transaction.atomic():
        password = make_password(None)
        for first in range(0, companies, BATCH):
            made += _batch(catalog, range(first, min(first + BATCH, companies)), password, dice)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute("CHECKPOINT")
    asked = len(progress(catalog, {}, made[0].organisation.profile()).asked)
    section = max(catalog.sections(), key=lambda found: len(found.questions))
    return {
        "questions": len(catalog.questions),
        "asked": asked,
        "section_questions": len(section.questions),
        "companies": companies,
        "clients": [_client(assessment, section.id) for assessment in made[:clients]],
    }


def _batch(catalog: Catalog, numbers: range, password: str, dice: random.Random) -> list[Assessment]:
    users = User.objects.bulk_create(
        User(email=f"bench{number}@example.test", name=f"担当 {number}", password=password) for number in numbers
    )
    organisations = Organisation.objects.bulk_create(
        Organisation(
            name=f"株式会社計測{number:05d}",
            industry="E",
            prefecture="13",
            employees=20 + number % 280,
            sales_band="1b-4b",
            facts={fact.key: True for fact in FLAGS},
        )
        for number in numbers
    )
    pairs = list(zip(users, organisations, strict=True))
    Membership.objects.bulk_create(Membership(user=u, organisation=o, role=Role.OWNER) for u, o in pairs)
    assessments = Assessment.unscoped.bulk_create(
        Assessment(organisation=o, catalog_ref=catalog.ref, created_by=u) for u, o in pairs
    )
    Answer.unscoped.bulk_create(answer for assessment in assessments for answer in _answers(catalog, assessment, dice))
    return assessments


def _answers(catalog: Catalog, assessment: Assessment, dice: random.Random) -> list[Answer]:
    """Nine of ten questions: one in fifteen わからない, one in five with a note."""
    rows = []
    for place, name in enumerate(catalog.questions):
        if place % 10 == 9:
            continue
        known = place % 15 != 7
        rows.append(
            Answer(
                organisation_id=assessment.organisation_id,
                assessment=assessment,
                question_id=name,
                kind=Answer.Kind.LEVEL if known else Answer.Kind.UNKNOWN,
                level=dice.randrange(5) if known else None,
                note=NOTE if place % 5 == 0 else "",
                updated_by_id=assessment.created_by_id,
            )
        )
    return rows


def signed_in(user: User) -> str:
    """The key of a session in which this person has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = SIGNED_IN_BY
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    key: str = session.session_key
    return key


def _client(assessment: Assessment, section_id: str) -> dict[str, Any]:
    """A signed-in session and the addresses that this client opens."""
    user = User.objects.get(memberships__organisation=assessment.organisation_id)
    place = [assessment.organisation_id, assessment.pk]
    rows = Answer.unscoped.filter(assessment=assessment, kind=Answer.Kind.LEVEL).order_by("pk")
    return {
        "session": signed_in(user),
        "csrf": get_random_string(32),
        "pages": {
            "healthz": "/healthz",
            "section": reverse("assessments:section", args=[*place, section_id]),
            "contents": reverse("assessments:contents", args=place),
            "result": reverse("reports:result", args=place),
        },
        "answers": [
            [reverse("assessments:answer", args=[*place, row.question_id]), row.level, row.note, row.revision]
            for row in rows
        ],
    }


if __name__ == "__main__":
    print(json.dumps(fill(int(sys.argv[1]), int(sys.argv[2]))))
