"""Roles of the service as Django permissions, for the rooms to the left that cannot import this one."""

from __future__ import annotations

from typing import Any

from organisations.models import PlatformMembership, User
from organisations.policy import Permission, PlatformRole, allows
from organisations.second_factor import has_second_factor

PERMISSIONS = {"platform.author": Permission.AUTHOR}


class PlatformBackend:
    """Answers `user.has_perm("platform.…")`; signs nobody in. Who has no second factor has no such permission."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Django asks every backend."""

    def has_perm(self, user: Any, permission: str, obj: object = None) -> bool:
        """Three queries at most, none for a permission that is not of the service."""
        asked = PERMISSIONS.get(permission)
        if asked is None or obj is not None or not isinstance(user, User) or not user.is_active:
            return False
        roles = PlatformMembership.objects.filter(user=user).values_list("role", flat=True)
        return any(allows(PlatformRole(role), asked) for role in roles) and has_second_factor(user)
