"""Every address × every person × GET and POST, against a table that was read by a person. A new address needs a row."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from advising import client_reports, reviews
from advising.drafts import FindingDraft
from advising.models import Review
from assessments.models import Assessment, Assignment, Evidence, Followup, Submission
from cohorts.models import Reminder, WorkshopPlan
from guidance.registry import current_catalog
from organisations import inviting, sharing
from organisations.consent import What, offered
from organisations.models import (
    Affiliation,
    Body,
    BodyMembership,
    Grant,
    Invitation,
    Membership,
    Organisation,
    User,
)
from organisations.policy import ROLES_OF, BodyKind, BodyRole, Role
from organisations.scoping import body_scope, scope
from reports import paper
from reports.models import Batch, BatchItem, BodyFile, ClientFile, ReportFile
from tests.assessments.test_company import TYPED
from tests.builders import (
    FAKE_PDF,
    FIRST,
    SECOND,
    VISIBILITY,
    full_answers,
    make_affiliation,
    make_assessment,
    make_body,
    make_body_member,
    make_grant,
    make_participant,
    make_report,
    make_round,
    make_submission,
    make_user,
)
from tests.conftest import ClientOf
from tests.reports.everything import store_copy

pytestmark = pytest.mark.django_db

# --- the people ------------------------------------------------------------------------------------------------------

COMPANY = ("anonymous", "stranger", "respondent", "viewer", "editor", "owner")
"""Nobody, the owner of another company, and the roles of the company that the addresses name."""
BODIES = ("coordinator", "assistant", "coordinator0", "ended", "supervisor", "advisor", "advisor0")
"""A network and an office that the company shares everything with; coordinator0 and advisor0: of bodies that it belongs
to and shares nothing with; ended: of a network whose consents it took back."""
PLATFORM = ("administrator", "author")
PEOPLE = (*COMPANY, *BODIES, *PLATFORM)
COMPANY_PEOPLE = {"respondent", "viewer", "editor", "owner"}
"""Those who know what the company is called; its name stands in the band at the top of their pages."""


class Row(NamedTuple):
    """Who may open an address, and what GET and POST answer to each of PEOPLE, in this order.

    `login`: led to the sign-in form. 404: does not exist for this person. 403: the role is too weak.
    """

    access: str
    get: str
    post: str
    data: dict[str, Any] = {}


def each(verdict: str) -> str:
    return " ".join([verdict] * len(PEOPLE))


def members(verdict: str) -> str:
    return f"login {' '.join([verdict] * (len(PEOPLE) - 1))}"


def company(respondent: str, viewer: str, editor: str, owner: str) -> str:
    """For an address of a company: nobody signs in, and to everybody outside the company it does not exist."""
    return f"login 404 {respondent} {viewer} {editor} {owner} {' '.join(['404'] * (len(BODIES) + len(PLATFORM)))}"


def body(
    coordinator: str, assistant: str, coordinator0: str, ended: str, supervisor: str, advisor: str, advisor0: str
) -> str:
    """For an address of a network or an office: each of its people at their own body; it does not exist for others."""
    people = f"{coordinator} {assistant} {coordinator0} {ended} {supervisor} {advisor} {advisor0}"
    return f"login 404 404 404 404 404 {people} 404 404"


def platform(administrator: str, author: str) -> str:
    """For an address of the service itself."""
    return f"login {' '.join(['404'] * (len(COMPANY) - 1 + len(BODIES)))} {administrator} {author}"


def looking(everybody: str) -> str:
    """For an address of a round that all of a network's people may open. An office has no rounds."""
    office = "405" if everybody == "405" else "404"
    return body(everybody, everybody, everybody, everybody, office, office, office)


def directing(coordinator: str) -> str:
    """For an address of a round that only who directs a network may open."""
    office = "405" if coordinator == "405" else "404"
    return body(coordinator, "403", coordinator, coordinator, office, "403", "403")


def reading(coordinator: str) -> str:
    """For an address of a round's figures: closed to an assistant."""
    office = "405" if coordinator == "405" else "404"
    return body(coordinator, "403", coordinator, coordinator, office, office, office)


def receiving(everybody: str) -> str:
    """For an address of a network or an office that is closed to an assistant."""
    return body(everybody, "403", everybody, everybody, everybody, everybody, everybody)


def at_office(supervisor: str, advisor: str, advisor0: str) -> str:
    """For an address of an office alone: to a network's people a door that their role does not open."""
    return body("403", "403", "403", "403", supervisor, advisor, advisor0)


def advising(verdict: str) -> str:
    """For an address of an office's work with a client that shares its answers."""
    return at_office(verdict, verdict, "404")


PUBLIC_PAGE = Row("public", each("200"), each("405"))
LIBRARY_PAGE = PUBLIC_PAGE._replace(access="library")
READING = Row("read", company("403", "200", "200", "200"), company("403", "405", "405", "405"))
REVIEWING = Row("review", company("403", "403", "200", "200"), company("403", "403", "405", "405"))
OWNERS_PAGE = (company("403", "403", "403", "200"), company("403", "403", "403", "405"))
OWNERS_PRESS = (company("403", "403", "403", "405"), company("403", "403", "403", "302"))
ROUND_PAGE = Row("direct", directing("200"), directing("405"))
ROUND_FORM = Row("direct", directing("200"), directing("422"))
ROUND_PRESS = Row("direct", directing("405"), directing("302"))
ROUND_LOOK = Row("members", looking("200"), looking("405"))
FIGURES = Row("shared", reading("200"), reading("405"))
REVIEWERS_PRESS = (company("403", "403", "405", "405"), company("403", "403", "302", "302"))
ADVICE = Row("shared answers, advise", advising("200"), advising("405"))
ADVICE_PRESS = Row("shared answers, advise", advising("405"), advising("302"))
TODAY = dt.date.today()
KEY = str(uuid4())
FILE = {"file": "evidence"}
"""Stands for an upload, which is made anew for each request."""

