"""Invitations: a signed link by mail that expires, opens for one person only, and is used once.

The link alone opens nothing: it leads to a code that goes to the invited address, so that a forwarded link is worthless
without the mailbox. Nothing of the company is shown before that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from organisations.audit import Verb, record
from organisations.mailing import NotMailed as NotMailed  # what `invite` and `send_again` raise
from organisations.mailing import post
from organisations.models import Affiliation, Body, BodyMembership, Invitation, Membership, Organisation, User
from organisations.policy import ROLES_OF, BodyKind, BodyRole, Role
from organisations.signals import affiliated

SALT = "organisations.invitation"
DAYS = 14
LinkOf = Callable[[str], str]
"""The absolute address of the page for a token."""


class InvitationFault(Exception):
    """The link opens nothing."""


class Altered(InvitationFault):
    """The link is not one that was sent, or one that was sent anew since."""


class Expired(InvitationFault):
    """Its days are over."""


class Revoked(InvitationFault):
    """It was taken back."""


class Used(InvitationFault):
    """Somebody accepted it already."""


class AnotherPerson(InvitationFault):
    """It was sent to another address than those that this account has proven to be its own."""


class AlreadyThere(Exception):
    """The person is in the company or body already."""


class NotOwner(Exception):
    """Only an owner brings a company into a body."""


# --- sending ----------------------------------------------------------------------------------------------------------


def invite(
    *,
    email: str,
    role: Role | BodyRole | None,
    by: User | None,
    link: LinkOf,
    organisation: Organisation | None = None,
    body: Body | None = None,
    announce: bool = True,
) -> Invitation:
    """Invite an address into a company or a body; `role` None: its owner is to bring a company into the body.

    Somebody whose invitation is still open gets a new link, and the old one ends. `announce` False: whoever calls sends
    the link, with more to tell. Raises AlreadyThere and NotMailed.
    """
    address = email.strip().lower()
    given = role.value if role is not None else ""
    with transaction.atomic():
        if _is_there(address, organisation, body if role is not None else None):
            raise AlreadyThere
        found = _open_invitation(address, organisation, body, given)
        if found is None:
            found = Invitation.unscoped.create(
                organisation=organisation,
                body=body,
                email=address,
                role=given,
                invited_by=by,
                expires_at=timezone.now() + timedelta(days=DAYS),
            )
        else:
            found.role, found.invited_by = given, by
            _renew(found)
        record(
            Verb.INVITED,
            actor=by,
            organisation=organisation.pk if organisation else None,
            body=body.pk if body else None,
            target=found.pk,
            role=given,
        )
    if announce:
        _mail(found, link)
    return found


def invite_companies(body: Body, addresses: Iterable[str]) -> None:
    """An invitation for each address, for its owner to bring a company into the body: where one waits there already,
    that one is good for DAYS again. Whoever calls sends the links, and records all of it in one line. In the body's
    scope.
    """
    wanted = set(addresses)
    until = timezone.now() + timedelta(days=DAYS)
    still = Invitation.objects.waiting().filter(role="", email__in=wanted)
    still.update(expires_at=until)
    new = sorted(wanted - set(still.values_list("email", flat=True)))
    Invitation.objects.bulk_create(Invitation(body=body, email=one, role="", expires_at=until) for one in new)


def send_again(invitation: Invitation, *, by: User, link: LinkOf) -> None:
    """A new link for an invitation that was not accepted; the old link ends. Raises Used, Revoked and NotMailed."""
    with transaction.atomic():
        found = Invitation.objects.select_for_update().get(pk=invitation.pk)
        _refuse_ended(found)
        _renew(found)
        record(
            Verb.INVITED,
            actor=by,
            organisation=found.organisation_id,
            body=found.body_id,
            target=found.pk,
            role=found.role,
        )
    _mail(found, link)


def extend(invitation: Invitation) -> bool:
    """The link holds for DAYS from now: whoever calls sends it once more, with more to tell. False where the invitation
    was accepted or taken back. Not recorded: who reminds many at once records that in one line."""
    until = timezone.now() + timedelta(days=DAYS)
    return bool(Invitation.objects.waiting().filter(pk=invitation.pk).update(expires_at=until))


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    """End an invitation that was not accepted; one that ended already stays as it is."""
    ended = Invitation.objects.waiting().filter(pk=invitation.pk).update(revoked_at=timezone.now())
    if ended:
        record(
            Verb.INVITATION_REVOKED,
            actor=by,
            organisation=invitation.organisation_id,
            body=invitation.body_id,
            target=invitation.pk,
        )


def pending() -> list[Invitation]:
    """The invitations of the company or body in scope that wait for an answer, the latest first."""
    return list(Invitation.objects.waiting().select_related("invited_by"))


# --- opening ----------------------------------------------------------------------------------------------------------


def token_of(invitation: Invitation) -> str:
    """What the link carries: signed, and different each time the invitation is sent."""
    return signing.dumps([invitation.pk.hex, invitation.serial], salt=SALT)


def find(token: str) -> Invitation:
    """The invitation of a link, accepted ones included. Raises Altered, Revoked and Expired."""
    try:
        key, serial = signing.loads(token, salt=SALT)
        found: Invitation | None = (
            Invitation.unscoped.select_related("organisation", "body", "invited_by")
            .filter(pk=UUID(hex=key), serial=serial)
            .first()
        )
    except (signing.BadSignature, ValueError, TypeError):
        raise Altered from None
    if found is None:
        raise Altered
    if found.revoked_at is not None:
        raise Revoked
    if found.expires_at <= timezone.now():
        raise Expired
    return found


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the account has proven to own the invited address."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True).exists())


@transaction.atomic
def account_for(invitation: Invitation) -> User:
    """The account that the code is sent for: an existing one, or a new one without a password and without a proven
    address, which opens only with the code."""
    address = invitation.email
    known = User.objects.filter(emailaddress__email__iexact=address, emailaddress__verified=True).first()
    if known is not None:
        return known
    user = User.objects.filter(email__iexact=address).first() or _new_account(address)
    # Whoever typed this address at a sign-up has not proven to own it: nothing that they set up must open the account
    # that the real owner is about to prove, and no other account may be found by it.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    SocialAccount.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(email__iexact=address).exclude(user=user).delete()
    EmailAddress.objects.get_or_create(user=user, email=address, defaults={"primary": True, "verified": False})
    return user


def _new_account(address: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(address)
    except IntegrityError:  # the button was pressed twice
        return User.objects.get(email__iexact=address)


@transaction.atomic
def accept(invitation_id: UUID, *, by: User, organisation: Organisation | None = None, name: str = "") -> Invitation:
    """Take up an invitation: `by` gets the role, or `organisation` (of which `by` is an owner) joins the body.

    Who is there already keeps the role they have. Raises AnotherPerson, Used, Revoked and Expired.
    """
    found: Invitation = Invitation.unscoped.select_for_update(of=("self",)).select_related("body").get(pk=invitation_id)
    _refuse_ended(found)
    if found.expires_at <= timezone.now():
        raise Expired
    if not is_for(found, by):
        raise AnotherPerson
    if name and not by.name:
        by.name = name
        by.save(update_fields=["name"])
    found.accepted_by, found.accepted_at = by, timezone.now()
    found.save(update_fields=["accepted_by", "accepted_at"])
    if found.organisation_id is not None:
        Membership.objects.get_or_create(user=by, organisation_id=found.organisation_id, defaults={"role": found.role})
    elif found.role and found.body is not None:
        BodyMembership.objects.get_or_create(user=by, body=found.body, defaults={"role": found.role})
    else:
        _affiliate(found, organisation, by)
    joined = organisation.pk if organisation is not None else found.organisation_id
    record(
        Verb.JOINED if found.role else Verb.AFFILIATED,
        actor=by,
        organisation=joined,
        body=found.body_id,
        target=found.pk,
        role=found.role,
    )
    return found


def affiliate(organisation: Organisation, body: Body, *, by: User, invitation_id: UUID | None = None) -> bool:
    """A company of which `by` is an owner belongs to the body from now on: called within a transaction, by whoever
    records it. False where it did already. Raises NotOwner."""
    if not Membership.objects.filter(user=by, organisation=organisation, role=Role.OWNER).exists():
        raise NotOwner
    _standing, made = Affiliation.unscoped.get_or_create(organisation=organisation, body=body, ended_at=None)
    affiliated.send(Affiliation, organisation=organisation, body=body, invitation_id=invitation_id)
    return bool(made)


def _affiliate(invitation: Invitation, organisation: Organisation | None, by: User) -> None:
    if invitation.body is None or organisation is None:
        raise AnotherPerson
    try:
        affiliate(organisation, invitation.body, by=by, invitation_id=invitation.pk)
    except NotOwner:
        raise AnotherPerson from None


# --- parts ------------------------------------------------------------------------------------------------------------


def roles_for(body: Body) -> tuple[BodyRole, ...]:
    """The roles that people can be invited to in this body."""
    return ROLES_OF[BodyKind(body.kind)]


def _is_there(address: str, organisation: Organisation | None, body: Body | None) -> bool:
    owned = EmailAddress.objects.filter(email__iexact=address, verified=True).values("user")
    if organisation is not None:
        return Membership.objects.filter(organisation=organisation, user__in=owned).exists()
    return body is not None and BodyMembership.objects.filter(body=body, user__in=owned).exists()


def _open_invitation(
    address: str, organisation: Organisation | None, body: Body | None, role: str
) -> Invitation | None:
    still = Invitation.unscoped.waiting().select_for_update().filter(email=address)
    found = still.filter(organisation=organisation) if organisation else still.filter(body=body, role=role)
    return found.first()


def _renew(invitation: Invitation) -> None:
    invitation.serial += 1
    invitation.expires_at = timezone.now() + timedelta(days=DAYS)
    invitation.save(update_fields=["serial", "expires_at", "role", "invited_by"])


def _refuse_ended(invitation: Invitation) -> None:
    if invitation.revoked_at is not None:
        raise Revoked
    if invitation.accepted_at is not None:
        raise Used


def _mail(invitation: Invitation, link: LinkOf) -> None:
    context = {
        "invitation": invitation,
        "link": link(token_of(invitation)),
        "place": invitation.organisation or invitation.body,
        "days": DAYS,
    }
    post("organisations/mail/invitation", invitation.email, context)
