"""The rows of this room, by noun."""

from organisations.models.audit import AuditHead, AuditLine
from organisations.models.bodies import Affiliation, Body, BodyMembership, Round
from organisations.models.companies import Membership, Organisation
from organisations.models.people import PlatformMembership, User, UserManager
from organisations.models.sharing import Grant, GrantQuerySet, Invitation

__all__ = [
    "Affiliation",
    "AuditHead",
    "AuditLine",
    "Body",
    "BodyMembership",
    "Grant",
    "GrantQuerySet",
    "Invitation",
    "Membership",
    "Organisation",
    "PlatformMembership",
    "Round",
    "User",
    "UserManager",
]