TABLE: dict[str, Row] = {
    "healthz": Row("public", each("200"), each("200")),
    "styleguide": PUBLIC_PAGE,
    "set_language": Row("django", each("302"), each("302"), {"language": "en"}),
    "guidance:library": LIBRARY_PAGE,
    "guidance:source": LIBRARY_PAGE,
    "guidance:clause": LIBRARY_PAGE,
    "guidance:questions": LIBRARY_PAGE,
    "guidance:question": LIBRARY_PAGE,
    "guidance:actions": LIBRARY_PAGE,
    "guidance:action": LIBRARY_PAGE,
    "guidance:list": LIBRARY_PAGE,
    "guidance:support": LIBRARY_PAGE,
    "guidance:measure": LIBRARY_PAGE,
    "guidance:search": LIBRARY_PAGE,
    "guidance:versions": LIBRARY_PAGE,
    "guidance:diff": LIBRARY_PAGE,
    "guidance:glossary": LIBRARY_PAGE,
    "guidance:draft": LIBRARY_PAGE,
    "guidance:draft_workbook": LIBRARY_PAGE,
    "guidance:draft_check": Row(
        "library, author", f"{members('403').removesuffix('403')}200", f"{members('403').removesuffix('403')}422"
    ),
    "organisations:invitation": Row(
        "public", f"200 {members('403').removeprefix('login ')}", f"302 {members('403').removeprefix('login ')}"
    ),
    "organisations:people": Row(
        "manage", OWNERS_PAGE[0], company("403", "403", "403", "302"), {"email": "new@x.example", "role": "viewer"}
    ),
    "organisations:member_role": Row("manage", *OWNERS_PRESS, {"role": "editor"}),
    "organisations:member_remove": Row("manage", *OWNERS_PRESS),
    "organisations:invitation_again": Row("manage", *OWNERS_PRESS),
    "organisations:invitation_revoke": Row("manage", *OWNERS_PRESS),
    "organisations:sharing": Row("share", *OWNERS_PAGE),
    "organisations:sharing_grant": Row(
        "share", *OWNERS_PRESS, {"body_id": "<body>", "what": "scores", "purpose": "x", "until": f"{TODAY:%Y-%m-%d}"}
    ),
    "organisations:sharing_revoke": Row("share", *OWNERS_PRESS),
    "organisations:sharing_leave": Row("share", *OWNERS_PRESS),
    "organisations:log": Row("audit", *OWNERS_PAGE),
    "organisations:staff": Row(
        "direct",
        body("200", "403", "200", "200", "200", "403", "403"),
        body("422", "403", "422", "422", "422", "403", "403"),
    ),
    "organisations:staff_member": Row(
        "direct",
        body("405", "403", "405", "405", "405", "403", "403"),
        body("302", "403", "302", "302", "302", "403", "403"),
        {"do": "remove"},
    ),
    "organisations:staff_invitation": Row(
        "direct",
        body("405", "403", "405", "405", "405", "403", "403"),
        body("302", "403", "302", "302", "302", "403", "403"),
        {"do": "again"},
    ),
    "organisations:invite_company": Row(
        "members",
        body("200", "200", "200", "200", "200", "200", "200"),
        body("302", "302", "302", "302", "302", "302", "302"),
        {"email": "new@x.example"},
    ),
    "organisations:company_invitation": Row(
        "members",
        body("405", "405", "405", "405", "405", "405", "405"),
        body("302", "302", "302", "302", "302", "302", "302"),
        {"do": "again"},
    ),
    "organisations:part": Row(
        "direct",
        body("405", "403", "405", "405", "405", "403", "403"),
        body("302", "403", "302", "302", "302", "403", "403"),
    ),
    "organisations:platform": Row(
        "administer",
        platform("200", "404"),
        platform("302", "404"),
        {"kind": "network", "name": "南ネット", "email": "new@x.example"},
    ),
    "organisations:authors": Row(
        "administer", platform("405", "404"), platform("302", "404"), {"email": "author@keian.example", "do": "take"}
    ),
    "organisations:platform_body": Row(
        "administer", platform("200", "404"), platform("422", "404"), {"email": "new@x.example"}
    ),
    "organisations:audit": Row("administer", platform("200", "404"), platform("200", "404")),
    "organisations:account_delete": Row("signed in", members("200"), members("302"), {"email": "x@x.example"}),
    "assessments:front": PUBLIC_PAGE,
    "assessments:home": Row("signed in", members("302"), members("405")),
    "assessments:quick": PUBLIC_PAGE,
    "assessments:quick_keep": Row("public", each("405"), each("302"), {FIRST: "3"}),
    "assessments:company_new": Row("signed in", members("200"), members("302"), TYPED),
    "assessments:company": READING,
    "assessments:company_edit": Row("manage", OWNERS_PAGE[0], company("403", "403", "403", "302"), TYPED),
    "assessments:take_kept": Row("answer", *REVIEWERS_PRESS, {"do": "take"}),
    "assessments:start": Row("answer", *REVIEWERS_PRESS),
    "assessments:contents": READING,
    "assessments:section": READING,
    "assessments:answer": Row(
        "respond",
        company("302", "403", "302", "302"),
        company("302", "403", "302", "302"),
        {"choice": "3", "revision": "1"},
    ),
    "assessments:answer_sheet": Row("answer", company("403", "403", "200", "200"), company("403", "403", "422", "422")),
    "assessments:answer_workbook": Row(
        "answer", company("403", "403", "200", "200"), company("403", "403", "405", "405")
    ),
    "assessments:answer_sheet_changes": Row(
        "answer", company("403", "403", "302", "302"), company("403", "403", "302", "302")
    ),
    "assessments:submit": Row("submit", OWNERS_PAGE[0], company("403", "403", "403", "302")),
    "assessments:reopen": Row("submit", *OWNERS_PRESS),
    "assessments:move": Row("submit", company("403", "403", "403", "302"), company("403", "403", "403", "302")),
    "assessments:carried": Row("read", company("403", "404", "404", "404"), company("403", "405", "405", "405")),
    "assessments:review": REVIEWING,
    "assessments:talk": Row(
        "respond",
        company("200", "403", "200", "200"),
        company("302", "403", "302", "302"),
        {"text": "どなたが詳しいですか"},
    ),
    "assessments:followup": Row("review", *REVIEWERS_PRESS, {"kind": "later", "words": ""}),
    "assessments:settle": Row("review", *REVIEWERS_PRESS),
    "assessments:approval": REVIEWING,
    "assessments:apply": Row("answer", *REVIEWERS_PRESS),
    "assessments:check": Row("review", *REVIEWERS_PRESS),
    "assessments:send_back": Row("review", *REVIEWERS_PRESS, {"words": "確かめてください"}),
    "assessments:withdraw": Row("answer", *REVIEWERS_PRESS),
    "assessments:assign": Row("manage", OWNERS_PAGE[0], company("403", "403", "403", "422")),
    "assessments:unassign": Row("manage", *OWNERS_PRESS, {"assignment": "<assignment>"}),
    "assessments:tasks": Row("respond", company("200", "403", "200", "200"), company("405", "403", "405", "405")),
    "assessments:tasks_section": Row(
        "respond", company("200", "403", "404", "404"), company("405", "403", "405", "405")
    ),
    "assessments:evidence_add": Row(
        "respond", company("200", "403", "200", "200"), company("302", "403", "302", "302"), FILE
    ),
    "assessments:evidence": READING,
    "assessments:answered_evidence": Row(
        "respond", company("200", "403", "200", "200"), company("405", "403", "405", "405")
    ),
    "assessments:evidence_remove": Row(
        "respond", company("405", "403", "405", "405"), company("404", "403", "302", "302")
    ),
    "cohorts:join": Row("signed in", members("200"), members("422"), {"code": "WRONG"}),
    "cohorts:rounds": ROUND_FORM,
    "cohorts:round": ROUND_LOOK,
    "cohorts:open": ROUND_PRESS,
    "cohorts:round_change": Row("direct", directing("405"), directing("422")),
    "cohorts:round_code": ROUND_PRESS,
    "cohorts:import": ROUND_FORM,
    "cohorts:import_template": ROUND_PAGE,
    "cohorts:list_remove": Row("direct", directing("405"), directing("302"), {"do": "all"}),
    "cohorts:board": ROUND_LOOK,
    "cohorts:board_xlsx": ROUND_LOOK,
    "cohorts:board_csv": ROUND_LOOK,
    "cohorts:reminders": ROUND_FORM,
    "cohorts:remind_now": Row("direct", directing("405"), directing("422")),
    "cohorts:reminder_cancel": ROUND_PRESS,
    "cohorts:notices_again": Row("direct", directing("405"), directing("422")),
    "cohorts:workshops": ROUND_FORM,
    "cohorts:workshop": Row("direct", directing("200"), directing("302"), {"act": "seat"}),
    "reports:quick_result": Row("public", each("302"), each("200"), {FIRST: "3"}),
    "reports:quick_sheet": Row("public", each("405"), each("200"), {FIRST: "3"}),
    "reports:result": READING,
    "reports:submission": READING,
    "reports:submission_data": READING,
    "reports:order": Row("read", company("403", "405", "405", "405"), company("403", "302", "302", "302")),
    "reports:status": READING,
    "reports:download": READING,
    "reports:members": Row(
        "members",
        body("200", "200", "200", "200", "302", "302", "302"),
        body("405", "405", "405", "405", "405", "405", "405"),
    ),
    "reports:member": Row(
        "member",
        body("200", "200", "200", "200", "200", "200", "200"),
        body("405", "405", "405", "405", "405", "405", "405"),
    ),
    "reports:shared_submission": Row(
        "shared scores",
        body("200", "403", "404", "404", "200", "200", "404"),
        body("405", "403", "404", "404", "405", "405", "404"),
    ),
    "reports:shared_evidence": Row(
        "shared notes",
        body("200", "403", "404", "404", "200", "200", "404"),
        body("405", "403", "404", "404", "405", "405", "404"),
    ),
    "reports:dashboard": FIGURES,
    "reports:count": ROUND_PRESS,
    "reports:figures_companies": FIGURES,
    "reports:outliers": FIGURES,
    "reports:side_by_side": FIGURES,
    "reports:chart": Row("shared", body("200", "403", "404", "404", "404", "404", "404"), reading("405")),
    "reports:cohort_order": Row("shared", reading("200"), reading("302"), {"language": "ja"}),
    "reports:handout_order": Row("direct", directing("200"), directing("302"), {"language": "ja"}),
    "reports:workshop_sheet": ROUND_PAGE,
    "reports:body_file": FIGURES,
    "reports:body_download": FIGURES,
    "reports:batches": Row("shared", receiving("200"), receiving("405")),
    "reports:batch_order": Row(
        "shared",
        receiving("200"),
        body("302", "403", "422", "422", "302", "302", "422"),
        {"languages": "ja", "key": KEY},
    ),
    "reports:batch": Row("shared", receiving("200"), receiving("405")),
    "reports:batch_cancel": Row("shared", receiving("405"), receiving("302")),
    "reports:batch_again": Row("shared", receiving("405"), receiving("302")),
    "reports:batch_zip": Row("shared", receiving("200"), receiving("405")),
    "reports:batch_file": Row("shared", body("200", "403", "410", "410", "200", "200", "410"), receiving("405")),
    "advising:portfolio": Row("advise", at_office("200", "200", "200"), at_office("405", "405", "405")),
    "advising:letterhead": Row("sign-off", at_office("200", "403", "403"), at_office("302", "403", "403")),
    "advising:review": ADVICE,
    "advising:start": ADVICE_PRESS,
    "advising:section": ADVICE,
    "advising:differences": ADVICE,
    "advising:finding": ADVICE_PRESS._replace(data={"choice": "3", "revision": "0"}),
    "advising:interview": Row(
        "shared answers, advise", advising("200"), advising("302"), {"choice": "3", "revision": "0"}
    ),
    "advising:note": ADVICE_PRESS._replace(data={"text": "控え"}),
    "advising:whole_note": ADVICE_PRESS._replace(data={"text": "控え"}),
    "advising:ask": ADVICE_PRESS._replace(data={"words": "資料はありますか"}),
    "advising:settle": ADVICE_PRESS,
    "advising:finish": ADVICE_PRESS,
    "advising:reopen": ADVICE_PRESS,
    "advising:lead": Row("shared answers, advise", advising("405"), advising("404"), {"person": "0"}),
    "advising:report": Row("shared answers, advise", advising("200"), advising("422")),
    "advising:sign": ADVICE_PRESS,
    "advising:revision": ADVICE,
    "advising:approve": Row("shared answers, sign-off", at_office("405", "403", "403"), at_office("302", "403", "403")),
    "advising:send_back": Row(
        "shared answers, sign-off", at_office("405", "403", "403"), at_office("302", "403", "403"), {"words": "直す"}
    ),
    "advising:withdraw": ADVICE_PRESS,
    "advising:advice": READING,
    "advising:reply": Row("review", *REVIEWERS_PRESS, {"reply": "あります"}),
    "advising:company_revision": READING,
    "advising:company_send_back": Row("submit", *OWNERS_PRESS, {"words": "直す"}),
    "reports:client_preview": Row("shared answers, advise", advising("200"), advising("422")),
    "reports:revision_preview": ADVICE,
    "reports:client_files": ADVICE,
    "reports:client_order": ADVICE_PRESS,
    "reports:client_file": ADVICE,
    "reports:client_data": ADVICE,
    "reports:company_preview": READING,
    "reports:acknowledge": Row("submit", *OWNERS_PRESS),
    "reports:company_client_files": READING,
    "reports:company_client_order": Row(
        "read", company("403", "405", "405", "405"), company("403", "302", "302", "302")
    ),
    "reports:company_client_file": READING,
    "reports:company_client_data": READING,
    "reports:peers": READING,
    "reports:peers_chart": Row("read", company("403", "404", "404", "404"), company("403", "405", "405", "405")),
    "reports:data": Row("export", *OWNERS_PAGE),
    "reports:data_export": Row("export", company("403", "403", "403", "405"), company("403", "403", "403", "200")),
    "reports:deletion": Row(
        "delete", OWNERS_PAGE[0], company("403", "403", "403", "302"), {"name": "株式会社みなと精密加工"}
    ),
    "reports:deletion_cancel": Row("delete", *OWNERS_PRESS),
}


