"""What the tests of asking and of being asked share: addresses, the form of the owner, the cards on a page."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from assessments import delegation
from assessments.models import Assessment
from guidance.registry import current_catalog
from organisations.models import User
from organisations.scoping import scope
from tests.builders import FIRST

ADDRESS = "tanaka@buhin.example"
IDS = list(current_catalog().questions)
ELSEWHERE = "I-COR-01"
"""A question of another section."""


def place(assessment: Assessment, rest: str = "") -> str:
    return f"/o/{assessment.organisation_id}/a/{assessment.pk}/{rest}"


def tasks(assessment: Assessment) -> str:
    return f"/o/{assessment.organisation_id}/tasks"


def ask(browser: Client, assessment: Assessment, **typed: Any) -> HttpResponse:
    return browser.post(place(assessment, "assign"), typed)


def of(user: User) -> str:
    """How the form names a colleague."""
    return f"person:{user.memberships.get().key}"


def has(assessment: Assessment, user: User) -> set[str]:
    with scope(assessment.organisation_id):
        return set(delegation.assigned_to(assessment.pk, user))


def said(browser: Client, response: HttpResponse) -> str:
    return browser.get(response.headers["Location"]).content.decode()


def cards(html: str) -> list[str]:
    return re.findall(r'<section class="question" id="([^"]+)">', html)


def htmx(client: Client, assessment: Assessment, question: str = FIRST, **typed: Any) -> HttpResponse:
    return client.post(place(assessment, f"q/{question}"), typed, headers={"HX-Request": "true"})
