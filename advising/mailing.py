"""Mails between an office and its client: who asks, and the way there. Findings and answers stay behind the sign-in."""

from __future__ import annotations

from collections.abc import Iterable

from organisations.mailing import post_to_each
from organisations.models import Body, BodyMembership, Membership, Organisation, User
from organisations.policy import BodyRole, Permission, Role, allows


def tell_asked(organisation: Organisation, body: Body, *, by: User, link: str) -> None:
    """The office asks the company's owners about an answer. Raises NotMailed."""
    _post("asked", _owners(organisation), organisation=organisation, body=body, by=by, link=link)


def tell_signed(organisation: Organisation, body: Body, *, by: User, link: str) -> None:
    """A report waits for a supervisor of the office. Raises NotMailed."""
    _post("signed", _supervisors(body, beside=by), organisation=organisation, body=body, by=by, link=link)


def tell_approved(organisation: Organisation, body: Body, *, by: User, link: str) -> None:
    """A report waits for the company's head. Raises NotMailed."""
    _post("approved", _owners(organisation), organisation=organisation, body=body, by=by, link=link)


def _owners(organisation: Organisation) -> list[User]:
    members = Membership.objects.filter(organisation=organisation).select_related("user")
    return [found.user for found in members if allows(Role(found.role), Permission.SUBMIT)]


def _supervisors(body: Body, *, beside: User) -> list[User]:
    people = BodyMembership.objects.filter(body=body).exclude(user=beside).select_related("user")
    return [found.user for found in people if allows(BodyRole(found.role), Permission.SIGN_OFF)]


def _post(name: str, to: Iterable[User], **context: object) -> None:
    post_to_each(f"advising/mail/{name}", to, context)