# --- the addresses ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """One URL pattern. `name` is its full name, or its route where it has none."""

    name: str
    route: str
    view: Callable[..., HttpResponseBase]

    def path(self, ids: dict[str, Any]) -> str:
        path = self.route
        for key, value in ids.items():
            for kind in ("uuid", "str", "slug"):
                path = path.replace(f"<{kind}:{key}>", str(value))
        assert "<" not in path, f"tests/test_urls.py does not know how to fill {path}"
        return f"/{path}"


def walk(patterns: list[Any], route: str = "", namespace: str = "") -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{namespace}{pattern.name}" if pattern.name else here, here, pattern.callback)


ADDRESSES = list(walk(get_resolver().url_patterns))
OURS = {address.name: address for address in ADDRESSES if not address.view.__module__.startswith("allauth.")}
OF_COMPANY = {"read", "respond", "answer", "review", "submit", "manage", "share", "audit", "export", "delete"}
OF_BODY = {
    "members",
    "direct",
    "advise",
    "sign-off",
    "shared",
    "shared answers, advise",
    "shared answers, sign-off",
    "member",
    "shared scores",
    "shared answers",
    "shared notes",
    "shared registers",
}
OF_PLATFORM = {"administer", "author"}
ELSEWHERE = {"library", "library, author", "django"}
"""Not behind organisations.access: the library is open, authors check drafts in it, and Django's language switch."""


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(OURS) == set(TABLE), "decide who may open the new address, and write its row into TABLE"


