"""The demonstration's network, office and people beside the companies: clearly fictional, the same at every seeding."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa import app_settings as mfa
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.utils import timezone

from organisations.bodies import found_body, make_round
from organisations.consent import What
from organisations.models import (
    Affiliation,
    Body,
    BodyMembership,
    Membership,
    Organisation,
    PlatformMembership,
    User,
)
from organisations.policy import BodyKind, BodyRole, PlatformRole, Role
from organisations.scoping import scope
from organisations.sharing import grant

PASSWORD = "keian-demo-2026"  # noqa: S105 - printed by the command; the demonstration refuses to run on a real site
COORDINATOR = "coordinator@kakuu-network.example"
ASSISTANT = "jimu@kakuu-network.example"
ADVISOR = "advisor@kakuu-office.example"
SUPERVISOR = "kantoku@kakuu-office.example"
ADMINISTRATOR = "unei@keian-demo.example"
SECRETS = {
    COORDINATOR: "KAKUUNETWORKAAAAKAKUUNETWORKAAAA",
    ASSISTANT: "KAKUUNETWORKBBBBKAKUUNETWORKBBBB",
    ADVISOR: "KAKUUMADOGUTIAAAKAKUUMADOGUTIAAA",
    SUPERVISOR: "KAKUUMADOGUTIBBBKAKUUMADOGUTIBBB",
    ADMINISTRATOR: "KEIANUNEIAAAAAAAKEIANUNEIAAAAAAA",
}
"""The authenticator apps of those whose role needs a second factor; `demo_code` prints what they would show."""
NETWORK_NAME = "架空県ものづくり経営者ネットワーク（見本）"
OFFICE_NAME = "架空貿易相談窓口（見本）"


def person(email: str, name: str, *, password: str | None = PASSWORD) -> User | None:
    """A new user with a verified address; None where the address is taken already."""
    if User.objects.filter(email=email).exists():
        return None
    user = User.objects.create_user(email, password, name=name)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if email in SECRETS:
        TOTP.activate(user, SECRETS[email])
    return user


def code_of(email: str, now: float | None = None) -> str:
    """The six digits that the authenticator app of a demonstration person shows. Raises KeyError for anybody else."""
    counter = int(time.time() if now is None else now) // mfa.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(SECRETS[email], counter)))


def colleague(
    organisation: Organisation, role: Role, email: str, name: str, *, password: str | None = PASSWORD
) -> Membership | None:
    """Somebody new in a company; None where the address is taken already."""
    user = person(email, name, password=password)
    return Membership.objects.create(user=user, organisation=organisation, role=role) if user is not None else None


def seed_bodies(companies: Iterable[Organisation], catalog_ref: str) -> None:
    """The network with its round, the office, and the service's administrator. Does nothing where they exist.

    Every company joins the network; the first shares its scores with it, and all but its registers with the office.
    """
    network = _body(BodyKind.NETWORK, NETWORK_NAME)
    office = _body(BodyKind.OFFICE, OFFICE_NAME)
    _staff(network, BodyRole.COORDINATOR, COORDINATOR, "架空 結")
    _staff(network, BodyRole.ASSISTANT, ASSISTANT, "架空 助")
    _staff(office, BodyRole.SUPERVISOR, SUPERVISOR, "架空 監")
    _staff(office, BodyRole.ADVISOR, ADVISOR, "架空 導")
    administrator = person(ADMINISTRATOR, "架空 運営")
    if administrator is not None:
        PlatformMembership.objects.create(user=administrator, role=PlatformRole.ADMINISTRATOR)
    present = list(companies)
    if not present or Affiliation.unscoped.filter(body=network).exists():
        return
    for organisation in present:
        Affiliation.unscoped.create(organisation=organisation, body=network)
    sharer = present[0]
    Affiliation.unscoped.create(organisation=sharer, body=office)
    owner = User.objects.filter(memberships__organisation=sharer, memberships__role=Role.OWNER).order_by("pk")[0]
    until = timezone.localdate() + timedelta(days=365)
    with scope(sharer.pk):
        grant(sharer, network.pk, [What.SCORES], purpose="ネットワーク全体の傾向をまとめるため", until=until, by=owner)
        grant(sharer, office.pk, [What.NOTES], purpose="面談で回答を一緒に確かめるため", until=until, by=owner)
    coordinator = User.objects.get(email=COORDINATOR)
    today = timezone.localdate()
    make_round(
        network,
        name="第1回（見本）",
        catalog_ref=catalog_ref,
        opens_on=today - timedelta(days=120),
        closes_on=today + timedelta(days=60),
        by=coordinator,
    )


def _body(kind: BodyKind, name: str) -> Body:
    return Body.objects.filter(name=name).first() or found_body(kind=kind, name=name, by=None)


def _staff(body: Body, role: BodyRole, email: str, name: str) -> None:
    user = person(email, name)
    if user is not None:
        BodyMembership.objects.create(user=user, body=body, role=role)
