"""The network of the benchmark, in processes of their own on a migrated database; each prints JSON.

`python -m bench.cohort_filling fill N`      N companies that submitted in one round, and a coordinator who signed in
`python -m bench.cohort_filling earlier`     the same companies in a round before, and both rounds counted
`python -m bench.cohort_filling grow TIMES`  so many times as many companies, by copying rows, and both counted again
`python -m bench.cohort_filling open N`      seconds to open a round of another network for N companies on its list
`python -m bench.cohort_filling cost`        the statements of the coordinator's pages, when they are warm
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from assessments.models import Assessment, Outline, Submission  # noqa: E402
from bench.filling import signed_in  # noqa: E402
from cohorts import opening  # noqa: E402
from cohorts.counting import count_companies  # noqa: E402
from cohorts.models import Block, Participant  # noqa: E402
from cohorts.plausible import EVERYBODY, company  # noqa: E402
from cohorts.seeding import seed_into  # noqa: E402
from guidance.registry import current_catalog  # noqa: E402
from organisations.bodies import found_body, make_round  # noqa: E402
from organisations.models import Affiliation, Body, BodyMembership, Grant, Organisation, Round, User  # noqa: E402
from organisations.policy import BodyKind, BodyRole  # noqa: E402
from organisations.scoping import body_scope  # noqa: E402

SEED = 5
NETWORK, OTHER = "計測のネットワーク（見本）", "計測の別のネットワーク（見本）"
COORDINATOR = "coordinator@bench.example"
APART = timedelta(days=210)
Copied = type[models.Model]
EARLIER: tuple[Copied, ...] = (Assessment, Submission, Outline)
EVERYTHING: tuple[Copied, ...] = (Organisation, Affiliation, Participant, *EARLIER, Grant)
# Digits of an id that a seeded one never has: its version is 5, its variant 8 to b.
VERSION, VARIANT = (13, "06789abcdef"), (17, "0")


def fill(companies: int) -> dict[str, Any]:
    body = found_body(kind=BodyKind.NETWORK, name=NETWORK, by=None)
    user = User.objects.create_user(COORDINATOR, None, name="計測 結")
    BodyMembership.objects.create(user=user, body=body, role=BodyRole.COORDINATOR)
    TOTP.activate(user, generate_totp_secret())
    began = time.perf_counter()
    done = seed_into(body, companies, SEED, 1, current_catalog().ref, habits=EVERYBODY)
    seconds = time.perf_counter() - began
    settle()
    return {
        "seeding": seconds,
        "submissions": Submission.unscoped.count(),
        "session": signed_in(user),
        "csrf": get_random_string(32),
        "pages": pages(body, done.rounds[-1]),
    }


def pages(body: Body, within: Round) -> dict[str, str]:
    dashboard = reverse("reports:dashboard", args=[body.pk, within.pk])
    board = reverse("cohorts:board", args=[body.pk, within.pk])
    return {
        "dashboard": dashboard,
        "dashboard_filter": f"{dashboard}?industry=E",
        "board": board,
        "board_page": f"{board}?page=31",
        "board_filter": f"{board}?industry=E&prefecture=13&state=submitted&shared=yes",
        "board_search": f"{board}?q=%E7%B2%BE%E6%A9%9F",
    }


# --- more of it -------------------------------------------------------------------------------------------------------


def earlier() -> dict[str, Any]:
    """Every company answered the same in a round before."""
    within = Round.objects.get(body__name=NETWORK)
    before = Round.objects.create(
        body=within.body,
        name="前回（見本）",
        catalog_ref=within.catalog_ref,
        opens_on=within.opens_on - APART,
        closes_on=within.opens_on - timedelta(days=80),
        opening_at=timezone.now(),
        opened_at=timezone.now(),
    )
    at = within.opened_at - timedelta(days=100)
    with transaction.atomic(), connection.cursor() as cursor:
        for model in EARLIER:
            copy(cursor, model, EARLIER, *VARIANT, {"created_at": at, "started_at": at, "submitted_at": at})
    return {"counting": counted([before, within])}


def grow(times: int) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        place, digits = VERSION
        for digit in digits[: times - 1]:
            for model in EVERYTHING:
                copy(
                    cursor,
                    model,
                    EVERYTHING,
                    place,
                    digit,
                    {"corporate_number": "", "email": "", "invitation_id": None},
                )
    rounds = list(Round.objects.filter(body__name=NETWORK).order_by("opens_on"))
    return {"companies": Participant.unscoped.filter(round=rounds[-1]).count(), "counting": counted(rounds)}


def copy(
    cursor: Any, model: Copied, also: tuple[Copied, ...], place: int, digit: str, fixed: dict[str, object]
) -> None:
    """Every seeded row of `model` once more, with the digit at `place` of its id, and of ids of rows that are copied
    `also`, changed to `digit`; columns that are `fixed` have that value."""
    quote = connection.ops.quote_name
    into, values, given = [], [], []
    for one in model._meta.concrete_fields:
        name = quote(one.column)
        into.append(name)
        if one.primary_key or one.related_model in also:
            values.append(changed(name, place, digit))
        elif one.column in fixed:
            values.append("%s")
            given.append(one.get_db_prep_save(fixed[one.column], connection))
        else:
            values.append(name)
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(into)}) SELECT {', '.join(values)} FROM {table}"  # noqa: S608 - our own names
        f" WHERE {digit_of(key, VERSION[0])} = '5'",
        given,
    )


def changed(column: str, place: int, digit: str) -> str:
    """SQL of an id with another digit at `place`, counted from 1 without hyphens."""
    if connection.vendor == "postgresql":
        return f"overlay({column}::text placing '{digit}' from {place + hyphens(place)} for 1)::uuid"
    return f"substr({column}, 1, {place - 1}) || '{digit}' || substr({column}, {place + 1})"


def digit_of(column: str, place: int) -> str:
    if connection.vendor == "postgresql":
        return f"substr({column}::text, {place + hyphens(place)}, 1)"
    return f"substr({column}, {place}, 1)"


def hyphens(place: int) -> int:
    """In a UUID as PostgreSQL writes it, before the digit at `place`."""
    return sum(place > end for end in (8, 12, 16, 20))


def counted(rounds: list[Round]) -> float:
    """Seconds to seal everybody who waits into blocks."""
    began = time.perf_counter()
    for one in rounds:
        count_companies(one.pk, at_once=True)
        if not Block.objects.filter(round=one).exists():
            raise SystemExit(f"{one.name}: nobody was counted")
    seconds = time.perf_counter() - began
    settle()
    return seconds


def settle() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute("CHECKPOINT")


# --- opening a round --------------------------------------------------------------------------------------------------


def open_round(companies: int) -> dict[str, Any]:
    """A list of companies of which none belongs to the network yet: each gets an invitation and a mail that waits."""
    body = found_body(kind=BodyKind.NETWORK, name=OTHER, by=None)
    by = User.objects.get(email=COORDINATOR)
    today = timezone.localdate()
    days = {"opens_on": today, "closes_on": today + timedelta(days=60)}
    within = make_round(body, name="開く回（見本）", catalog_ref=current_catalog().ref, by=by, **days)
    listed = [company(SEED + 1, number) for number in range(companies)]
    with body_scope(body.pk):
        Participant.objects.bulk_create(
            Participant(
                body=body,
                round=within,
                source=Participant.Source.LIST,
                name=one.name,
                corporate_number=one.corporate_number,
                email=one.email,
                industry=one.industry,
                prefecture=one.prefecture,
                sales_band=one.sales_band,
            )
            for one in listed
        )
        began = time.perf_counter()
        opening.invite_everybody(within, origin="http://127.0.0.1", by=by, ring=lambda: None)
        invited = opening.go_on()
        seconds = time.perf_counter() - began
    within.refresh_from_db()
    if invited != companies or within.opened_at is None:
        raise SystemExit(f"{invited} of {companies} companies were invited")
    return {"opening": seconds}


# --- statements -------------------------------------------------------------------------------------------------------


def cost() -> dict[str, Any]:
    user = User.objects.get(email=COORDINATOR)
    body = Body.objects.get(name=NETWORK)
    browser = Client(HTTP_HOST="127.0.0.1")
    browser.cookies["sessionid"] = signed_in(user)
    within = Round.objects.filter(body=body).order_by("opens_on").last()
    found = {}
    for name, path in pages(body, within).items():
        for _ in range(2):
            with CaptureQueriesContext(connection) as statements:
                if browser.get(path).status_code != 200:
                    raise SystemExit(f"{path} was refused")
        found[name] = len(statements)
    return found


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "fill": fill,
    "earlier": earlier,
    "grow": grow,
    "open": open_round,
    "cost": cost,
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*map(int, sys.argv[2:]))))