def test_every_view_says_who_may_open_it() -> None:
    """Through organisations.access; the library and Django's language switch are open without it."""
    for name, address in OURS.items():
        expected = TABLE[name].access
        said = getattr(address.view, "access", None)
        if expected in ELSEWHERE:
            assert said is None
            assert address.view.__module__.startswith("guidance.") or address.view is OURS["set_language"].view
        else:
            assert said == expected, f"{name} says {said!r}"


def test_only_public_views_open_without_signing_in() -> None:
    for name, address in OURS.items():
        needs_account = getattr(address.view, "login_required", True)
        assert needs_account == (TABLE[name].access not in {"public", "library", "django"}), name


def test_an_address_is_behind_the_door_of_the_place_that_it_names() -> None:
    for name, address in OURS.items():
        access = TABLE[name].access
        assert address.route.startswith("o/<uuid:organisation_id>/") == (access in OF_COMPANY), name
        assert address.route.startswith("b/<uuid:body_id>/") == (access in OF_BODY), name
        assert address.route.startswith("platform/") == (access in OF_PLATFORM), name


def test_no_address_holds_a_number_that_can_be_guessed() -> None:
    guessable = [address.route for address in ADDRESSES if "<int:" in address.route]
    # allauth names a passkey by its number; its views look only among the person's own.
    assert set(guessable) <= {
        "account/2fa/webauthn/keys/<int:pk>/remove/",
        "account/2fa/webauthn/keys/<int:pk>/edit/",
    }


# --- the world -------------------------------------------------------------------------------------------------------


