"""PURE. Who may do what: roles, permissions and the one table that joins them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person is in a company."""

    OWNER = "owner"
    EDITOR = "editor"
    RESPONDENT = "respondent"
    VIEWER = "viewer"


class BodyRole(StrEnum):
    """What a person is in a network (coordinator, assistant) or an advisory office (supervisor, advisor)."""

    COORDINATOR = "coordinator"
    ASSISTANT = "assistant"
    SUPERVISOR = "supervisor"
    ADVISOR = "advisor"


class PlatformRole(StrEnum):
    """What a person is for the service itself. Neither role opens a company's pages."""

    ADMINISTRATOR = "administrator"
    AUTHOR = "author"


class BodyKind(StrEnum):
    """A coordinating network, or an advisory office."""

    NETWORK = "network"
    OFFICE = "office"


class Permission(StrEnum):
    """What a view asks for."""

    # in a company
    READ = "read"
    RESPOND = "respond"  # answer what one may: everything, or what was assigned
    ANSWER = "answer"
    REVIEW = "review"  # comment, mark for later, ask back, apply and check
    SUBMIT = "submit"
    MANAGE = "manage"  # the company's details, its people, who answers what
    SHARE = "share"
    AUDIT = "audit"
    EXPORT = "export"
    DELETE = "delete"
    # in a network or an office
    MEMBERS = "members"  # which companies belong, and whether they submitted
    SHARED = "shared"  # what a company granted
    DIRECT = "direct"  # the body's people and rounds
    ADVISE = "advise"  # an office's findings with its clients, and the reports made of them
    SIGN_OFF = "sign-off"  # the office's signature under a report, and its letterhead
    # of the service
    ADMINISTER = "administer"
    AUTHOR = "author"


_EDITOR = frozenset({Permission.READ, Permission.RESPOND, Permission.ANSWER, Permission.REVIEW})
_OWNER = _EDITOR | {
    Permission.SUBMIT,
    Permission.MANAGE,
    Permission.SHARE,
    Permission.AUDIT,
    Permission.EXPORT,
    Permission.DELETE,
}

GRANTED: Mapping[Role | BodyRole | PlatformRole, frozenset[Permission]] = {
    Role.OWNER: _OWNER,
    Role.EDITOR: _EDITOR,
    Role.RESPONDENT: frozenset({Permission.RESPOND}),
    Role.VIEWER: frozenset({Permission.READ}),
    BodyRole.COORDINATOR: frozenset({Permission.MEMBERS, Permission.SHARED, Permission.DIRECT}),
    BodyRole.ASSISTANT: frozenset({Permission.MEMBERS}),
    BodyRole.SUPERVISOR: frozenset(
        {Permission.MEMBERS, Permission.SHARED, Permission.DIRECT, Permission.ADVISE, Permission.SIGN_OFF}
    ),
    BodyRole.ADVISOR: frozenset({Permission.MEMBERS, Permission.SHARED, Permission.ADVISE}),
    PlatformRole.ADMINISTRATOR: frozenset({Permission.ADMINISTER}),
    PlatformRole.AUTHOR: frozenset({Permission.AUTHOR}),
}

ROLES_OF: Mapping[BodyKind, tuple[BodyRole, ...]] = {
    BodyKind.NETWORK: (BodyRole.COORDINATOR, BodyRole.ASSISTANT),
    BodyKind.OFFICE: (BodyRole.SUPERVISOR, BodyRole.ADVISOR),
}
"""The roles that a body of each kind has; the first one directs it."""


def allows(role: Role | BodyRole | PlatformRole, permission: Permission) -> bool:
    """Whether `role` carries `permission`."""
    return permission in GRANTED[role]


def needs_second_factor(role: Role | BodyRole | PlatformRole) -> bool:
    """Whether this role is closed to who signs in with one factor: every role that sees beyond one's own company."""
    return not isinstance(role, Role)