@dataclass
class World:
    """One row of everything that an address can name, and everybody who may try."""

    ids: dict[str, Any]
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the addresses of somebody's own body name."""
    users: dict[str, User | None] = field(default_factory=dict)

    def path(self, name: str, person: str) -> str:
        at = self.bodies.get(person, self.bodies["coordinator"]) if TABLE[name].access in OF_BODY | OF_PLATFORM else {}
        ids = {**self.ids, **at}
        return OURS[name].path({**ids, **{key: ids[other] for key, other in INSTEAD.get(name, {}).items()}})


OF_ANOTHER_QUESTION = {"question_id": "second_question_id"}
"""On which nobody of the office has recorded anything, and nothing was asked."""
IN_JAPANESE = {"form": "tongue"}
INSTEAD = {
    "advising:finding": OF_ANOTHER_QUESTION,
    "advising:interview": OF_ANOTHER_QUESTION,
    "advising:ask": OF_ANOTHER_QUESTION,
    "advising:approve": {"revision_id": "signed_revision_id"},
    "advising:send_back": {"revision_id": "signed_revision_id"},
    "advising:withdraw": {"revision_id": "signed_revision_id"},
    "reports:client_preview": IN_JAPANESE,
    "reports:revision_preview": IN_JAPANESE,
    "reports:company_preview": IN_JAPANESE,
    "reports:client_data": IN_JAPANESE,
    "reports:company_client_data": IN_JAPANESE,
    "assessments:evidence": {"evidence_id": "open_evidence_id"},
    "assessments:answered_evidence": {"evidence_id": "open_evidence_id"},
    "assessments:evidence_remove": {"evidence_id": "open_evidence_id"},
    "organisations:staff_invitation": {"invitation_id": "staff_invitation_id"},
}
"""Addresses whose id is not the first one of that name."""


def put_file(assessment: Assessment, organisation: Organisation) -> Evidence:
    stored = default_storage.save(f"evidence/{organisation.pk}/{uuid4()}", ContentFile(FAKE_PDF))
    return Evidence.unscoped.create(
        organisation=organisation, assessment=assessment, question_id=FIRST, file=stored, name="手順書.pdf",
        kind="application/pdf", size=len(FAKE_PDF), sha256="0" * 64,
    )  # fmt: skip


def make_rows(organisation: Organisation, respondent: User | None = None) -> dict[str, Any]:
    """One row of everything in a company, by the names that addresses use."""
    assessment = make_assessment(organisation, answers=full_answers())
    shared = put_file(assessment, organisation)
    submission = make_submission(organisation, assessment=assessment)
    opened = make_assessment(organisation, answers=full_answers())
    report = make_report(submission)
    report.file.save(f"reports/{report.pk}/x.pdf", ContentFile(FAKE_PDF), save=False)
    ReportFile.unscoped.filter(pk=report.pk).update(status="done", file=report.file.name)
    asked = Assignment.unscoped.create(
        organisation=organisation, assessment=opened, question_id=FIRST, assignee=respondent or make_user()
    )
    followup = opened_followup(opened)
    invitation = Invitation.unscoped.create(
        organisation=organisation, email="invited@x.example", role="viewer", expires_at=timezone.now() + dt.timedelta(1)
    )
    member = Membership.objects.create(user=make_user(), organisation=organisation, role=Role.VIEWER)
    return {
        "organisation_id": organisation.pk,
        "assessment_id": opened.pk,
        "submission_id": submission.pk,
        "report_id": report.pk,
        "evidence_id": shared.pk,
        "open_evidence_id": put_file(opened, organisation).pk,
        "assignment": asked.pk,
        "followup_id": followup.pk,
        "invitation_id": invitation.pk,
        "key": member.key,
    }


def opened_followup(assessment: Assessment) -> Followup:
    return Followup.unscoped.create(
        organisation_id=assessment.organisation_id, assessment=assessment, question_id=SECOND, kind="later"
    )


def make_body_rows(body: Body, organisation: Organisation) -> dict[str, Any]:
    """What the addresses of a body name: a colleague, an invitation, the affiliation and a consent."""
    colleague = make_body_member(body, ROLES_OF[BodyKind(body.kind)][1])
    of_company, of_staff = (
        Invitation.unscoped.create(
            body=body, email="invited@x.example", role=role, expires_at=timezone.now() + dt.timedelta(1)
        )
        for role in ("", ROLES_OF[BodyKind(body.kind)][1])
    )
    affiliation = Affiliation.unscoped.filter(body=body, organisation=organisation).first()
    return {
        **make_round_rows(body, organisation),
        **make_batch_rows(body, organisation),
        "body_id": body.pk,
        "key": BodyMembership.objects.get(user=colleague).key,
        "invitation_id": of_company.pk,
        "staff_invitation_id": of_staff.pk,
        "affiliation_id": affiliation.pk if affiliation else uuid4(),
    }


def make_round_rows(body: Body, organisation: Organisation) -> dict[str, Any]:
    """What the addresses of a round name; an office has none, and so ids of nothing."""
    if not body.is_network:
        return {name: uuid4() for name in ("round_id", "plan_id", "reminder_id", "file_id")}
    within = make_round(body)
    make_participant(within, organisation)
    plan = WorkshopPlan.objects.create(body=body, round=within, title="秋の勉強会", topics=["A.sourcing"])
    stored = default_storage.save(f"reports/{uuid4()}/x.pdf", ContentFile(FAKE_PDF))
    file = BodyFile.objects.create(
        body=body, round=within, kind=BodyFile.Kind.COHORT_REPORT, language="ja", template_version="1", status="done",
        file=stored, size=len(FAKE_PDF),
    )  # fmt: skip
    reminder = Reminder.objects.create(body=body, round=within, on=TODAY + dt.timedelta(days=5))
    return {"round_id": within.pk, "plan_id": plan.pk, "reminder_id": reminder.pk, "file_id": file.pk}


def make_batch_rows(body: Body, organisation: Organisation) -> dict[str, Any]:
    """An order of many reports with one row that is done."""
    submission = Submission.unscoped.filter(organisation=organisation)[0]
    batch = Batch.objects.create(body=body, languages="ja", begun_at=timezone.now(), mail_language="ja", status="done")
    item = BatchItem.objects.create(batch=batch, file=store_copy(submission, body), position=1, state="done")
    return {"batch_id": batch.pk, "item_id": item.pk}


def make_advice(
    organisation: Organisation, office: Body, submission_id: UUID, *, advisor: User, supervisor: User, owner: User
) -> dict[str, Any]:
    """An office's review with an enquiry, a released revision with its paper, and one that waits for a signature."""
    shared = frozenset(What)
    draft = FindingDraft(kind="level", level=2, comment="台帳を見た")
    with scope(organisation.pk), body_scope(office.pk):
        review = reviews.open_review(office, organisation, submission_id, by=advisor)
        reviews.save_finding(review.pk, FIRST, draft, revision=0, by=advisor)
        enquiry = reviews.ask(organisation, review.pk, FIRST, "資料はありますか", by=advisor, link="x")
        reviews.finish(review.pk, by=advisor)
        report = client_reports.report_of(review)
        little = {"sections": ["summary"]}  # the pages of the whole have tests of their own
        report = client_reports.save_choices(report.pk, little, revision=report.revision, by=advisor)
        released = client_reports.sign(report.pk, shared=shared, by=advisor, link="x")
        client_reports.approve(released.pk, released.digest, by=supervisor, link="x")
        client_reports.acknowledge(released.pk, released.digest, by=owner)
        other = {"text_ja": "書き直した"}
        report = client_reports.save_choices(report.pk, other, revision=report.revision, by=advisor)
        signed = client_reports.sign(report.pk, shared=shared, by=advisor, link="x")
        Review.objects.filter(pk=review.pk).update(status="open", finished_at=None)
    stored = default_storage.save(f"reports/{uuid4()}/x.pdf", ContentFile(FAKE_PDF))
    file = ClientFile.unscoped.create(
        organisation=organisation, body=office, revision=released, language="ja", template_version="1", status="done",
        file=stored, size=len(FAKE_PDF), sha256="0" * 64,
    )  # fmt: skip
    return {
        "enquiry_id": enquiry.pk,
        "revision_id": released.pk,
        "signed_revision_id": signed.pk,
        "file_id": file.pk,
    }


@pytest.fixture
def world(
    company: Organisation, network: Body, office: Body, media: Path, bells: list[Any], monkeypatch: pytest.MonkeyPatch,
    stranger: User, respondent: User, viewer: User, editor: User, owner: User, coordinator: User, assistant: User,
    supervisor: User, advisor: User, administrator: User, author: User,
) -> World:  # fmt: skip
    monkeypatch.setattr(paper, "quick_sheet", lambda context: FAKE_PDF)
    silent, parted, silent_office = (
        make_body(kind, name=name)
        for kind, name in (("network", "北ネット"), ("network", "西ネット"), ("office", "北窓口"))
    )
    ids = make_rows(company, respondent)
    for body in (network, office):
        make_grant(company, body, *offered(network=body.is_network))
    for body in (silent, silent_office):
        make_affiliation(company, body)
    with scope(company.pk):
        sharing.revoke(company, make_grant(company, parted, What.SCORES)[0].pk, by=owner)
    grant = Grant.unscoped.filter(body=network, what=What.SCORES)[0]
    affiliation = Affiliation.unscoped.get(body=network)
    invitation = Invitation.unscoped.get(pk=ids["invitation_id"])
    everybody = {
        "anonymous": None, "stranger": stranger, "respondent": respondent, "viewer": viewer, "editor": editor,
        "owner": owner, "coordinator": coordinator, "assistant": assistant, "coordinator0": make_body_member(silent),
        "ended": make_body_member(parted), "supervisor": supervisor, "advisor": advisor,
        "advisor0": make_body_member(silent_office, BodyRole.ADVISOR), "administrator": administrator, "author": author,
    }  # fmt: skip
    of_network, of_office = make_body_rows(network, company), make_body_rows(office, company)
    advice = make_advice(company, office, ids["submission_id"], advisor=advisor, supervisor=supervisor, owner=owner)
    of_office |= advice
    return World(
        ids={
            **ids,
            "grant_id": grant.pk,
            "affiliation_id": affiliation.pk,
            "token": inviting.token_of(invitation),
            "section_id": VISIBILITY,
            "question_id": FIRST,
            "source_id": "management-guideline",
            "old": current_catalog().ref,
            "new": current_catalog().ref,
            "clause_id": "MG-A3.1",
            "action_id": current_catalog().actions[0].id,
            "list_id": "materials",
            "measure_id": "SUP-01",
            "ref": current_catalog().ref,
            "ending": "csv",
            "round_id": of_network["round_id"],
            "chart": "group-sections",
            "form": "xlsx",
            "tongue": "ja",
            "kind": "json",
            "second_question_id": SECOND,
            "enquiry_id": advice["enquiry_id"],
            "revision_id": advice["revision_id"],
            "signed_revision_id": advice["signed_revision_id"],
            "file_id": advice["file_id"],
        },
        bodies={
            "coordinator": of_network,
            "assistant": of_network,
            "coordinator0": make_body_rows(silent, company),
            "ended": make_body_rows(parted, company),
            "supervisor": of_office,
            "advisor": of_office,
            "advisor0": make_body_rows(silent_office, company),
        },
        users=everybody,
    )


@pytest.fixture
def cast(world: World, client_of: ClientOf) -> dict[str, Client]:
    return {person: client_of(user) for person, user in world.users.items()}


def verdict(response: HttpResponseBase) -> str:
    if response.status_code == 302 and response.headers["Location"].startswith("/account/login/?"):
        return "login"
    if response.status_code == 302 and response.headers["Location"].startswith("/account/2fa/"):
        return "factor"
    return str(response.status_code)


def sent(row: Row, world: World) -> dict[str, Any]:
    """The form of a row, with a file of its own and the ids of this world where it names them."""
    known = {"<body>": world.bodies["coordinator"]["body_id"], "<assignment>": world.ids["assignment"]}
    typed = {name: known.get(value, value) if isinstance(value, str) else value for name, value in row.data.items()}
    if "file" in typed:
        typed["file"] = SimpleUploadedFile("memo.txt", "手順の控え\n".encode(), content_type="text/plain")
    return typed


class Undone(Exception):
    """Takes back what a request did, so that each person finds the same world."""


class Answer(NamedTuple):
    """What came back, and whether a row of ours was written."""

    verdict: str
    changed: bool
    shown: str


WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(?:organisations|assessments|cohorts|advising|reports)_')


class Writes:
    """Notes every statement that writes one of our tables, whether it finds a row or not."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if WRITES.match(sql):
            self.seen.append(sql)
        return execute(sql, *rest)


def ask(browser: Client, method: str, path: str, data: dict[str, Any], **headers: str) -> Answer:
    """One request; then everything is as before: the next person finds the same world."""
    found, shown, writes = "", "", Writes()
    cache.clear()
    browser.cookies.pop("messages", None)  # a message to somebody stands in a cookie, which no transaction takes back
    try:
        with transaction.atomic(), connection.execute_wrapper(writes):
            send = browser.get if method == "GET" else browser.post
            response = send(path, data, headers=headers)
            found = verdict(response)
            if response.streaming:
                shown = b"".join(response.streaming_content).decode(errors="replace")  # type: ignore[attr-defined]
            else:
                shown = response.content.decode(errors="replace")
            raise Undone
    except Undone:
        pass
    return Answer(found, bool(writes.seen), shown)


def test_a_write_is_noticed_and_a_read_is_not(world: World) -> None:
    """The net that the tests below rest on."""
    for work, expected in (
        (lambda: Assessment.unscoped.count(), 0),
        (lambda: Assessment.unscoped.update(status="open"), 1),
        (lambda: make_user("one@more.example"), 1),
        (lambda: Grant.unscoped.filter(pk=world.ids["grant_id"]).delete(), 1),
    ):
        writes = Writes()
        with suppress(IntegrityError), transaction.atomic(), connection.execute_wrapper(writes):
            work()
        assert len(writes.seen) == expected


# --- the table -------------------------------------------------------------------------------------------------------

FIGURES_READ = {
    "dashboard",
    "figures_companies",
    "outliers",
    "side_by_side",
    "chart",
    "workshop_sheet",
    "body_download",
    "batch_zip",
    "batch_file",
}
RECORDED = {
    "reports:shared_submission",
    "reports:shared_evidence",
    "reports:download",
    "reports:submission_data",
    "assessments:answer_workbook",
    "cohorts:workshops",
    "cohorts:workshop",
    "reports:company_client_file",
    "reports:company_client_data",
    *(name for name, row in TABLE.items() if row.access.startswith("shared answers")),
    *(f"reports:{name}" for name in FIGURES_READ),
}
"""A read by another body, and a file that is taken away, leave a line in the audit log; no other GET writes."""


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_person_is_answered_as_the_table_says(method: str, world: World, cast: dict[str, Client]) -> None:
    """All faults at once. Who is refused, and who only looks, changes nothing, and what is not found names nothing."""
    wrong: list[str] = []
    company = Organisation.objects.get(pk=world.ids["organisation_id"]).name
    for name, row in TABLE.items():
        expected = dict(zip(PEOPLE, (row.get if method == "GET" else row.post).split(), strict=True))
        for person in PEOPLE:
            data = sent(row, world) if method == "POST" else {}
            answer = ask(cast[person], method, world.path(name, person), data)
            if answer.verdict != expected[person]:
                wrong.append(f"{method} {name} by {person}: {answer.verdict}, not {expected[person]}")
            looks = method == "GET" and name not in RECORDED
            if answer.changed and (looks or answer.verdict[0] in "4fl"):
                wrong.append(f"{method} {name} by {person}: changed something ({answer.verdict})")
            if answer.verdict == "404" and person not in COMPANY_PEOPLE and company in answer.shown:
                wrong.append(f"{method} {name} by {person}: names the company")
    assert not wrong, "\n".join(wrong)


OUTSIDERS = ("anonymous", "stranger", "respondent", "viewer", "assistant", "coordinator0", "ended", "advisor0")
"""One person for each reason to be refused."""


def test_a_fragment_opens_for_nobody_to_whom_the_page_is_closed(world: World, cast: dict[str, Client]) -> None:
    closed = {"login", "404", "403"}
    for name, row in TABLE.items():
        if row.access in ELSEWHERE:
            continue
        expected = dict(zip(PEOPLE, row.get.split(), strict=True))
        for person in (person for person in OUTSIDERS if expected[person] in closed):
            path = world.path(name, person)
            answer = ask(cast[person], "GET", path, {}, **{"HX-Request": "true"})
            assert (answer.verdict, answer.changed) == (expected[person], False), f"{name} by {person}"


@pytest.mark.parametrize("person", [*BODIES, *PLATFORM])
def test_a_role_beyond_ones_own_company_is_closed_until_a_second_factor_is_set_up(
    person: str, world: World, client_of: ClientOf
) -> None:
    user = world.users[person]
    assert user is not None
    Authenticator.objects.filter(user=user).delete()
    browser = client_of(user)
    for name, row in TABLE.items():
        if row.access not in OF_BODY | OF_PLATFORM:
            continue
        for method, expected in (("GET", row.get), ("POST", row.post)):
            open_with_it = dict(zip(PEOPLE, expected.split(), strict=True))[person] not in {"404", "403"}
            data = sent(row, world) if method == "POST" else {}
            found, changed, _ = ask(browser, method, world.path(name, person), data)
            assert not changed, f"{method} {name}"
            assert found in ({"factor"} if open_with_it else {"factor", "404", "403"}), f"{method} {name}: {found}"


SHARED = [name for name, row in TABLE.items() if row.access.startswith("shared ")]


@pytest.mark.parametrize("how", ["revoked", "term over", "parted"])
@pytest.mark.parametrize("person", ["coordinator", "supervisor", "advisor"])
def test_a_consent_that_ends_closes_what_it_opened_at_once(
    how: str, person: str, world: World, cast: dict[str, Client], owner: User
) -> None:
    company = Organisation.objects.get(pk=world.ids["organisation_id"])
    body = world.bodies[person]["body_id"]
    opened = [name for name in SHARED if dict(zip(PEOPLE, TABLE[name].get.split(), strict=True))[person] == "200"]
    assert opened
    for name in opened:
        assert ask(cast[person], "GET", world.path(name, person), {}).verdict == "200", name
    if how == "revoked":
        with scope(company.pk):
            sharing.revoke(company, Grant.unscoped.get(body=body, what="scores", revoked_at=None).pk, by=owner)
    elif how == "term over":
        Grant.unscoped.filter(body=body).update(until=timezone.localdate() - dt.timedelta(1))
    else:
        with scope(company.pk):
            sharing.end_affiliation(Affiliation.objects.get(body_id=body), by=owner)
    for name in opened:
        assert ask(cast[person], "GET", world.path(name, person), {})[:2] == ("404", False), name


# --- other people's ids ----------------------------------------------------------------------------------------------

WITH_IDS = [name for name, address in OURS.items() if address.route.count("<uuid:") >= 2]


@pytest.mark.parametrize("nothing", [False, True], ids=["of another company", "of nothing"])
def test_what_belongs_elsewhere_or_does_not_exist_is_not_found_under_ones_own(
    nothing: bool, world: World, elsewhere: Organisation, cast: dict[str, Client]
) -> None:
    """The ids of another company (or of nothing) under the address of one's own, for whoever may do most there."""
    theirs = make_rows(elsewhere)
    other_body = make_body("network", name="遠くのネット")
    make_grant(elsewhere, other_body, *What)
    theirs |= {
        "open_evidence_id": theirs["open_evidence_id"],
        "grant_id": Grant.unscoped.filter(body=other_body)[0].pk,
        "affiliation_id": Affiliation.unscoped.get(body=other_body).pk,
    }
    of_body = make_body_rows(other_body, elsewhere)
    other_office = make_body("office", name="遠くの窓口")
    staff = {role: make_body_member(other_office, role) for role in ("advisor", "supervisor")}
    theirs |= make_advice(
        elsewhere, other_office, theirs["submission_id"], advisor=staff["advisor"], supervisor=staff["supervisor"],
        owner=staff["advisor"],
    )  # fmt: skip
    wrong: list[str] = []
    for name in WITH_IDS:
        row = TABLE[name]
        of_office = row.access.endswith(("advise", "sign-off"))
        person = "supervisor" if of_office else "coordinator" if row.access in OF_BODY else "owner"
        own = {"body_id": world.bodies["supervisor" if of_office else "coordinator"]["body_id"]}
        rows = {} if of_office else of_body if row.access in OF_BODY else {"round_id": of_body["round_id"]}
        foreign = {**theirs, **rows}
        ids: dict[str, Any] = {**world.ids, **foreign, **own}
        if row.access in OF_COMPANY:
            ids["organisation_id"] = world.ids["organisation_id"]
        if nothing:
            kept = {"organisation_id": world.ids["organisation_id"], **own} if row.access in OF_COMPANY else own
            ids = {key: uuid4() if isinstance(value, UUID) else value for key, value in ids.items()} | kept
        path = OURS[name].path(ids)
        for method, expected in (("GET", row.get), ("POST", row.post)):
            answer = dict(zip(PEOPLE, expected.split(), strict=True))[person]
            data = sent(row, world) if method == "POST" else {}
            found, changed, shown = ask(cast[person], method, path, data)
            # A method that a page does not take may be refused before or after the ids are looked up.
            if found not in {"404", answer if answer == "405" else "404"} or changed or elsewhere.name in shown:
                wrong.append(f"{method} {name}: {found}{' changed' if changed else ''}")
    assert not wrong, "\n".join(wrong)


def test_a_company_of_others_and_one_that_does_not_exist_look_the_same(
    world: World, elsewhere: Organisation, cast: dict[str, Client]
) -> None:
    for person, address in (
        ("owner", "/o/{}/"),
        ("coordinator", f"/b/{world.bodies['coordinator']['body_id']}/c/{{}}/"),
    ):
        pages = []
        for organisation_id in (elsewhere.pk, uuid4()):
            response = cast[person].get(address.format(organisation_id))
            assert response.status_code == 404
            pages.append(response.content.decode().replace(str(organisation_id), "X"))
        assert without_token(pages[0]) == without_token(pages[1])


def without_token(html: str) -> list[str]:
    return [line for line in html.splitlines() if "csrf" not in line.lower()]


def test_a_form_from_another_site_is_refused(world: World) -> None:
    for name, row in TABLE.items():
        posts = dict(zip(PEOPLE, row.post.split(), strict=True))
        person = next((person for person in reversed(PEOPLE) if posts[person] in {"200", "302", "422"}), None)
        if person is None or name == "healthz":
            continue
        browser = Client(enforce_csrf_checks=True)
        if (user := world.users[person]) is not None:
            browser.force_login(user)
        found, changed, _ = ask(browser, "POST", world.path(name, person), sent(row, world))
        assert (found, changed) == ("403", False), f"{name} by {person}"


def test_who_is_refused_is_told_in_words(world: World, cast: dict[str, Client]) -> None:
    weak = cast["viewer"].get(f"/o/{world.ids['organisation_id']}/company")
    assert "あなたの役割では" in weak.content.decode()
    foreign = cast["stranger"].get(f"/o/{world.ids['organisation_id']}/")
    assert "ページが見つかりません" in foreign.content.decode()
